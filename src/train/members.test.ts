import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { combineMembers, memberDoubtNames } from "../evaluate/index.ts";
import { runPaths } from "../files/index.ts";
import { loadCheckpoint, type RunConfigInput } from "../run/index.ts";
import { loadPredictor, train } from "./index.ts";
import { tinyConfig, tinyDataSet } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-members-"));
afterAll(() => rmSync(folder, { recursive: true }));
const { test: set } = tinyDataSet();

// Networks that give several answers in one pass.
describe.each<[string, Partial<RunConfigInput>, number]>([
  ["mimo", { model: "mlp", method: { name: "mimo", members: 2, batchRepetitions: 2 } }, 2],
  ["packed", { packed: { members: 3, alpha: 1 } }, 3],
])("%s", (name, changes, members) => {
  const config = tinyConfig({ epochs: 15, validateEvery: 0, ...changes });
  const run = join(folder, name);
  beforeAll(() => train(config, tinyDataSet(), { run }), 60_000);

  test("learns, and answers by the mean probabilities of its members, with their doubts", async () => {
    const predictor = await loadPredictor(run, { batchSize: 7 });
    const each = await predictor.predictByReference(set);
    const answer = await predictor.predict(set, { features: true });
    const mirrored = await predictor.predict(set, { mirror: true });
    await predictor.dispose();
    expect(each.map(({ length }) => length)).toEqual(Array(members).fill(18 * 3));
    expect(each[0]).not.toEqual(each[1]);
    const { logits, doubts } = combineMembers(
      each.map((logits) => ({ set: set.name, logits, labels: set.labels, classes: 3 })),
    );
    for (const [i, value] of logits.entries()) expect(answer.logits[i]).toBeCloseTo(value, 4);
    for (const doubt of memberDoubtNames)
      for (const [i, value] of doubts![doubt].entries()) expect(answer.doubts![doubt][i]).toBeCloseTo(value, 4);
    expect(answer.features!.length % set.labels.length).toBe(0);
    expect(mirrored.logits).not.toEqual(answer.logits);
    const right = set.labels.filter((label, n) => {
      const row = [...answer.logits.subarray(3 * n, 3 * n + 3)];
      return row.indexOf(Math.max(...row)) === label;
    });
    expect(right.length / set.labels.length).toBeGreaterThan(0.6);
  });

  test("resumes bit for bit", async () => {
    const [whole, resumed] = [`${run}-whole`, `${run}-resumed`];
    const short = { ...config, epochs: 2 };
    await train(short, tinyDataSet(), { run: whole });
    await train(short, tinyDataSet(), { run: resumed, maxSteps: 5 });
    await train(short, tinyDataSet(), { run: resumed, resume: true });
    const [a, b] = [whole, resumed].map((path) => loadCheckpoint(runPaths(path).checkpoint));
    expect(b.params).toEqual(a.params);
    expect(b.state).toEqual(a.state);
  });
});

test.each<[string, Partial<RunConfigInput>]>([
  ["method.name oat: members that config.packed packs", { method: { name: "oat" }, packed: {} }],
  ["config.packed: mlp packs no members", { model: "mlp", packed: {} }],
])("refused: %s", async (message, changes) => {
  const refused = async () => train(tinyConfig(changes), tinyDataSet(), { run: join(folder, "refused") });
  await expect(refused()).rejects.toThrow(message);
});

test("repeated rows divide the batch", async () => {
  const config = tinyConfig({ method: { name: "mimo", batchRepetitions: 3 } });
  await expect(train(config, tinyDataSet(), { run: join(folder, "refused") })).rejects.toThrow(
    "method.batchRepetitions 3: does not divide the batch of 8",
  );
});
