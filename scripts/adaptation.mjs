// Measures adaptation on emoji: pre-train on the categories of 70 % of the concepts, then tell the other concepts apart
// (one class a concept, two drawings each) by a linear probe, by fine-tuning everything, and by fine-tuning the last layer,
// with references from the new images, the pre-training's, or both. Prints the section of docs/results.md.
//   npm run build && node scripts/adaptation.mjs [--out runs/adaptation] [--seeds 3] [--jobs 2] [--table]
// What is finished is skipped and what was stopped continues, so the same command resumes; --table prints what is there.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { judge, meanSd, measure, pairedDifference } from "../dist/evaluate/index.js";
import { runPaths } from "../dist/files/index.js";
import { thisMachine } from "../dist/files/internal.js";
import { loadPredictions, readMetrics } from "../dist/run/index.js";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: "runs/adaptation" },
    seeds: { type: "string", default: "3" },
    jobs: { type: "string", default: "2" },
    table: { type: "boolean", default: false },
    /** Of the code that ran, for the heading. */
    commit: { type: "string", default: "?" },
  },
});
const root = values.out;
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed);
const cli = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

// ---- what is trained ----
const crop = { name: "crop", options: { pad: 4, fill: 255 } };
// A new seed is also a new choice of concepts and of held-out drawings: the repetitions are independent.
const common = (seed) => ({ seed, model: "resnet20", threads: 1, optimizer: { name: "sgd" } });
const pretraining = (seed) => ({
  ...common(seed),
  data: { name: "emoji", label: "category", imageSize: 32, seed, conceptShare: [0, 0.7], testFraction: 0.05 },
  epochs: 10,
  batchSize: 64,
  schedule: { name: "one-cycle", peak: 0.1 },
  augment: [crop, { name: "flip", options: {} }],
});
// Every concept has a drawing by two of the three vendors to learn from; the third is for validation or for the test.
const fineData = { name: "emoji", label: "concept", imageSize: 32, conceptShare: [0.7, 1] };
const halves = { testFraction: 0.5, validationFraction: 0.5 };
const fineTuning = (seed, trainable, peak) => ({
  ...common(seed),
  data: { ...fineData, ...halves, seed },
  epochs: 12,
  batchSize: 32,
  trainable,
  schedule: { name: "one-cycle", peak },
  // No flip: ⬅️ and ➡️ are two classes.
  augment: [crop],
  validateEvery: 12,
});
const anchored = (maskProbability, referenceSource = "new") => ({
  name: "anchored",
  maskProbability,
  maskTarget: "label",
  referenceSource,
});
const bases = { standard: { name: "standard" }, "anchored-0": anchored(0), "anchored-0.25": anchored(0.25) };
const alphas = { "anchored-0": 0, "anchored-0.25": 0.25 };
/** That anchored networks answer under, of the ten that they keep. */
const references = "5";
const sources = ["new", "pretraining", "both"];
/** Tried on the standard network of seed 0; the best of validation serves all arms. */
const rates = { all: [0.03, 0.1, 0.3], head: [0.3, 1, 3] };

const arms = [
  { name: "full-scratch", title: "from scratch, standard", trainable: "all", method: bases.standard },
  ...["all", "head"].flatMap((trainable) => {
    const kind = trainable === "all" ? "full" : "head";
    const arm = (base, method, into) => ({
      name: `${kind}-${base}-${into}`,
      title: `${kind}: ${base} → ${into}`,
      trainable,
      base,
      method,
    });
    return [
      arm("standard", bases.standard, "standard"),
      ...(trainable === "all" ? [arm("standard", anchored(0), "anchored-0")] : []),
      ...Object.keys(alphas).flatMap((base) =>
        sources.map((source) => arm(base, anchored(alphas[base], source), source)),
      ),
    ];
  }),
];

// ---- running it ----
const run = (seed, name) => join(root, `seed${seed}`, name);
const finished = (folder) => existsSync(runPaths(folder).results);

const call = (log, ...words) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...words], { stdio: ["ignore", "ignore", "pipe"] });
    let last = "";
    child.stderr.on("data", (text) => {
      last = String(text);
    });
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`${log}: exit code ${code}: ${last}`))));
  });

async function trained(folder, config) {
  if (finished(folder)) return;
  mkdirSync(join(root, "configs"), { recursive: true });
  const file = join(root, "configs", `${folder.slice(root.length + 1).replaceAll(/[\\/]/g, "-")}.json`);
  writeFileSync(file, JSON.stringify(config, null, 2));
  const start = existsSync(runPaths(folder).config) ? ["--resume"] : ["--config", file];
  await call(folder, "train", ...start, "--out", folder);
  await call(folder, "evaluate", folder, "--suite", "clean,calibration,shift", "--k", references, "--threads", "1");
}

