// Which BatchNorm statistics should a masked run predict by? Digits, ResNet-20, two epochs of 16,200 images; every arm on
// the same seeds, judged on *validation* images alone: clean, and under 29 corruptions × 5 severities.
//   npm run build && node scripts/mask-statistics.mjs [--out runs/mask-statistics] [--seeds 5] [--corrupted 200] [--only a,b]
// Goes on where it was stopped: trained runs are kept, broken ones continue, judged ones are not judged again.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { normalizeImages } from "../dist/augment/index.js";
import { HostArray, imageCount, subset } from "../dist/core/index.js";
import { CorruptionPool, corruptionNames, corruptionSuite, severities } from "../dist/corrupt/index.js";
import { loadDataSet } from "../dist/data/index.js";
import { comparePaired, meanSd } from "../dist/evaluate/index.js";
import { runPaths } from "../dist/files/index.js";
import { loadCheckpoint, saveCheckpoint } from "../dist/run/checkpoint.js";
import { resolveConfig } from "../dist/run/index.js";
import { accuracyOf } from "../dist/tasks/classification/scores.js";
import { batchStatistics } from "../dist/train/batch-statistics.js";
import { createForward } from "../dist/train/forward.js";
import { loadPredictor, loadRun, recalibrate, train } from "../dist/train/index.js";
import { buildNetwork } from "../dist/train/internal.js";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: "runs/mask-statistics" },
    seeds: { type: "string", default: "5" },
    corrupted: { type: "string", default: "200" },
    only: { type: "string" },
  },
});
const CLEAN = 2000;
const anchored = (options) => ({ method: { name: "anchored", ...options } });

const crop = { name: "crop", options: { pad: 2 } };

const vit = {
  model: "vit-tiny-patch4-depth6",
  optimizer: { name: "adamw" },
  schedule: { name: "one-cycle", peak: 0.002 },
};

/**
 * Arms that are trained; those that are another arm's weights with statistics taken anew (`batches` of training images), or with means
 * or variances alone of those that were taken anew (`part`);
 * and those whose statistics are taken from the very images that are judged (`adapted`: BatchNorm adaptation, which sees a
 * batch of the damaged images at once, and so answers another question).
 */
const arms = {
  standard: { method: { name: "standard" } },
  "standard-anew": { of: "standard", batches: 150 },
  "standard-adapted": { of: "standard", adapted: true },
  "standard-jitter": {
    method: { name: "standard" },
    augment: [crop, { name: "colorJitter", options: { brightness: 0.5, contrast: 0.5, saturation: 0, hue: 0 } }],
  },
  "anchored-0": anchored({ maskProbability: 0 }),
  "masked-all": anchored({ maskStatistics: "all" }),
  "masked-ordinary": anchored({ maskStatistics: "ordinary" }),
  "masked-anew-10": { of: "masked-all", batches: 10 },
  "masked-anew-150": { of: "masked-all", batches: 150 },
  "masked-anew-means": { of: "masked-all", anew: "masked-anew-150", part: ".running_mean" },
  "masked-anew-variances": { of: "masked-all", anew: "masked-anew-150", part: ".running_var" },
  "by-image": anchored({ maskBy: "image" }),
  "by-image-anew": { of: "by-image", batches: 150 },
  "uniform-all": anchored({ maskTarget: "uniform", maskStatistics: "all" }),
  "uniform-ordinary": anchored({ maskTarget: "uniform" }),
  "averaged-all": { ...anchored({ maskStatistics: "all" }), averageDecay: 0.99 },
  "averaged-ordinary": { ...anchored({ maskStatistics: "ordinary" }), averageDecay: 0.99 },
  // No BatchNorm, so that there are no statistics to choose.
  "vit-standard": { ...vit, method: { name: "standard" } },
  "vit-anchored-0": { ...vit, ...anchored({ maskProbability: 0 }) },
  "vit-masked": { ...vit, ...anchored({}) },
};
const chosen = values.only?.split(",") ?? Object.keys(arms);
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed);
const data = { name: "mnist", validationFraction: 0.73, seed: 0 };
const dataSet = await loadDataSet(data);
const first = (count) =>
  subset(
    dataSet.validation,
    Int32Array.from({ length: count }, (_, row) => row),
  );
const runOf = (arm, seed) => join(values.out, arm, `seed-${seed}`);
const configOf = ({ of: _, batches: _b, ...changes }, seed) =>
  resolveConfig({
    data,
    model: "resnet20",
    epochs: 2,
    batchSize: 64,
    threads: 1,
    schedule: { name: "one-cycle", peak: 0.1 },
    augment: [crop],
    ...changes,
    seed,
  });

for (const seed of seeds)
  for (const arm of chosen) {
    const [how, run] = [arms[arm], runOf(arm, seed)];
    if (how.adapted) continue;
    if (how.part) {
      if (!existsSync(runPaths(run).checkpoint)) mixStatistics(how, seed, run);
    } else if (how.of) {
      if (!existsSync(runPaths(run).checkpoint))
        await recalibrate(runOf(how.of, seed), dataSet, { out: run, batches: how.batches });
    } else {
      const { finished } = await train(configOf(how, seed), dataSet, { run, resume: existsSync(runPaths(run).config) });
      if (!finished) throw new Error(`${run} is not finished`);
    }
    console.error(`${run}: there`);
  }

