// Time and memory of all scores on features, in one pass over the rows: these are made as they are read, so that none but
// the bank lies in memory.
//   npm run build && node scripts/ood-shelf.mjs [--rows 1000000] [--width 512] [--bank 50000] [--classes 100]
//                                               [--scores knn,vim] [--threads 2] [--each]
// Rows: what is scored, seconds of its fit, seconds of its scores, microseconds a row; with --each every score in a pass of
// its own. Then the largest memory of the process.
import { parseArgs } from "node:util";
import { createInnerProducts } from "../dist/engine/index.js";
import { featureScoreNames, fitFeatureScores, rowsOf } from "../dist/evaluate/index.js";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    width: { type: "string", default: "512" },
    bank: { type: "string", default: "50000" },
    classes: { type: "string", default: "100" },
    scores: { type: "string", default: featureScoreNames.join() },
    threads: { type: "string", default: "2" },
    each: { type: "boolean", default: false },
  },
});
const [count, width, bankCount, classes] = [values.rows, values.width, values.bank, values.classes].map(Number);
const { products } = createInnerProducts({ threads: Number(values.threads) });

let state = 1;
const uniform = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
/** Class centres of which half the entries are 0; rows are rectified and noisy copies of them. */
const centers = Float32Array.from({ length: classes * width }, () => Math.max(0, 4 * uniform() - 2));
const noise = Float32Array.from({ length: 1 << 20 }, () => 1.4 * (uniform() + uniform() + uniform() - 1.5));
const weight = centers.map((value) => 0.05 * value);
const bias = new Float32Array(classes);

function block(from, to) {
  const rows = new Float32Array((to - from) * width);
  for (let row = from; row < to; row++) {
    const [center, start] = [(row % classes) * width, Math.imul(row, 7919)];
    for (let d = 0; d < width; d++)
      rows[(row - from) * width + d] = Math.max(0, centers[center + d] + noise[(start + d) & (noise.length - 1)]);
  }
  return rows;
}
const features = (first, rows) => ({ count: rows, width, block: (from, to) => block(first + from, first + to) });
const logits = (first, rows) => ({
  count: rows,
  width: classes,
  block: (from, to) => products(block(first + from, first + to), weight, width),
});

const [bankAt, validationAt] = [2 * count, 3 * count];
const bank = rowsOf(block(bankAt, bankAt + bankCount), width);
const data = {
  classes,
  training: {
    features: bank,
    logits: logits(bankAt, bankCount),
    labels: Int32Array.from({ length: bankCount }, (_, i) => (bankAt + i) % classes),
  },
  validation: { features: features(validationAt, 5000), logits: logits(validationAt, 5000) },
  classifier: { weight, bias },
};

const started = performance.now();
const names = values.scores.split(",");
for (const together of values.each ? names.map((name) => [name]) : [names]) {
  const name = together.length === 1 ? together[0] : `${together.length} scores`;
  const atFit = performance.now();
  const fitted = await fitFeatureScores(together, data, { innerProducts: products });
  const atScores = performance.now();
  const { absent } = await fitted.score(
    { features: features(0, count), logits: logits(0, count) },
    { onProgress: (at) => at && process.stderr.isTTY && process.stderr.write(`\r${name}: ${at.done} of ${at.total} `) },
  );
  const end = performance.now();
  const [fitSeconds, seconds] = [(atScores - atFit) / 1000, (end - atScores) / 1000];
  const reasons = [...fitted.absent, ...absent].map(({ reason }) => `absent: ${reason}`);
  console.log(
    [name.padEnd(24), fitSeconds.toFixed(1), seconds.toFixed(1), ((seconds / count) * 1e6).toFixed(1), ...reasons].join(
      "  ",
    ),
  );
}
const { maxRSS } = process.resourceUsage();
console.log(`all: ${((performance.now() - started) / 1000).toFixed(0)} s, at most ${(maxRSS / 1024).toFixed(0)} MB`);
