// Regression: plain, dropout, MC dropout, deep ensembles and anchored training, each at equal epochs, on the same splits
// and seeds; judged on test examples and on targets or inputs that training never saw.
//   npm run build && node scripts/regression-results.mjs --tables FOLDER [--out runs/regression] [--only cars-gaps,…]
//     [--arms "plain;dropout"] [--replicates 5] [--choose]
// FOLDER holds diabetes.csv and cars.json (docs/regression-data.md says how to get them). --choose trains the grid that
// the numbers in `experiments` were chosen from and prints validation errors alone.
// Goes on where it was stopped: trained runs are kept, broken ones continue, judged ones are not judged again.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadRegressionData } from "../dist/data/index.js";
import { runPaths } from "../dist/files/index.js";
import { judgeEnsemble, judgeRegressionRuns, openRegressionRun } from "../dist/judge/index.js";
import { resolveConfig } from "../dist/run/index.js";
import { loadRegressionPredictor, trainRegression } from "../dist/train/index.js";
import { constantMeasures, measuresOf, printTables } from "./regression-tables.mjs";

const { values } = parseArgs({
  options: {
    tables: { type: "string", default: "." },
    out: { type: "string", default: "runs/regression" },
    only: { type: "string" },
    arms: { type: "string" },
    replicates: { type: "string" },
    choose: { type: "boolean", default: false },
  },
});
const MEMBERS = 5;

const diabetes = { name: "csv", file: join(values.tables, "diabetes.csv"), targets: ["progression"] };
const cars = {
  name: "csv",
  file: join(values.tables, "cars.json"),
  targets: ["Miles_per_Gallon"],
  missing: "skip",
  categorical: ["Origin"],
};
const tabular = { batchSize: 32, validateEvery: 0 };
const fourier = (scale) => ({ features: 64, scale });

/**
 * `data` without its seed; `passes`: references, or draws of dropout, behind an answer; the chosen epochs, peak rates, dropout
 * and scale of the Fourier features, and the grid that they were chosen from. A replicate is a split with seeds of its own;
 * where `oneSplit` stands only seeds change.
 */
const experiments = {
  "diabetes-gaps": table(
    { ...diabetes, shift: "gaps" },
    { epochs: 25, rate: 0.0003, anchoredRate: 0.003, dropout: 0.1 },
  ),
  "diabetes-tails": table(
    { ...diabetes, shift: "tails" },
    { epochs: 25, rate: 0.0003, anchoredRate: 0.003, dropout: 0.1 },
  ),
  "cars-gaps": table({ ...cars, shift: "gaps" }, { epochs: 25, rate: 0.0003, anchoredRate: 0.001, dropout: 0.1 }),
  "cars-tails": table({ ...cars, shift: "tails" }, { epochs: 25, rate: 0.0003, anchoredRate: 0.001, dropout: 0.1 }),
  oscillation: {
    data: { name: "functions", function: "oscillation", count: 1000, noise: 0.05, inputGap: [0.6, 1.1] },
    config: tabular,
    passes: 30,
    replicates: 5,
    leftOut: /Gaussian/,
    chosen: { epochs: 100, rate: 0.001, anchoredRate: 0.001, dropout: 0.05, scale: 1 },
    grid: { epochs: [100], rate: [0.001, 0.003], dropout: [0.02, 0.05, 0.1], scale: [0.3, 1, 3] },
  },
  "emoji-rotation": {
    data: { name: "emoji-rotation", imageSize: 16, rotations: 2, shift: "gaps" },
    config: { model: "resnet20", batchSize: 64, validateEvery: 0 },
    passes: 10,
    replicates: 5,
    oneSplit: true,
    leftOut: /label|Gaussian/,
    chosen: { epochs: 3, rate: 0.01, anchoredRate: 0.01, dropout: 0.2 },
    grid: { epochs: [6], rate: [0.01, 0.03], dropout: [0.2] },
  },
};

