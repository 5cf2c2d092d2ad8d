import { UserError } from "../core/index.ts";

/** A regular file of a tar archive: where its bytes lie. */
export interface TarMember {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

const text = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString("utf8");
};

const octal = (field: Uint8Array): number => {
  const digits = text(field).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
};

/** Octal digits, or of large files a number in base 256, as GNU tar writes it. */
function sizeIn(field: Uint8Array): number {
  if (field[0] !== 0x80) return octal(field);
  return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
}

/** The sum of a header's bytes, those of the sum itself taken as spaces. */
function sumOf(header: Uint8Array): number {
  let sum = 8 * 32;
  for (let i = 0; i < 512; i++) if (i < 148 || i >= 156) sum += header[i];
  return sum;
}

/** Names and sizes longer than the header has room for: at most so many bytes of them. */
const MOST_EXTENSION = 2 ** 20;

/**
 * The regular files of an unpacked tar archive: ustar, pax and GNU's long names. Links and folders are skipped, so
 * nothing is ever written outside where the caller puts it.
 * @param read `length` bytes from `at` on
 * @returns the offset behind the archive's end mark, or of its end where it has none
 * @throws UserError naming the archive where it is damaged, or ends within a file
 */
export function* tarMembers(
  read: (at: number, length: number) => Uint8Array,
  archiveBytes: number,
  archiveName: string,
): Generator<TarMember, number> {
  let longer: { path?: string; size?: number } = {};
  for (let at = 0; at + 512 <= archiveBytes; ) {
    const header = read(at, 512);
    if (header.every((byte) => byte === 0)) return at + 512;
    const prefix = text(header.subarray(257, 262)) === "ustar" ? text(header.subarray(345, 500)) : "";
    const name = longer.path ?? (prefix && `${prefix}/`) + text(header.subarray(0, 100));
    const size = longer.size ?? sizeIn(header.subarray(124, 136));
    if (!Number.isSafeInteger(size) || size < 0 || octal(header.subarray(148, 156)) !== sumOf(header))
      throw new UserError(`${archiveName}: not a tar archive, or damaged at byte ${at}; fetch it again`);
    if (at + 512 + size > archiveBytes)
      throw new UserError(`${archiveName}: ends within "${name}"; delete it and fetch it again`);
    const kind = String.fromCharCode(header[156]);
    longer = {};
    if ("xL".includes(kind)) {
      if (size > MOST_EXTENSION)
        throw new UserError(`${archiveName}: a name of ${size} bytes at byte ${at}; fetch it again`);
      const content = read(at + 512, size);
      longer = kind === "L" ? { path: text(content) } : paxRecords(content);
    }
    // "0" or NUL is a regular file.
    else if ("0\0".includes(kind)) yield { name, offset: at + 512, size };
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return archiveBytes;
}

/** Records `length key=value\n`. */
function paxRecords(content: Uint8Array): { path?: string; size?: number } {
  const found: { path?: string; size?: number } = {};
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; ) {
    const record = /^(\d+) ([^=]+)=/.exec(bytes.toString("latin1", at, at + 200));
    const length = record ? Number(record[1]) : 0;
    if (!record || length <= record[0].length || at + length > bytes.length) break;
    const value = bytes.toString("utf8", at + record[0].length, at + length - 1);
    if (record[2] === "path") found.path = value;
    if (record[2] === "size") found.size = Number(value);
    at += length;
  }
  return found;
}

/**
 * The regular files of an unpacked tar archive as views into it.
 * @throws as `tarMembers`
 */
export function* tarFiles(archive: Uint8Array, archiveName: string): Generator<{ name: string; data: Uint8Array }> {
  const read = (at: number, length: number) => archive.subarray(at, at + length);
  for (const { name, offset, size } of tarMembers(read, archive.length, archiveName))
    yield { name, data: archive.subarray(offset, offset + size) };
}
