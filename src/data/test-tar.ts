import { imagesOf } from "./test-parquet.ts";

/** For tests: one file as a tar archive holds it; `kind` "0" is a regular one. */
export function tarFile(name: string, data: Uint8Array, kind = "0"): Buffer {
  const header = Buffer.alloc(512);
  header.write(name.slice(0, 100), 0);
  header.write(`${data.length.toString(8).padStart(11, "0")}\0`, 124);
  header.fill(" ", 148, 156);
  header.write(kind, 156);
  header.write("ustar\0", 257);
  const sum = header.reduce((a, b) => a + b, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

/** What ends an archive. */
export const tarEnd = Buffer.alloc(1024);

/** For tests: an archive of files by their names, with its end mark. */
export const tarBytes = (files: readonly (readonly [name: string, data: Uint8Array | string])[]): Buffer =>
  Buffer.concat([...files.map(([name, data]) => tarFile(name, Buffer.from(data))), tarEnd]);

/** For tests: a shard of `counts[c]` images of each class c as `imagesOf` makes them, with their .cls. */
export async function shardOf(counts: readonly number[]): Promise<Buffer> {
  const { images, labels } = await imagesOf(counts);
  return tarBytes(
    images.flatMap((image, i) => [[`${i}.png`, image!.bytes!] as const, [`${i}.cls`, `${labels[i]}`] as const]),
  );
}
