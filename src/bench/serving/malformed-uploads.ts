// Sends malformed uploads to a server of ours and tells what it answered, whether it lives, and its memory:
//   npm run build && node dist/bench/serving/malformed-uploads.js [--count 10000]
// Truncated and damaged pictures, bombs (pictures of 60,000 × 60,000 pixels in a few bytes), wrong types, fuzzed forms,
// fuzzed request lines and headers, callers that hang up; all drawn from one seed, to 127.0.0.1 alone.
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { deflateSync } from "node:zlib";
import sharp, { type SharpOptions } from "sharp";
import { Random } from "../../core/index.ts";
import { listening, metric, run } from "./child-process.ts";

const main = fileURLToPath(new URL("../../cli/main.js", import.meta.url));
const { values } = parseArgs({ options: { count: { type: "string", default: "10000" } } });
const count = Number(values.count);
const AT_ONCE = 16;
const PATIENCE_MS = 2_000;
const random = new Random("malformed uploads");
const folder = mkdtempSync(join(tmpdir(), "anchored-malformed-"));

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});
const crc = (bytes: Uint8Array) => ~bytes.reduce((sum, byte) => crcTable[(sum ^ byte) & 255] ^ (sum >>> 8), ~0) >>> 0;
function chunk(type: string, data: Buffer) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc(body));
  return Buffer.concat([size, body, sum]);
}
/** A PNG that says how large it is and holds a few zeros. */
function bomb(side: number) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.alloc(100_000))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const noise = (size: number) => Buffer.from(Array.from({ length: size }, () => random.integer(256)));
// The types ask for a background, which noise covers.
const source: SharpOptions = {
  create: {
    width: 64,
    height: 48,
    channels: 3,
    background: "white",
    noise: { type: "gaussian", mean: 128, sigma: 40 },
  },
};
const pictures = await Promise.all(
  (["jpeg", "png", "webp", "gif", "tiff"] as const).map((format) => sharp(source).toFormat(format).toBuffer()),
);
const any = <T>(list: readonly T[]): T => list[random.integer(list.length)];
function damaged(bytes: Buffer) {
  const copy = Buffer.from(bytes);
  for (let hits = 1 + random.integer(20); hits > 0; hits--) copy[random.integer(copy.length)] = random.integer(256);
  return copy;
}
const truncated = (bytes: Buffer) => bytes.subarray(0, random.integer(bytes.length));
const form = (bytes: Buffer) =>
  Buffer.concat([
    Buffer.from('--edge\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n'),
    bytes,
    Buffer.from("\r\n--edge--\r\n"),
  ]);

/** A request as bytes; the caller may be gone before the answer. */
type Request = readonly [head: string | Buffer, body: Buffer, hangUp?: "hang up"];

const post = (type: string, body: Buffer, length = body.length): Request => [
  `POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`,
  body,
];
const kinds: Readonly<Record<string, () => Request>> = {
  truncated: () => post("image/jpeg", truncated(any(pictures))),
  damaged: () => post("image/jpeg", damaged(any(pictures))),
  "pixel bomb": () => post("image/png", bomb(any([6_000, 20_000, 60_000]))),
  "body above the limit": () => post("image/png", Buffer.alloc(9 * 2 ** 20)),
  noise: () => post(any(["image/png", "application/octet-stream"]), noise(random.integer(2000))),
  "wrong type": () => post(any(["text/html", "application/pdf", "video/mp4", "image/svg+xml", ""]), any(pictures)),
  "broken JSON": () => post("application/json", damaged(Buffer.from(JSON.stringify({ pixels: [[[1, 2, 3]]] })))),
  "deep JSON": () => post("application/json", Buffer.from("[".repeat(50_000))),
  "damaged form": () => post("multipart/form-data; boundary=edge", damaged(form(any(pictures)))),
  "truncated form": () => post("multipart/form-data; boundary=edge", truncated(form(any(pictures)))),
  "fuzzed head": () => {
    const [head, body] = post("image/jpeg", any(pictures));
    return [damaged(Buffer.from(head as string)), body];
  },
  "lying length": () => post("image/jpeg", any(pictures), any([0, 1, 10, 5_000_000])),
  "hangs up": () => {
    const [head, body] = post("image/jpeg", any(pictures));
    return [head, truncated(body), "hang up"];
  },
};

/** Sends bytes as they are; the status of the answer, or why there is none. */
const send = (port: number, [head, body, hangUp]: Request) =>
  new Promise<string>((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    const timer = setTimeout(() => socket.destroy(), PATIENCE_MS);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? "no answer");
    });
    socket.write(head);
    // A half-closed socket would count as hanging up.
    socket.write(body, () => hangUp && socket.destroy());
  });

const trained = join(folder, "run");
await run([main, "train", "--method", "anchored", "--out", trained, "--max-steps", "1"]);
const { address, stop, died } = await listening([main, "serve", trained, "--port", "0", "--json"]);
const port = Number(new URL(address).port);
const megabytes = async () => Math.round((await metric(address, "process_resident_memory_bytes")) / 2 ** 20);

const answers: Record<string, Record<string, number>> = {};
const memory: number[] = [];
const names = Object.keys(kinds);
for (let done = 0; done < count; ) {
  const batch = Array.from({ length: Math.min(AT_ONCE, count - done) }, (_, i) => names[(done + i) % names.length]);
  const statuses = await Promise.all(batch.map((name) => send(port, kinds[name]())));
  for (const [i, name] of batch.entries()) {
    answers[name] ??= {};
    answers[name][statuses[i]] = (answers[name][statuses[i]] ?? 0) + 1;
  }
  done += batch.length;
  if (died() !== undefined) break;
  if (Math.floor(done / (count / 10)) > memory.length - 1) memory.push(await megabytes());
}
const good =
  died() === undefined
    ? await fetch(`${address}/v1/predict`, {
        method: "POST",
        headers: { "content-type": "image/jpeg" },
        body: pictures[0],
      })
    : undefined;
console.log(
  JSON.stringify(
    {
      count,
      died: died(),
      goodUploadAfterwards: good?.status,
      pending: died() === undefined ? await metric(address, "anchored_pending_requests") : undefined,
      openHandles: died() === undefined ? await metric(address, "process_open_fds") : undefined,
      residentMegabytesEveryTenth: memory,
      answers,
    },
    undefined,
    2,
  ),
);
process.exitCode = died() === undefined && good?.status === 200 ? 0 : 1;
if (died() === undefined) await stop();
rmSync(folder, { recursive: true, force: true });
