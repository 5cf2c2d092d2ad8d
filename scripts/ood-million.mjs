// Scores on features at scale: makes the files of a made-up network and runs `anchored evaluate` on them.
//   npm run build && node scripts/ood-million.mjs [--rows 1000000] [--bank 50000] [--width 512] [--classes 10]
//                                                 [--scores all] [--threads 2] [--each]
// Half of the rows are foreign. The files, 2.1 GB by default, lie in a temporary folder that is removed. Prints the command's
// lines, its time and its largest resident memory; with --each the command is run for one score after the other, whose
// fits do not share anything then.

import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { featureScoreNames } from "../dist/evaluate/index.js";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    bank: { type: "string", default: "50000" },
    width: { type: "string", default: "512" },
    classes: { type: "string", default: "10" },
    scores: { type: "string", default: "all" },
    threads: { type: "string", default: "2" },
    each: { type: "boolean", default: false },
  },
});
const [rows, bank, width, classes] = [values.rows, values.bank, values.width, values.classes].map(Number);
const folder = mkdtempSync(join(tmpdir(), "ood-million-"));
const at = (name) => join(folder, `${name}.npy`);

let state = 1;
function uniform() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
// Class centres of which half the entries are 0. A row is a rectified and noisy copy of one; a foreign row lies half-way
// between two. The classifier is as sure of the known as a network is, 90 % or so; one label in 20 is wrong.
const centers = Float32Array.from({ length: classes * width }, () => Math.max(0, 4 * uniform() - 2));
const noise = Float32Array.from({ length: 1 << 20 }, () => 1.4 * (uniform() + uniform() + uniform() - 1.5));
const weight = centers.map((value) => (10 / width) * value);

function writeHeader(file, type, shape) {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  writeSync(file, Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, padded.length & 255, padded.length >> 8]));
  writeSync(file, Buffer.from(padded, "latin1"));
}

function writeArray(name, type, shape, data) {
  const file = openSync(at(name), "w");
  writeHeader(file, type, shape);
  writeSync(file, new Uint8Array(data.buffer));
  closeSync(file);
}

function writeSet(name, count, isForeign) {
  const [features, logits] = [openSync(at(`${name}-features`), "w"), openSync(at(name), "w")];
  writeHeader(features, "<f4", [count, width]);
  writeHeader(logits, "<f4", [count, classes]);
  for (let from = 0; from < count; from += 1000) {
    const block = Math.min(1000, count - from);
    const z = new Float32Array(block * width);
    const l = new Float32Array(block * classes);
    for (let row = 0; row < block; row++) {
      const [own, start] = [(from + row) % classes, Math.floor(uniform() * noise.length)];
      const other = isForeign ? (own + 1) % classes : own;
      for (let d = 0; d < width; d++) {
        const center = 0.5 * (centers[own * width + d] + centers[other * width + d]);
        z[row * width + d] = Math.max(0, center + noise[(start + d) % noise.length]);
      }
      for (let k = 0; k < classes; k++)
        for (let d = 0; d < width; d++) l[row * classes + k] += weight[k * width + d] * z[row * width + d];
    }
    writeSync(features, new Uint8Array(z.buffer));
    writeSync(logits, new Uint8Array(l.buffer));
  }
  closeSync(features);
  closeSync(logits);
  writeArray(
    `${name}-labels`,
    "<i4",
    [count],
    Int32Array.from({ length: count }, (_, i) => i % classes),
  );
}

const half = Math.floor(rows / 2);
writeSet("train", bank, false);
writeSet("validation", Math.min(1000, half), false);
writeSet("test", half, false);
writeSet("foreign", rows - half, true);
writeArray("weight", "<f4", [classes, width], weight);
writeArray("bias", "<f4", [classes], new Float32Array(classes));

/** Runs the command; seconds, GiB of largest resident memory and exit code. */
async function judge(scores) {
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
    threads: values.threads,
    out: join(folder, "judged"),
  };
  const start = performance.now();
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, "../dist/cli/main.js"),
      "evaluate",
      ...Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]),
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  let [peak, cpuSeconds] = [0, 0];
  const watch = setInterval(() => {
    try {
      const read = (file) => readFileSync(`/proc/${child.pid}/${file}`, "utf8");
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(read("status"))?.[1] ?? 0) / 2 ** 20);
      // Ticks of 1/100 s in user and in system mode.
      const [user, system] = read("stat").split(") ")[1].split(" ").slice(11, 13);
      cpuSeconds = (Number(user) + Number(system)) / 100;
    } catch {
      // Not on Linux, or it has ended.
    }
  }, 500);
  const code = await new Promise((resolve) => child.on("exit", resolve));
  clearInterval(watch);
  return { seconds: (performance.now() - start) / 1000, cpuSeconds, peak, code };
}

for (const scores of values.each ? featureScoreNames : [values.scores]) {
  const { seconds, cpuSeconds, peak, code } = await judge(scores);
  console.log(
    `${rows} rows × ${width}, bank ${bank}, ${classes} classes, scores ${scores}: ${seconds.toFixed(1)} s in all, ${cpuSeconds.toFixed(0)} s of CPU time, ${peak.toFixed(2)} GiB at most, exit code ${code}`,
  );
  if (code) process.exitCode = code;
}
rmSync(folder, { recursive: true });
