// Accuracy of runs of one data set on its first test images, clean and under 29 corruptions × 5 severities: each corrupted set
// is made once, and asked of every run. One thread a run's predictions; one reference a picture under corruption.
//   npm run build && node scripts/corrupted-accuracy.mjs RUN… [--count 3000] [--data-dir DIR] [--out accuracies.json]
// Rows: a run, its accuracy on all clean test images, on the first --count under corruption, and by severity.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { imageCount, subset } from "../dist/core/index.js";
import { CorruptionPool, corruptionNames, corruptionSuite, severities } from "../dist/corrupt/index.js";
import { loadDataSet } from "../dist/data/index.js";
import { accuracyOf, meanNll } from "../dist/tasks/classification/scores.js";
import { loadPredictor, loadRun } from "../dist/train/index.js";

const { values, positionals: runs } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "3000" },
    "data-dir": { type: "string" },
    out: { type: "string" },
  },
});
const { test } = await loadDataSet({
  ...loadRun(runs[0]).record.config.data,
  ...(values["data-dir"] && { dataDir: values["data-dir"] }),
});
const first = subset(
  test,
  Int32Array.from({ length: Math.min(Number(values.count), imageCount(test)) }, (_, row) => row),
);
const judged = await Promise.all(
  runs.map(async (run) => ({ run, predictor: await loadPredictor(run, { threads: 1 }), rows: [] })),
);
const ask = async (set, of) => {
  for (const { predictor, rows } of judged) {
    const predictions = await predictor.predict(set, { protocol: "single" });
    rows.push({ ...of, accuracy: accuracyOf(predictions), nll: meanNll(predictions) });
  }
};

await ask(test, { corruption: "clean", severity: 0 });
const pool = new CorruptionPool();
for await (const { corruption, severity, set } of corruptionSuite(first, pool, {
  corruptions: corruptionNames,
  severities,
})) {
  await ask(set, { corruption, severity });
  process.stderr.write(`${corruption} ${severity}\n`);
}
await pool.destroy();
for (const { predictor } of judged) await predictor.dispose();

const results = judged.map(({ run, rows: [clean, ...rows] }) => {
  const mean = (some) => some.reduce((sum, { accuracy }) => sum + accuracy, 0) / some.length;
  return {
    run,
    clean: clean.accuracy,
    cleanNll: clean.nll,
    corrupted: mean(rows),
    severities: severities.map((severity) => mean(rows.filter((row) => row.severity === severity))),
    rows,
  };
});
if (values.out) writeFileSync(values.out, `${JSON.stringify({ count: imageCount(first), results }, undefined, 1)}\n`);
const percent = (share) => (100 * share).toFixed(1);
for (const { run, clean, corrupted, severities } of results)
  console.log(`${run} | ${percent(clean)} | ${percent(corrupted)} | ${severities.map(percent).join(" ")}`);
