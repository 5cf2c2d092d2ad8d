import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadRegressionData, type RegressionDataOptions } from "../data/index.ts";
import { type RunConfigInput, readRegressionResults, resolveConfig } from "../run/index.ts";
import { trainRegression } from "../train/index.ts";
import { anchored } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-evaluate-regression-"));
const at = (name: string) => join(root, name);
const data: RegressionDataOptions = { name: "csv", file: at("ramp.csv"), targets: ["y"], shift: "tails" };

async function train(run: string, changes: Partial<RunConfigInput>): Promise<void> {
  const input = { data, task: { name: "regression" }, epochs: 3, batchSize: 16, threads: 1, ...changes };
  await trainRegression(resolveConfig(input as RunConfigInput), await loadRegressionData(data), { run: at(run) });
}

const table = (slope: number) =>
  ["x,y", ...Array.from({ length: 120 }, (_, i) => `${i},${slope * i + ((i * 37) % 11)}`)].join("\n");

beforeAll(async () => {
  writeFileSync(at("ramp.csv"), table(2));
  await train("a", { seed: 1 });
  await train("b", { seed: 2 });
  await train("anchored", { seed: 1, method: { name: "anchored", maskTarget: "mean", maskProbability: 0.2 } as never });
  await train("dropout", { seed: 1, dropout: 0.2, task: { name: "regression", dropoutDraws: 4 } as never });
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

test("runs and their ensemble are judged, then reported on one page", async () => {
  const judged = await anchored(["evaluate", at("a"), at("b"), at("anchored"), at("dropout"), "--threads", "1"]);
  expect(judged.notes.at(-1)).toContain(`report ${at("a")} ${at("b")}`);
  expect(judged.code).toBe(0);
  expect(judged.out).toMatch(/^a +examples +R² +RMSE/m);
  expect(judged.out).toContain("risk regimes");
  const ensemble = await anchored(["evaluate", at("a"), at("b"), "--ensemble", at("ensemble"), "--json"]);
  expect(ensemble.notes.join("\n")).not.toMatch(/error/i);
  expect(ensemble.code).toBe(0);
  expect(JSON.parse(ensemble.out)).toMatchObject([{ method: "ensemble of 2 standard", members: [at("a"), at("b")] }]);
  expect(JSON.parse(ensemble.out)[0].command).toMatch(/^anchored evaluate .*a .*b --ensemble .*ensemble$/);

  const plain = readRegressionResults(at("a"));
  expect(plain).toMatchObject({ method: "standard", loss: "squared", seed: 1, targets: [{ name: "y" }] });
  expect(plain.parameters).toBeGreaterThan(100);
  expect(plain.training.examplesPerSecond).toBeGreaterThan(0);
  expect(plain.sets.map(({ role }) => role)).toEqual(["test", "shift"]);
  expect(plain.sets[0].k).toBeUndefined();
  const dropout = readRegressionResults(at("dropout"));
  expect(dropout).toMatchObject({ method: "mc-dropout", sets: [{ k: 4 }, { k: 4 }] });
  const masked = readRegressionResults(at("anchored"));
  expect(masked).toMatchObject({ maskProbability: 0.2, maskTarget: "mean" });
  expect(masked.sets[0].regimes).toHaveLength(2);

  const runs = ["a", "b", "anchored", "dropout", "ensemble"].map(at);
  const page = await anchored(["report", ...runs, "--out", at("report.html")]);
  expect(page.code).toBe(0);
  const html = readFileSync(at("report.html"), "utf8");
  for (const arm of ["anchored α", "mc-dropout", "ensemble of 2 standard"]) expect(html).toContain(arm);
  expect(html).not.toMatch(/NaN|undefined|\[object/);
}, 120_000);

test("results go elsewhere where they are told to; fewer references are another answer", async () => {
  const args = ["evaluate", at("anchored"), "--k", "3", "--out", at("elsewhere")];
  expect((await anchored(args)).code).toBe(0);
  expect(readRegressionResults(at("elsewhere")).sets[0].k).toBe(3);
  expect(existsSync(join(at("elsewhere"), "checkpoint.safetensors"))).toBe(false);
});

test.each<[string, string[], RegExp]>([
  ["a flag about classes", ["a", "--suite", "clean"], /--suite: it is about classes, and .*a is a regression/],
  ["sets of classes", ["a", "--raps-penalty", "0.1"], /--raps-penalty: it is about classes/],
  ["two places", ["a", "b", "--ensemble", "x", "--out", "y"], /--out .*: the ensemble goes into --ensemble/],
  ["an ensemble of one", ["a", "--ensemble", "x"], /ensemble of .*a: at least 2 runs/],
  ["an ensemble of unlike runs", ["a", "anchored", "--ensemble", "x"], /anchored has other settings than/],
  ["a run as the ensemble's folder", ["a", "b", "--ensemble", "b"], /--ensemble .*b: a run lies there/],
  ["more references than it keeps", ["anchored", "--k", "100000"], /--k 100000: the checkpoint keeps \d+ references/],
])("refused in one line: %s", async (_, args, message) => {
  const given = args.map((arg) => (/^(a|b|anchored|x|y)$/.test(arg) ? at(arg) : arg));
  const { code, notes } = await anchored(["evaluate", ...given]);
  expect(code).toBe(2);
  expect(notes).toHaveLength(1);
  expect(notes[0]).toMatch(message);
});

test("a table that has changed since training is refused, unless that is insisted on", async () => {
  writeFileSync(at("ramp.csv"), table(3));
  const refused = await anchored(["evaluate", at("a")]);
  expect(refused.code).toBe(2);
  expect(refused.notes[0]).toMatch(/a: .* is not what it was trained on \(as many training examples, \d+, but other/);
  const insisted = await anchored(["evaluate", at("a"), "--changed-data"]);
  expect(insisted.code).toBe(0);
  expect(readRegressionResults(at("a")).notices![0]).toMatch(/may have been trained on$/);
});
