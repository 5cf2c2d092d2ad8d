import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { UserError } from "../core/index.ts";
import { readReason } from "./files.ts";
import { type TarMember, tarMembers } from "./tar.ts";

/** A file that is open for reading. */
export interface OpenFile {
  readonly bytes: number;
  /** As many of `length` bytes from `at` on as there are. */
  read(at: number, length: number): Uint8Array;
}

/** @throws UserError for a file that cannot be opened */
export function withOpenFile<T>(path: string, work: (file: OpenFile) => T): T {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${readReason(error)}`);
  }
  try {
    return work({ bytes: fstatSync(fd).size, read: (at, length) => readAt(fd, at, length) });
  } finally {
    closeSync(fd);
  }
}

function readAt(fd: number, at: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const count = readSync(fd, bytes, done, length - done, at + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

/** Bytes behind the end mark that writers fill a record with, at most. */
const MOST_PADDING = 2 ** 20;

/**
 * The members of a tar archive, by its headers alone.
 * @throws UserError for an archive that is damaged, or has no end mark, or has something behind it
 */
export function listTar(path: string, { bytes, read }: OpenFile): TarMember[] {
  const members: TarMember[] = [];
  const walk = tarMembers(read, bytes, path);
  let step = walk.next();
  for (; !step.done; step = walk.next()) members.push(step.value);
  const end = step.value;
  if (bytes === 0 || end < 512 || !read(end - 512, 512).every((byte) => byte === 0))
    throw new UserError(`${path}: ends without an end mark, so files may be missing; fetch it again`);
  const rest = bytes - end;
  if (rest > MOST_PADDING || read(end, rest).some((byte) => byte !== 0))
    throw new UserError(
      `${path}: ${rest} bytes lie behind its end mark, e.g. of a second archive; unpack and pack it again`,
    );
  return members;
}