const pool = new CorruptionPool();
const sets = [{ set: first(CLEAN) }];
for await (const { corruption, severity, set } of corruptionSuite(first(Number(values.corrupted)), pool, {
  corruptions: corruptionNames,
  severities,
}))
  sets.push({ corruption, severity, set });
await pool.destroy();
for (const seed of seeds)
  for (const arm of chosen) {
    const file = join(runOf(arm, seed), "validation.json");
    if (existsSync(file)) continue;
    const { adapted, of } = arms[arm];
    const predictor = adapted
      ? await adaptedPredictor(runOf(of, seed))
      : await loadPredictor(runOf(arm, seed), { threads: 1 });
    const accuracies = [];
    for (const { corruption, severity, set } of sets) {
      accuracies.push({
        corruption,
        severity,
        accuracy: accuracyOf(await predictor.predict(set, { protocol: "single" })),
      });
    }
    await predictor.dispose();
    const corrupted = accuracies.slice(1);
    const mean = (rows) => rows.reduce((sum, { accuracy }) => sum + accuracy, 0) / rows.length;
    const judged = {
      clean: accuracies[0].accuracy,
      corrupted: mean(corrupted),
      severities: severities.map((severity) => mean(corrupted.filter((row) => row.severity === severity))),
    };
    mkdirSync(runOf(arm, seed), { recursive: true });
    writeFileSync(file, `${JSON.stringify(judged, undefined, 1)}\n`);
    console.error(`${runOf(arm, seed)}: ${percent(judged.clean)} clean, ${percent(judged.corrupted)} under corruption`);
  }

const baseline = "masked-ordinary";
console.log(`${imageCount(dataSet.train)} training images; validation: ${CLEAN} clean, ${values.corrupted} corrupted`);
console.log(
  "| arm | clean | mean over corruptions | severity 1, 2, 3, 4, 5 | corrupted − `masked-ordinary`, points [95 %] |",
);
console.log("|---|---|---|---|---|");
for (const arm of chosen) {
  const judged = (name) =>
    seeds.map((seed) => JSON.parse(readFileSync(join(runOf(name, seed), "validation.json"), "utf8")));
  const own = judged(arm);
  const of = (what, name = arm) => judged(name).map((one) => one[what]);
  const bySeverity = severities.map((_, i) => percent(meanSd(own.map((one) => one.severities[i])).mean));
  const { difference, halfWidth = Number.NaN } =
    arm === baseline || !chosen.includes(baseline) ? {} : comparePaired(of("corrupted"), of("corrupted", baseline));
  const points = (value) => (100 * value).toFixed(1);
  console.log(
    `| ${arm} | ${meanAndSd(of("clean"))} | ${meanAndSd(of("corrupted"))} | ${bySeverity.join(" ")} | ${
      difference === undefined
        ? "–"
        : `${points(difference)} [${points(difference - halfWidth)}, ${points(difference + halfWidth)}]`
    } |`,
  );
}

/** A run's statistics, with those whose names end in `part` in place of its own. */
function mixStatistics({ of, anew, part }, seed, run) {
  mkdirSync(run, { recursive: true });
  const [kept, right] = [of, anew].map((arm) => loadCheckpoint(runPaths(runOf(arm, seed)).checkpoint));
  const state = Object.entries(kept.state).map(([name, array]) => [
    name,
    name.endsWith(part) ? right.state[name] : array,
  ]);
  copyFileSync(runPaths(runOf(of, seed)).config, runPaths(run).config);
  saveCheckpoint(runPaths(run).checkpoint, { ...kept, state: Object.fromEntries(state) });
}

/** Predicts every set by the statistics of its own images, in batches of 100. */
async function adaptedPredictor(run) {
  const { record, variables } = loadRun(run);
  const network = buildNetwork(record);
  const forward = createForward(record, network, { batchSize: 100, threads: 1 });
  const statistics = batchStatistics(network, variables, record.config);
  return {
    async predict(set) {
      const classes = record.data.classNames.length;
      const logits = new Float32Array(imageCount(set) * classes);
      for (let at = 0; at < imageCount(set); at += 100) {
        const rows = Int32Array.from({ length: 100 }, (_, i) => at + i);
        const shape = [100, set.channels, set.height, set.width];
        const images = HostArray.float32(shape, normalizeImages(set, rows, record.data.normalization));
        const state = await statistics.mean([{ images }]);
        logits.set((await forward.run({ params: variables.params, state }, images)).data, at * classes);
      }
      return { logits, labels: set.labels, classes };
    },
    async dispose() {
      await statistics.dispose();
      await forward.dispose();
    },
  };
}

function percent(share) {
  return (100 * share).toFixed(1);
}

function meanAndSd(shares) {
  const { mean, sd } = meanSd(shares);
  return sd === undefined ? percent(mean) : `${percent(mean)} ± ${percent(sd)}`;
}
