/** What scripts from the disk leave their bytes in: path → gzip, base64. */
declare global {
  var anchoredFiles: Record<string, string>;
}
globalThis.anchoredFiles = {};

/** Whether the page was opened from the disk, where a script may be loaded but no file be read. */
export const fromDisk = location.protocol === "file:";

/** The bytes of a file beside the page. @throws Error naming it where it cannot be read. */
export async function loadFile(path: string): Promise<ArrayBuffer> {
  if (fromDisk) return unpacked(path);
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

export const loadJson = async <T>(path: string): Promise<T> =>
  JSON.parse(new TextDecoder().decode(await loadFile(path))) as T;

async function unpacked(path: string): Promise<ArrayBuffer> {
  await new Promise<void>((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${path}.js`;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`${path}.js cannot be loaded`));
    document.head.append(script);
  });
  const packed = Uint8Array.from(atob(globalThis.anchoredFiles[path]), (char) => char.charCodeAt(0));
  delete globalThis.anchoredFiles[path];
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}
