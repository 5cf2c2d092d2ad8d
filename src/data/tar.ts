import { UserError } from "../core/index.ts";

const text = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString("utf8");
};

/**
 * The regular files of an unpacked tar archive as views into it. Names of up to 256 bytes (ustar with its prefix);
 * links, folders and extension headers are skipped, so nothing is ever written outside where the caller puts it.
 * @throws UserError naming the archive where it ends within a file.
 */
export function* tarFiles(archive: Uint8Array, archiveName: string): Generator<{ name: string; data: Uint8Array }> {
  for (let at = 0; at + 512 <= archive.length; ) {
    const header = archive.subarray(at, at + 512);
    if (header[0] === 0) return;
    const size = Number.parseInt(text(header.subarray(124, 136)).trim(), 8);
    const prefix = text(header.subarray(257, 262)) === "ustar" ? text(header.subarray(345, 500)) : "";
    const name = (prefix && `${prefix}/`) + text(header.subarray(0, 100));
    if (!(size >= 0)) throw new UserError(`${archiveName}: not a tar archive (entry "${name}" has no size)`);
    if (at + 512 + size > archive.length)
      throw new UserError(`${archiveName}: ends within "${name}"; delete it and fetch it again`);
    // Type "0" or NUL is a regular file.
    if (header[156] === 0x30 || header[156] === 0) yield { name, data: archive.subarray(at + 512, at + 512 + size) };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
