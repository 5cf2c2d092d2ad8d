// Does masking pay with longer training? CIFAR-10, ResNet-20, 60 epochs of the recipe `cifar10-resnet20`; a copy of each run is kept
// after some epochs, to be judged under corruption. One thread a run: start it once for each core, with other arms.
//   npm run build && node scripts/long-run.mjs [--out runs/long] [--seeds 2] [--epochs 60] [--copies 10,20,40] [--only standard,masked] [--data-dir DIR]
//   node scripts/corrupted-accuracy.mjs runs/long/*/seed-0*
// Goes on where it was stopped, bit for bit.
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadDataSet } from "../dist/data/index.js";
import { runPaths } from "../dist/files/index.js";
import { cifar10Resnet20 } from "../dist/recipes/cifar10-resnet20.js";
import { resolveConfig } from "../dist/run/index.js";
import { train } from "../dist/train/index.js";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: "runs/long" },
    seeds: { type: "string", default: "2" },
    epochs: { type: "string", default: "60" },
    copies: { type: "string", default: "10,20,40" },
    only: { type: "string" },
    "data-dir": { type: "string" },
  },
});
const arms = {
  standard: { name: "standard" },
  masked: { name: "anchored" },
  "anchored-0": { name: "anchored", maskProbability: 0 },
};
const epochs = Number(values.epochs);
const stops = [...values.copies.split(",").map(Number), epochs];
const { data } = cifar10Resnet20;
const dataSet = await loadDataSet(values["data-dir"] ? { ...data, dataDir: values["data-dir"] } : data);

for (let seed = 0; seed < Number(values.seeds); seed++)
  for (const arm of values.only?.split(",") ?? Object.keys(arms)) {
    const run = join(values.out, arm, `seed-${seed}`);
    const config = resolveConfig({ ...cifar10Resnet20, method: arms[arm], epochs, threads: 1, seed });
    const stepsPerEpoch = Math.floor(dataSet.train.labels.length / config.batchSize);
    for (const stop of stops) {
      const copy = `${run}-epoch-${stop}`;
      if (stop < epochs && existsSync(runPaths(copy).checkpoint)) continue;
      const { steps } = await train(config, dataSet, {
        run,
        resume: existsSync(runPaths(run).checkpoint),
        maxSteps: stop * stepsPerEpoch,
        onProgress: ({ epoch, step, accuracy, validationAccuracy }) => {
          if (step === stepsPerEpoch) console.error(`${run}: epoch ${epoch}`, accuracy, validationAccuracy);
        },
      });
      if (stop < epochs && steps === stop * stepsPerEpoch) cpSync(run, copy, { recursive: true });
    }
  }