const tuned = (trainable, peak) => join(root, "tuning", `${trainable}-${peak}`);
const validationOf = (folder) => {
  const line = readMetrics(runPaths(folder).metrics).findLast(({ validationLoss }) => validationLoss !== undefined);
  return { accuracy: line.validationAccuracy, nll: line.validationLoss };
};
const chosenRate = (trainable) =>
  rates[trainable]
    .map((peak) => ({ peak, ...validationOf(tuned(trainable, peak)) }))
    .reduce((best, one) => (one.accuracy > best.accuracy ? one : best)).peak;

const tuningTask = (trainable, peak) => ({
  folder: tuned(trainable, peak),
  needs: [run(0, "standard")],
  work: () =>
    trained(tuned(trainable, peak), {
      ...fineTuning(0, trainable, peak),
      method: bases.standard,
      init: run(0, "standard"),
    }),
});
const tasksOf = (seed) => [
  ...Object.entries(bases).map(([base, method]) => ({
    folder: run(seed, base),
    needs: [],
    work: () => trained(run(seed, base), { ...pretraining(seed), method }),
  })),
  ...(seed === 0 ? Object.keys(rates).flatMap((part) => rates[part].map((peak) => tuningTask(part, peak))) : []),
  ...Object.keys(bases).map((base) => ({
    folder: run(seed, `probe-${base}`),
    needs: [run(seed, base)],
    work: () =>
      call(
        `probe ${base} ${seed}`,
        ...["probe", run(seed, base), "--out", run(seed, `probe-${base}`), "--k", references, "--threads", "1"],
        ...["--label", fineData.label, "--concept-share", fineData.conceptShare.join()],
        ...["--test-fraction", halves.testFraction, "--validation-fraction", halves.validationFraction].map(String),
      ),
  })),
  ...arms.map(({ name, trainable, base, method }) => ({
    folder: run(seed, name),
    needs: [...(base ? [run(seed, base)] : []), ...rates[trainable].map((peak) => tuned(trainable, peak))],
    work: () =>
      trained(run(seed, name), {
        ...fineTuning(seed, trainable, chosenRate(trainable)),
        method,
        ...(base && { init: run(seed, base) }),
      }),
  })),
];

async function runAll() {
  const waiting = seeds.flatMap(tasksOf).filter(({ folder }) => !finished(folder));
  const total = waiting.length;
  const running = new Set();
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.findIndex(({ needs }) => needs.every(finished));
    if (next >= 0 && running.size < Number(values.jobs)) {
      const [task] = waiting.splice(next, 1);
      const began = performance.now();
      const promise = task.work().then(() => {
        running.delete(promise);
        const minutes = ((performance.now() - began) / 60_000).toFixed(1);
        console.error(`${task.folder}: ${minutes} min; ${total - waiting.length - running.size} of ${total}`);
      });
      running.add(promise);
    } else await Promise.race(running);
  }
}

// ---- the table ----
const [test, shift] = ["emoji/test", "emoji/unseen vendors"];
const points = (share) => (100 * share).toFixed(1);
const spread = (list) => {
  const { mean, sd } = meanSd(list);
  return `${points(mean)}${sd === undefined ? "" : ` ± ${points(sd)}`}`;
};
const judged = (folder, set) => judge(loadPredictions(folder, set));
const signed = (share) => `${share < 0 ? "−" : "+"}${points(Math.abs(share))}`;

function row(title, name, against) {
  const done = seeds.filter((seed) => finished(run(seed, name)));
  if (done.length === 0) return undefined;
  const cells = [title, String(done.length)];
  const of = (set) => done.map((seed) => measure(judged(run(seed, name), set)));
  cells.push(spread(of("emoji/validation").map(({ accuracy }) => accuracy)));
  for (const set of [test, shift]) {
    const metrics = of(set);
    cells.push(
      spread(metrics.map(({ accuracy }) => accuracy)),
      spread(metrics.map(({ top5 }) => top5)),
      spread(metrics.map(({ ece15 }) => ece15)),
    );
  }
  for (const set of [test, shift]) cells.push(against && against !== name ? gap(name, against, set) : "–");
  return cells;
}

