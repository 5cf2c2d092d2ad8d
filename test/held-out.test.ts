import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anchored, tinyImageFolder } from "../src/cli/testing.ts";
import { readRun } from "../src/run/index.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-held-out-"));
afterAll(() => rmSync(root, { recursive: true }));
const [images, run] = [join(root, "images"), join(root, "run")];
const training = [..."--image-size 8 --batch-size 4 --epochs 1 --threads 1".split(" "), "--folder", images];
const evaluation = ["evaluate", run, "--suite", "clean,calibration,ood", "--json"];

beforeAll(async () => {
  await tinyImageFolder(images, ["red", "blue", "grey & plain"]);
  const args = ["train", ...training, "--hold-out", "blue", "--out", run];
  expect((await anchored([...args, "--epochs", "2", "--max-steps", "1"])).code).toBe(0);
  expect((await anchored(["train", "--resume", "--out", run])).code).toBe(0);
}, 60_000);

test("a run keeps what it held out, and is judged by it without being asked: as a near set", async () => {
  const { config, data } = readRun(run);
  expect(config.data.holdOut).toEqual(["blue"]);
  expect(data.classNames).toEqual(["grey & plain", "red"]);
  const { out, code } = await anchored([...evaluation, "--ood-scores", "gen", "--ood-count", "7"]);
  expect(code).toBe(0);
  const [{ oodScores, sets }] = JSON.parse(out);
  // 4 + 2 + 2 blue images are there.
  expect(oodScores.sets[0]).toEqual({ set: "held-out", images: 7, group: "near" });
  expect(oodScores.sets.slice(1).every(({ group }: { group: string }) => group === "far")).toBe(true);
  expect(sets[0].images).toBe(4);
});

test("it may be named, among others or alone, and parameters be chosen by it", async () => {
  const named = await anchored([...evaluation, "--ood", "held-out,textures", "--fresh", "--ood-scores", "gen"]);
  expect(JSON.parse(named.out)[0].oodScores.sets).toMatchObject([
    { set: "held-out", images: 4, group: "near" },
    { set: "textures", images: 4 },
  ]);
  const chosen = await anchored([
    ...evaluation,
    ...["--ood", "textures", "--ood-validation", "held-out", "--fresh", "--ood-scores", "gen"],
  ]);
  expect(chosen.code).toBe(0);
  expect(
    JSON.parse(chosen.out)[0].oodScores.scores.find(({ score }: { score: string }) => score === "gen"),
  ).toMatchObject({ parametersFrom: "chosen on held-out" });
});

test.each([
  [
    ["train", ...training, "--hold-out", "green"],
    /--hold-out green: no class has that name; the classes are blue, grey & plain, red$/,
  ],
  [["train", ...training, "--hold-out", "red,blue"], /--hold-out red, blue: leaves 1 of 3 classes/],
  [["train", "--task", "regression", "--data", "functions", "--hold-out", "red"], /--hold-out/],
])("%j is refused in a line", async (argv, message) => {
  const { code, notes } = await anchored([...argv, "--out", join(root, "refused")]);
  expect([code, notes.at(-1)]).toEqual([2, expect.stringMatching(message)]);
});

test("a run that knows all classes has no such set", async () => {
  const whole = join(root, "whole");
  expect((await anchored(["train", ...training, "--out", whole])).code).toBe(0);
  const { code, notes } = await anchored(["evaluate", whole, "--suite", "ood", "--ood", "held-out"]);
  expect([code, notes.at(-1)]).toEqual([
    2,
    expect.stringMatching(/--ood held-out: .*whole knows all classes of its data/),
  ]);
});
