// Trains every model anchored (α = 0.25) on `emoji` for one epoch and prints a table of what came of it.
//   npm run build && node scripts/every-model.mjs [--out FOLDER] [--threads N] [--image-size PIXELS] [MODEL...]
// Goes on where it was stopped: models in FOLDER/results.json are not trained again; a model under way starts afresh.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Random, sizeOf } from "../dist/core/index.js";
import { loadDataSet } from "../dist/data/index.js";
import { runPaths } from "../dist/files/index.js";
import { createModel, modelNames } from "../dist/models/index.js";
import { readMetrics, resolveConfig } from "../dist/run/index.js";
import { train } from "../dist/train/index.js";

const isTransformer = (name) => /^(vit|deit|swin)/.test(name);
const adamw = {
  optimizer: { name: "adamw" },
  schedule: { name: "one-cycle", peak: 5e-4 },
  clipNorm: 1,
};
const sgd = (peak) => ({ optimizer: { name: "sgd" }, schedule: { name: "one-cycle", peak } });
// airbench94 divides its logits by 9; resnet34 is the deepest whose residual branches start at full size.
const peaks = { airbench94: 0.5, resnet34: 0.01 };
const howTrained = (name) => (isTransformer(name) ? adamw : sgd(peaks[name] ?? 0.05));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string", default: "runs/every-model" },
    threads: { type: "string", default: "2" },
    "image-size": { type: "string", default: "32" },
  },
});
const imageSize = Number(values["image-size"]);
const file = join(values.out, "results.json");
mkdirSync(values.out, { recursive: true });
const results = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];

const data = { name: "emoji", imageSize, seed: 0 };
let dataSet;
for (const model of positionals.length > 0 ? positionals : modelNames) {
  if (results.some((result) => result.model === model)) continue;
  dataSet ??= await loadDataSet(data);
  const options = { inputChannels: 6, classes: dataSet.train.classNames.length, imageSize };
  const { params } = createModel(model, options).init(new Random("shapes"));
  const run = join(values.out, model);
  rmSync(run, { recursive: true, force: true });
  const config = resolveConfig({
    data,
    model,
    method: { name: "anchored", maskProbability: 0.25 },
    epochs: 1,
    batchSize: 32,
    validateEvery: 0,
    logEvery: 1,
    threads: Number(values.threads),
    ...howTrained(model),
  });
  const { seconds } = await train(config, dataSet, { run, onNotice: (line) => console.error(line) });
  const losses = readMetrics(runPaths(run).metrics).flatMap(({ event, loss }) => (event === "step" ? [loss] : []));
  const fifth = Math.floor(losses.length / 5);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  results.push({
    model,
    imageSize,
    parameters: Object.values(params).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    optimizer: config.optimizer.name,
    peak: config.schedule.peak,
    firstFifth: mean(losses.slice(0, fifth)),
    lastFifth: mean(losses.slice(-fifth)),
    imagesPerSecond: (losses.length * config.batchSize) / seconds,
    seconds,
  });
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
  rmSync(runPaths(run).checkpoint, { force: true });
  console.error(`${model}: ${results.at(-1).firstFifth.toFixed(3)} → ${results.at(-1).lastFifth.toFixed(3)}`);
}

console.log("| model | pixels | parameters | optimiser, peak | loss, first fifth | last fifth | images/s | seconds |");
console.log("|---|---|---|---|---|---|---|---|");
const inOrder = modelNames.flatMap((name) => results.filter(({ model }) => model === name));
for (const {
  model,
  imageSize,
  parameters,
  optimizer,
  peak,
  firstFifth,
  lastFifth,
  imagesPerSecond,
  seconds,
} of inOrder)
  console.log(
    `| \`${model}\` | ${imageSize} | ${parameters.toLocaleString("en")} | ${optimizer}, ${peak} | ${firstFifth.toFixed(3)} | ${lastFifth.toFixed(3)} | ${imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0)} | ${seconds.toFixed(0)} |`,
  );