/** Over the images of all seeds that both have. */
function gap(name, other, set) {
  const both = seeds.filter((seed) => finished(run(seed, name)) && finished(run(seed, other)));
  if (both.length === 0) return "–";
  const correct = (which) => both.flatMap((seed) => [...judged(run(seed, which), set).correct]);
  const { difference, interval } = pairedDifference(correct(name), correct(other));
  return `${signed(difference)} [${interval.map(signed).join(", ")}]`;
}

function table(header, rows) {
  const lines = [header, header.map((_, i) => (i === 0 ? "---" : "---:")), ...rows.filter(Boolean)];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** What the numbers rest on. */
function printHeading() {
  const { cpu, cores } = thisMachine();
  const pre = pretraining(0);
  const fine = fineTuning(0, "all", 1);
  const done = seeds.filter((seed) => arms.every(({ name }) => finished(run(seed, name))));
  const example = done.find((seed) => finished(run(seed, "probe-standard")));
  const sizes =
    example === undefined ? undefined : JSON.parse(readFileSync(join(run(example, "probe-standard"), "probe.json")));
  console.log(`## Adaptation on emoji

${new Date().toISOString().slice(0, 10)} · ${cpu}, ${cores} cores, Node ${process.versions.node} · commit ${values.commit} ·
\`npm run build && node scripts/adaptation.mjs --seeds ${values.seeds}\` · seeds ${done.join(", ")} complete; a seed is also a new
choice of concepts and of held-out drawings · ResNet-20, 32 pixels, ${references} references

Pre-training: the 8 categories of 70 % of the concepts, drawn by noto, twemoji and openmoji; ${pre.epochs} epochs, batch
${pre.batchSize}, SGD, one-cycle to ${pre.schedule.peak}, crop and flip. Then the other 30 %, one class a concept${
    sizes
      ? ` (${sizes.data.classes} classes,
${sizes.trainImages} training drawings, ${sizes.validationImages} to validate on)`
      : ""
  }: a concept's drawings by two of the three vendors are trained on; its third
belongs to the validation set for half of the concepts, to the test set for the others; for the latter, the drawings by
fluent-emoji-flat and emojione are the unseen vendors. Fine-tuning: ${fine.epochs} epochs, batch ${fine.batchSize}, crop, one-cycle to the
rate that was best in validation accuracy for the standard network of seed 0, with the pre-training's normalization. Means
± standard deviation over seeds; differences in points, paired over the images of all seeds, with 95 % bootstrap intervals
over images.
`);
}

function printTables() {
  printHeading();
  const measures = [test, shift].flatMap((set) => {
    const where = set === test ? "test" : "unseen vendors";
    return [`${where} accuracy`, "top-5", "ECE"];
  });
  const header = ["arm", "seeds", "validation", ...measures, "test − standard", "unseen − standard"];
  const rows = [
    ...Object.keys(bases).map((base) => row(`probe: ${base}`, `probe-${base}`, "probe-standard")),
    ...arms.map(({ title, name, trainable }) =>
      row(title, name, trainable === "all" ? "full-standard-standard" : "head-standard-standard"),
    ),
  ];
  console.log(table(header, rows));
  const gaps = ["full", "head"].flatMap((kind) =>
    Object.keys(alphas).flatMap((base) =>
      ["pretraining", "both"].map((source) => {
        const [name, other] = [source, "new"].map((which) => `${kind}-${base}-${which}`);
        return [`${kind}: ${base}, ${source} − new`, ...[test, shift].map((set) => gap(name, other, set))];
      }),
    ),
  );
  console.log(`\n${table(["references", "test", "unseen vendors"], gaps)}`);
  if (Object.values(rates.all).every((peak) => finished(tuned("all", peak))))
    for (const part of Object.keys(rates)) {
      const tried = rates[part].filter((peak) => finished(tuned(part, peak)));
      const said = tried.map((peak) => `${peak}: ${points(validationOf(tuned(part, peak)).accuracy)}`);
      console.log(`\nrates of ${part}, validation accuracy: ${said.join(", ")}`);
    }
  const pre = Object.keys(bases).map((base) => {
    const done = seeds.filter((seed) => finished(run(seed, base)));
    const accuracies = (set) =>
      done.length === 0 ? "–" : spread(done.map((seed) => measure(judged(run(seed, base), set)).accuracy));
    return [base, String(done.length), accuracies("emoji/validation")];
  });
  console.log(`\n${table(["pre-training", "seeds", "category accuracy, validation"], pre)}`);
}

if (!values.table) await runAll();
printTables();
