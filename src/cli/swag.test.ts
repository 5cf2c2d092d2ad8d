import { mkdtempSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runPaths } from "../files/index.ts";
import { readResults, readRun } from "../run/index.ts";
import { anchored, tinyImageFolder, tinyTraining } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-swag-command-"));
const at = (...path: string[]) => join(root, ...path);
const samples = [1, 2].map((i) => at("samples", `sample-${i}`));
const draw = (...more: string[]) =>
  anchored(["swag", at("run"), "--samples", "2", "--batches", "2", "--out", at("samples"), ...more]);
const writtenAt = () => samples.map((sample) => statSync(runPaths(sample).checkpoint).mtimeMs);

beforeAll(async () => {
  await tinyImageFolder(at("images"));
  const training = ["train", ...tinyTraining(at("images")), "--validate-every", "0"];
  for (const more of [
    ["--out", at("plain")],
    ["--epochs", "2", "--swag-from", "0", "--out", at("run")],
  ]) {
    const { code, notes } = await anchored([...training, ...more]);
    expect(code, notes.join("\n")).toBe(0);
  }
});
afterAll(() => rmSync(root, { recursive: true }));

test("draws run folders of the run's own data, which are judged as one", async () => {
  const { code, out, notes } = await draw("--seed", "3", "--json");
  expect(code, notes.join("\n")).toBe(0);
  expect(JSON.parse(out)).toEqual({ run: at("run"), seed: 3, samples });
  expect(notes.at(-1)).toMatch(/^next: /);
  expect(notes.at(-1)).toContain(` evaluate ${at("samples", "sample-*")} --ensemble ${at("samples", "ensemble")}`);
  expect(readRun(samples[1])).toMatchObject({
    sampled: { from: at("run"), sample: 2, seed: 3 },
    recalibrated: { batches: 2 },
  });
  const ensemble = at("samples", "ensemble");
  const judged = await anchored(["evaluate", ...samples, "--suite", "clean", "--ensemble", ensemble]);
  expect(judged.code, judged.notes.join("\n")).toBe(0);
  const { training } = readResults(samples[0])!;
  expect(training.seconds).toBeGreaterThan(0);
  expect(readResults(ensemble)).toMatchObject({
    method: "2 SWAG samples of standard",
    members: samples,
    passes: 2,
    training,
  });
});

test("what is drawn is kept; other draws do not go over it", async () => {
  const before = writtenAt();
  const { code, out } = await draw("--seed", "3");
  expect([code, out]).toEqual([0, samples.join("\n")]);
  expect(writtenAt()).toEqual(before);
  for (const others of [
    ["--seed", "4"],
    ["--seed", "3", "--batches", "3"],
  ]) {
    const { code, notes } = await draw(...others);
    expect([code, notes]).toEqual([2, [`anchored: --out ${samples[0]}: it holds a run already; choose another`]]);
  }
  expect(writtenAt()).toEqual(before);
});

test("images that moved are found where --folder says", async () => {
  renameSync(at("images"), at("moved"));
  try {
    const lost = await draw("--seed", "3");
    expect([lost.code, lost.notes.length]).toEqual([2, 1]);
    expect(lost.notes[0]).toMatch(/images: not there, .* --folder NEW/);
    const { code, notes } = await draw("--seed", "3", "--folder", at("moved"));
    expect(code, notes.join("\n")).toBe(0);
  } finally {
    renameSync(at("moved"), at("images"));
  }
});

test("interrupted it leaves nothing half done", async () => {
  const argv = ["swag", at("run"), "--samples", "2", "--out", at("interrupted")];
  expect((await anchored(argv, { interrupted: true })).code).toBe(130);
  expect(() => readRun(at("interrupted", "sample-1"))).toThrow();
});

test.each([
  [
    "a run that collected nothing",
    () => ["swag", at("plain"), "--out", at("never")],
    /no weights to draw from; train it with --swag-from, e\.g\. 0\.5$/,
  ],
  ["no run", () => ["swag", at("nowhere"), "--out", at("never")], /nowhere holds no run/],
  ["no sample", () => ["swag", at("run"), "--samples", "0", "--out", at("never")], /--samples 0: below 1/],
  ["no place", () => ["swag", at("run")], /--out/],
])("%s is refused in one line", async (_, argv, why) => {
  const { code, notes } = await anchored(argv());
  expect([code, notes.length]).toEqual([2, 1]);
  expect(notes[0]).toMatch(why);
});
