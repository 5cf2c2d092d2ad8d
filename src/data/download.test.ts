import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Progress } from "../core/index.ts";
import { UserError } from "../core/index.ts";
import { download } from "./download.ts";
import { scratchFolder } from "./test-images.ts";

const content = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) >> 3));
const checksum = { algorithm: "sha256", hex: createHash("sha256").update(content).digest("hex") } as const;

/** A server on this machine; the address of its one file, and the Range header of every request. */
async function serve(listener: RequestListener): Promise<{ url: string; ranges: (string | undefined)[] }> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.gz`, ranges };
}

const withRanges: RequestListener = ({ headers }, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  if (from >= content.length) return void response.writeHead(416).end();
  if (from === 0) return void response.writeHead(200, { "content-length": content.length }).end(content);
  response.writeHead(206, {
    "content-length": content.length - from,
    "content-range": `bytes ${from}-${content.length - 1}/${content.length}`,
  });
  response.end(content.subarray(from));
};

test("a file arrives whole, with progress, and is not fetched twice", async () => {
  const to = join(scratchFolder(), "deep", "file.gz");
  const { url, ranges } = await serve(withRanges);
  const seen: Progress[] = [];
  await download(url, { to, checksum, onProgress: (progress) => seen.push(progress) });
  expect(readFileSync(to)).toEqual(content);
  expect(existsSync(`${to}.partial`)).toBe(false);
  expect(seen.at(-1)).toEqual({ label: "file.gz", done: content.length, total: content.length, unit: "bytes" });
  await download(url, { to, checksum });
  expect(ranges).toHaveLength(1);
});

test("a broken connection keeps what came; the next call fetches the rest", async () => {
  const to = join(scratchFolder(), "file.gz");
  const breaking = await serve((_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 40_000), () => setTimeout(() => response.destroy(), 50));
  });
  const error = await download(breaking.url, { to, checksum }).catch((e) => e);
  expect(error).toBeInstanceOf(UserError);
  expect(error.message).toMatch(/ended after 40000 of 100000 bytes; run again to continue/);
  expect(statSync(`${to}.partial`).size).toBe(40_000);
  expect(existsSync(to)).toBe(false);

  const { url, ranges } = await serve(withRanges);
  const seen: number[] = [];
  await download(url, { to, checksum, onProgress: ({ done }) => seen.push(done) });
  expect(ranges).toEqual(["bytes=40000-"]);
  expect(seen[0]).toBeGreaterThan(40_000);
  expect(readFileSync(to)).toEqual(content);
});

test.each([
  ["complete", content],
  ["of another file", Buffer.alloc(5000, 1)],
  ["longer than the file", Buffer.alloc(content.length + 10, 1)],
])("a partial file that is %s leads to the right file", async (_, partial) => {
  const to = join(scratchFolder(), "file.gz");
  writeFileSync(`${to}.partial`, partial);
  await download((await serve(withRanges)).url, { to, checksum });
  expect(readFileSync(to)).toEqual(content);
});

test("a server that ignores Range sends the whole file", async () => {
  const to = join(scratchFolder(), "file.gz");
  writeFileSync(`${to}.partial`, content.subarray(0, 1000));
  const { url } = await serve((_, response) => void response.end(content));
  await download(url, { to, checksum });
  expect(readFileSync(to)).toEqual(content);
});

test("a wrong checksum names both sums and leaves an older file alone", async () => {
  const to = join(scratchFolder(), "file.gz");
  writeFileSync(to, "older");
  const { url } = await serve((_, response) => void response.end("something else"));
  const actual = createHash("sha256").update("something else").digest("hex");
  const error = await download(url, { to, checksum }).catch((e) => e);
  expect(error).toBeInstanceOf(UserError);
  expect(error.message).toContain(`expected sha256 ${checksum.hex}, found ${actual}`);
  expect(readFileSync(to, "utf8")).toBe("older");
  expect(existsSync(`${to}.partial`)).toBe(false);
});

test("a server's error is told, and the partial file kept", async () => {
  const to = join(scratchFolder(), "file.gz");
  writeFileSync(`${to}.partial`, content.subarray(0, 1000));
  const { url } = await serve((_, response) => void response.writeHead(503).end());
  await expect(download(url, { to, checksum })).rejects.toThrow(/the server answered 503 Service Unavailable/);
  expect(statSync(`${to}.partial`).size).toBe(1000);
});

test("nobody answers", async () => {
  const to = join(scratchFolder(), "file.gz");
  await expect(download("http://127.0.0.1:9/file.gz", { to, checksum })).rejects.toThrow(UserError);
});

test("aborting rejects with the reason and keeps what came", async () => {
  const to = join(scratchFolder(), "file.gz");
  const { url } = await serve((_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 30_000));
  });
  const controller = new AbortController();
  const running = download(url, { to, checksum, signal: controller.signal, onProgress: () => controller.abort() });
  await expect(running).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
  expect(statSync(`${to}.partial`).size).toBeGreaterThan(0);
});

test.skipIf(process.platform !== "linux")("a full disk is one clear line", async () => {
  const to = join(scratchFolder(), "file.gz");
  symlinkSync("/dev/full", `${to}.partial`);
  await expect(download((await serve(withRanges)).url, { to, checksum })).rejects.toThrow(/the disk is full/);
});

test("a file where a folder should be is one clear line", async () => {
  const file = join(scratchFolder(), "file");
  writeFileSync(file, "");
  await expect(download((await serve(withRanges)).url, { to: join(file, "x"), checksum })).rejects.toThrow(
    /in the way/,
  );
});