function table(data, chosen) {
  const grid = { epochs: [25, 100], rate: [0.0003, 0.001, 0.003], dropout: [0.05, 0.1, 0.2] };
  return { data, config: tabular, passes: 30, replicates: 5, chosen, grid };
}

const squared = { name: "regression", loss: "squared" };
const gaussian = { name: "regression", loss: "gaussian" };
const anchored = (options) => ({ name: "anchored", ...options });
/** Trained arms; those that are another's weights asked with draws of dropout; ensembles of another's runs. */
const arms = {
  plain: { task: squared },
  dropout: { task: squared, dropout: true },
  "MC dropout": { task: squared, drawsOf: "dropout" },
  "ensemble of 5": { ensembleOf: "plain" },
  "anchored, α = 0": { task: squared, method: anchored({ maskProbability: 0 }) },
  "anchored, α = 0.25 `label`": { task: squared, method: anchored({ maskTarget: "label" }) },
  "anchored, α = 0.25 `mean`": { task: squared, method: anchored({ maskTarget: "mean" }) },
  "plain, Gaussian": { task: gaussian },
  "ensemble of 5, Gaussian": { ensembleOf: "plain, Gaussian" },
  "anchored, α = 0, Gaussian": { task: gaussian, method: anchored({ maskProbability: 0 }) },
};
const CONSTANT = "always the training mean";
const slug = (arm) => arm.replace(/[^\w.]+/g, "-").replace(/-$/, "");

const openRun = (run) => openRegressionRun(run, { threads: 1 });

for (const name of values.only?.split(",") ?? Object.keys(experiments)) {
  if (!(name in experiments)) throw new Error(`${name} is not known; use ${Object.keys(experiments).join(", ")}`);
  const experiment = { ...experiments[name], name };
  if (values.choose) await choose(experiment);
  else await measureAll(experiment);
}

async function measureAll(experiment) {
  const replicates = Number(values.replicates ?? experiment.replicates);
  const measured = [];
  for (let replicate = 0; replicate < replicates; replicate++) {
    for (const arm of values.arms?.split(";") ?? Object.keys(arms)) {
      const how = arms[arm];
      if (experiment.leftOut?.test(arm)) continue;
      const folder = how.ensembleOf
        ? await ensemble(experiment, arm, how, replicate)
        : await trained(experiment, arm, how, replicate, 0);
      if (!folder) continue;
      await judged(folder);
      measured.push({ arm, replicate, sets: measuresOf(folder) });
      if (arm === "plain") measured.push({ arm: CONSTANT, replicate, sets: constantMeasures(folder) });
    }
    console.error(`${experiment.name}: replicate ${replicate} is there`);
    writeFileSync(join(values.out, `${experiment.name}.json`), `${JSON.stringify(measured, undefined, 1)}\n`);
  }
  printTables(experiment.name, measured, [...Object.keys(arms), CONSTANT]);
}

async function judged(folder) {
  if (existsSync(runPaths(folder).results)) return;
  await judgeRegressionRuns([folder], { openRun });
}

/** The folder of a run, trained where it is missing. Members of an ensemble share the split of their replicate. */
async function trained(experiment, arm, how, replicate, member) {
  const run = join(values.out, experiment.name, `${slug(arm)}-${replicate}-${member}`);
  if (how.drawsOf) {
    const source = join(values.out, experiment.name, `${slug(how.drawsOf)}-${replicate}-${member}`);
    if (!existsSync(runPaths(run).checkpoint)) withDraws(source, run, experiment.passes);
    return run;
  }
  if (!existsSync(runPaths(run).results))
    await trainInto(run, configOf(experiment, how, experiment.chosen, replicate, member));
  return run;
}

async function trainInto(run, config) {
  const data = await loadRegressionData(config.data);
  const { finished } = await trainRegression(config, data, { run, resume: existsSync(runPaths(run).checkpoint) });
  if (!finished) throw new Error(`${run} is not finished`);
}

