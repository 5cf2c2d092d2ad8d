import { createHash, type Hash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { UserError } from "../core/index.ts";
import { diskError } from "../files/internal.ts";
import type { FetchOptions } from "./entry.ts";

export interface Checksum {
  readonly algorithm: "md5" | "sha256";
  /** Lower-case hexadecimal. */
  readonly hex: string;
}

export interface DownloadOptions extends Pick<FetchOptions, "onProgress" | "signal"> {
  /** Where the file goes; while incomplete it lies beside it as `<to>.partial`. */
  readonly to: string;
  readonly checksum: Checksum;
}

/**
 * Downloads `url` to a file whose checksum must match. An interrupted download leaves `<to>.partial`, from which the
 * next call goes on (HTTP Range); the file appears under its own name only when complete and verified, and a file that
 * is already there and verifies is not fetched again.
 * @throws UserError where the server fails, the connection breaks, the disk refuses or the checksum differs; the
 *   signal's reason when aborted.
 * @example
 * await download("https://example.org/set.tar.gz", {
 *   to: "set.tar.gz",
 *   checksum: { algorithm: "sha256", hex: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" },
 * });
 */
export async function download(url: string, options: DownloadOptions): Promise<void> {
  const { to, checksum } = options;
  if (existsSync(to) && (await hashFile(to, checksum)).digest("hex") === checksum.hex) return;
  const partial = `${to}.partial`;
  const startedAt = sizeOrZero(partial);
  let actual = await receive(url, partial, options);
  // A partial file may stem from another version of the file: start over once before blaming the server.
  if (actual !== checksum.hex && startedAt > 0) {
    rmSync(partial, { force: true });
    actual = await receive(url, partial, options);
  }
  if (actual !== checksum.hex) {
    rmSync(partial, { force: true });
    throw new UserError(
      `${url}: expected ${checksum.algorithm} ${checksum.hex}, found ${actual}; the download was discarded`,
    );
  }
  await rename(partial, to).catch((error) => {
    throw diskError(error, to);
  });
}

/** Appends what is missing of `partial` and returns the checksum of the whole. */
async function receive(url: string, partial: string, options: DownloadOptions): Promise<string> {
  const { checksum, onProgress, signal } = options;
  const have = sizeOrZero(partial);
  const response = await request(url, have, signal);
  if (response.status === 416 && have > 0) {
    // Nothing lies beyond what we have: complete, or longer than the file on the server.
    await response.body?.cancel();
    return (await hashFile(partial, checksum)).digest("hex");
  }
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new UserError(`${url}: the server answered ${response.status} ${response.statusText}; try again later`);
  }
  const start = response.status === 206 ? have : 0;
  const claimed = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
  if (response.status === 206 && Number(claimed) !== have) {
    await response.body.cancel();
    throw new UserError(
      `${url}: asked to continue at byte ${have}, the server answered "${response.headers.get("content-range")}"; delete ${partial}`,
    );
  }
  const length = response.headers.get("content-length");
  const total = length === null ? undefined : start + Number(length);
  const hash = start > 0 ? await hashFile(partial, checksum) : createHash(checksum.algorithm);
  const file = await openPartial(partial, start > 0 ? "a" : "w");
  let done = start;
  try {
    for await (const chunk of chunks(response.body, url, () => done, total, signal)) {
      await write(file, chunk, partial);
      hash.update(chunk);
      done += chunk.length;
      onProgress?.({ label: basename(options.to), done, total, unit: "bytes" });
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (total !== undefined && done !== total) throw broken(url, done, total);
  return hash.digest("hex");
}

async function request(url: string, from: number, signal?: AbortSignal): Promise<Response> {
  // "identity": a transparent decompression would change the bytes that the checksum is of.
  const headers = { "accept-encoding": "identity", ...(from > 0 && { range: `bytes=${from}-` }) };
  try {
    return await fetch(url, { headers, signal });
  } catch (error) {
    signal?.throwIfAborted();
    const cause = (error as Error).cause ?? error;
    throw new UserError(
      `${url}: no answer (${(cause as NodeJS.ErrnoException).code ?? (cause as Error).message}); is there a network?`,
    );
  }
}

async function* chunks(
  body: ReadableStream<Uint8Array>,
  url: string,
  done: () => number,
  total: number | undefined,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done: ended, value } = await reader.read().catch(() => {
        signal?.throwIfAborted();
        throw broken(url, done(), total);
      });
      if (ended) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

const broken = (url: string, done: number, total: number | undefined) =>
  new UserError(
    `${url}: the connection ended after ${done} of ${total ?? "an unknown number of"} bytes; run again to continue from there`,
  );

async function openPartial(path: string, flags: "a" | "w"): Promise<FileHandle> {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return await open(path, flags);
  } catch (error) {
    throw diskError(error, path);
  }
}

async function write(file: FileHandle, chunk: Uint8Array, path: string): Promise<void> {
  try {
    for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
  } catch (error) {
    throw diskError(error, path);
  }
}

function sizeOrZero(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  } catch (error) {
    throw diskError(error, path);
  }
}

async function hashFile(path: string, { algorithm }: Checksum): Promise<Hash> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash;
}
