// Requests per second and latencies of `anchored serve`, beside a bare onnxruntime-node handler of the same file:
//   npm run build && node dist/bench/serving/speed.js [--seconds 10]
// ResNet-20 on 32 × 32 images (weights of one step: speed does not depend on them), K = 1 and 10 references; every
// request uploads a JPEG. Sides take turns within one run of this script. Prints a markdown table.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import sharp from "sharp";
import { listening, metric, run } from "./child-process.ts";

const main = fileURLToPath(new URL("../../cli/main.js", import.meta.url));
const { values } = parseArgs({ options: { seconds: { type: "string", default: "10" } } });
const folder = mkdtempSync(join(tmpdir(), "anchored-serving-"));

const picture = await sharp({
  // The types ask for a background, which noise covers.
  create: {
    width: 320,
    height: 240,
    channels: 3,
    background: "white",
    noise: { type: "gaussian", mean: 128, sigma: 40 },
  },
})
  .jpeg()
  .toBuffer();

interface Row {
  readonly k: number;
  readonly connections: number;
  readonly side: string;
  readonly requestsPerSecond: number;
  /** Latencies in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly refused: number;
  readonly errors: number;
  /** Resident, in bytes, of our server. */
  readonly memory: number | undefined;
}

const rows: Row[] = [];
try {
  const trained = join(folder, "run");
  await run([main, "train", "--method", "anchored", "--out", trained, "--max-steps", "1"]);
  for (const k of [1, 10]) {
    const file = join(folder, `k${k}.onnx`);
    await run([main, "export", trained, "--out", file, "--k", String(k)]);
    for (const connections of [1, 16, 256])
      for (const [side, args] of Object.entries({
        "anchored serve": [main, "serve", file, "--port", "0", "--json"],
        "bare handler": [fileURLToPath(new URL("./bare-handler.js", import.meta.url)), file],
      })) {
        const { address, stop } = await listening(args);
        const shoot = (duration: number) =>
          autocannon({
            url: `${address}/v1/predict`,
            method: "POST",
            headers: { "content-type": "image/jpeg" },
            body: picture,
            connections,
            duration,
            timeout: 60,
          });
        await shoot(2);
        const result = await shoot(Number(values.seconds));
        const memory = side === "anchored serve" ? await metric(address, "process_resident_memory_bytes") : undefined;
        rows.push({
          k,
          connections,
          side,
          requestsPerSecond: result.requests.average,
          p50: result.latency.p50,
          p99: result.latency.p99,
          refused: result.non2xx,
          errors: result.errors,
          memory,
        });
        process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
        await stop();
      }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

console.log("| K | connections | server | requests/s | p50, ms | p99, ms | refused | errors |");
console.log("|---|---|---|---|---|---|---|---|");
for (const { k, connections, side, requestsPerSecond, p50, p99, refused, errors } of rows)
  console.log(
    `| ${k} | ${connections} | ${side} | ${requestsPerSecond.toFixed(0)} | ${p50} | ${p99} | ${refused} | ${errors} |`,
  );
