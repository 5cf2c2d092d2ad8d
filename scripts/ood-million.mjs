// Scores on features at scale: makes the files of a made-up network and runs `anchored evaluate` on them.
//   npm run build && node scripts/ood-million.mjs [rows] [bank] [features] [classes] [scores]
// By default one million rows of 512 features, half of them foreign, a bank of 50,000 and 10 classes, all scores but none
// chosen: 2.1 GB in a temporary folder, which is removed. Prints the command's own time and its largest resident memory.

import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [rows = 1_000_000, bank = 50_000, width = 512, classes = 10] = process.argv.slice(2, 6).map(Number);
const scores = process.argv[6] ?? "all";
const folder = mkdtempSync(join(tmpdir(), "ood-million-"));
const at = (name) => join(folder, `${name}.npy`);

/** xorshift, and a normal by the sum of four uniforms: fast, and good enough for rows that only cost time. */
let state = 123456789;
function uniform() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}
const normal = () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3);

function header(type, shape) {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, padded.length & 255, padded.length >> 8]);
  return Buffer.concat([start, Buffer.from(padded, "latin1")]);
}

const weight = Float32Array.from({ length: classes * width }, () => 0.1 * normal());

/** Non-negative features about a centre for each class, logits and labels; `shift` moves foreign ones away. */
function writeSet(name, count, shift) {
  const [features, logits] = [openSync(at(`${name}-features`), "w"), openSync(at(name), "w")];
  writeSync(features, header("<f4", [count, width]));
  writeSync(logits, header("<f4", [count, classes]));
  for (let from = 0; from < count; from += 1000) {
    const block = Math.min(1000, count - from);
    const z = new Float32Array(block * width);
    const l = new Float32Array(block * classes);
    for (let row = 0; row < block; row++) {
      const label = (from + row) % classes;
      for (let d = 0; d < width; d++)
        z[row * width + d] = Math.max(0, normal() + shift + (d % classes === label ? 1.5 : 0));
      for (let k = 0; k < classes; k++)
        for (let d = 0; d < width; d++) l[row * classes + k] += weight[k * width + d] * z[row * width + d];
    }
    writeSync(features, new Uint8Array(z.buffer));
    writeSync(logits, new Uint8Array(l.buffer));
  }
  closeSync(features);
  closeSync(logits);
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const file = openSync(at(`${name}-labels`), "w");
  writeSync(file, header("<i4", [count]));
  writeSync(file, new Uint8Array(labels.buffer));
  closeSync(file);
}

function writeArray(name, shape, data) {
  const file = openSync(at(name), "w");
  writeSync(file, header("<f4", shape));
  writeSync(file, new Uint8Array(data.buffer));
  closeSync(file);
}

const half = Math.floor(rows / 2);
const validation = Math.min(1000, half);
for (const [name, count, shift] of [
  ["train", bank, 0],
  ["validation", validation, 0],
  ["test", half, 0],
  ["foreign", rows - half, 0.2],
])
  writeSet(name, count, shift);
writeArray("weight", [classes, width], weight);
writeArray("bias", [classes], new Float32Array(classes));

const main = join(import.meta.dirname, "../dist/cli/main.js");
const given = {
  logits: at("test"),
  labels: at("test-labels"),
  features: at("test-features"),
  "validation-logits": at("validation"),
  "validation-labels": at("validation-labels"),
  "validation-features": at("validation-features"),
  "train-features": at("train-features"),
  "train-labels": at("train-labels"),
  "train-logits": at("train"),
  "classifier-weight": at("weight"),
  "classifier-bias": at("bias"),
  ood: `foreign=${at("foreign")}`,
  "ood-features": `foreign=${at("foreign-features")}`,
  "ood-scores": scores,
  out: join(folder, "judged"),
};
const start = performance.now();
const child = spawn(
  process.execPath,
  [main, "evaluate", ...Object.entries(given).flatMap(([name, value]) => [`--${name}`, value])],
  { stdio: ["ignore", "ignore", "inherit"] },
);
let peak = 0;
const watch = setInterval(() => {
  try {
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0));
  } catch {
    // Not on Linux, or it has ended.
  }
}, 500);
child.on("exit", (code) => {
  clearInterval(watch);
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `${rows} rows × ${width}, bank ${bank}, ${classes} classes, scores ${scores}: ${seconds.toFixed(1)} s in all, ${(peak / 2 ** 20).toFixed(2)} GiB at most, exit code ${code}`,
  );
  rmSync(folder, { recursive: true });
  process.exitCode = code ?? 1;
});