function configOf({ data, config, passes, oneSplit }, { task, method, dropout }, chosen, replicate, member) {
  const { epochs, rate, anchoredRate, scale } = chosen;
  return resolveConfig({
    ...config,
    data: { ...data, validationFraction: 0.2, seed: oneSplit ? 0 : replicate },
    task: { ...task, ...(scale && { fourier: fourier(scale) }) },
    method: method ? { ...method, referenceCount: passes } : { name: "standard" },
    schedule: { name: "one-cycle", peak: method ? anchoredRate : rate },
    epochs,
    dropout: dropout ? chosen.dropout : 0,
    seed: MEMBERS * replicate + member,
    threads: 1,
  });
}

/** The same weights, asked with draws of dropout. */
function withDraws(source, run, draws) {
  const [from, to] = [runPaths(source), runPaths(run)];
  mkdirSync(run, { recursive: true });
  const record = JSON.parse(readFileSync(from.config, "utf8"));
  record.config.task.dropoutDraws = draws;
  writeFileSync(to.config, `${JSON.stringify(record, undefined, 2)}\n`);
  copyFileSync(from.metrics, to.metrics);
  copyFileSync(from.checkpoint, to.checkpoint);
}

/**
 * The folder of an ensemble, judged. Where each replicate has a split of its own, its members are further seeds on that split; on
 * one split they are the plain runs of all replicates, which make one ensemble.
 */
async function ensemble(experiment, arm, { ensembleOf }, replicate) {
  const { oneSplit, replicates, name } = experiment;
  if (oneSplit && replicate > 0) return undefined;
  const folder = join(values.out, name, `${slug(arm)}-${replicate}`);
  if (existsSync(runPaths(folder).results)) return folder;
  const runs = [];
  for (let i = 0; i < (oneSplit ? replicates : MEMBERS); i++)
    runs.push(await trained(experiment, ensembleOf, arms[ensembleOf], ...(oneSplit ? [i, replicate] : [replicate, i])));
  await judgeEnsemble(runs, folder, { openRun, seed: replicate });
  return folder;
}

/** Prints the validation RMSE, a mean over the first three replicates, of every point of the grid. */
async function choose(experiment) {
  const { grid, chosen, name } = experiment;
  const replicates = Math.min(Number(values.replicates ?? 3), experiment.replicates);
  for (const arm of values.arms?.split(";") ?? ["plain", "anchored, α = 0", "dropout"])
    for (const epochs of grid.epochs)
      for (const rate of grid.rate)
        for (const scale of grid.scale ?? [undefined])
          for (const dropout of arm === "dropout" ? grid.dropout : [0]) {
            // Dropout is chosen at the epochs and the rate that were chosen for plain runs.
            if (arm === "dropout" && !(epochs === chosen.epochs && rate === chosen.rate && scale === chosen.scale))
              continue;
            const point = { epochs, rate, anchoredRate: rate, dropout, scale };
            const errors = [];
            for (let replicate = 0; replicate < replicates; replicate++) {
              const key = slug(`${arm} ${Object.values(point).join(" ")} ${replicate}`);
              const run = join(values.out, "choose", name, key);
              const config = configOf(experiment, arms[arm], point, replicate, 0);
              await trainInto(run, config);
              errors.push(await validationRmse(run, config));
            }
            const mean = errors.reduce((a, b) => a + b, 0) / errors.length;
            console.log(
              [
                name,
                arm,
                `epochs ${epochs}`,
                `rate ${rate}`,
                `dropout ${dropout}`,
                `scale ${scale}`,
                mean.toFixed(4),
              ].join("\t"),
            );
          }
}

async function validationRmse(run, config) {
  const { validation } = await loadRegressionData(config.data);
  const predictor = loadRegressionPredictor(run, { threads: 1 });
  const { mean } = await predictor.predict(validation);
  await predictor.dispose();
  return Math.sqrt(mean.reduce((sum, value, i) => sum + (value - validation.targets.data[i]) ** 2, 0) / mean.length);
}
