import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "../src/cli/testing.ts";
import type { Progress } from "../src/core/index.ts";
import { readNpy } from "../src/files/index.ts";
import { judgeRuns } from "../src/judge/index.ts";
import { loadPredictions, storedSets } from "../src/run/index.ts";
import { featuresFile } from "../src/run/internal.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-judge-features-"));
const [images, run] = [join(root, "images"), join(root, "run")];
beforeAll(async () => {
  await tinyImageFolder(images);
  const method = ["--method", "anchored", "--reference-count", "2"];
  expect((await anchored(["train", ...tinyTraining(images), ...method, "--out", run])).code).toBe(0);
});
afterAll(() => rmSync(root, { recursive: true }));

test("features lie beside the logits of every set and of the training images, and are not predicted twice", async () => {
  await judgeRuns([run], { suites: ["clean"] });
  expect(storedSets(run).map(({ role, features }) => [role, features])).toEqual([["test", undefined]]);
  await judgeRuns([run], { suites: ["clean"], features: true });
  const stored = storedSets(run);
  expect(stored.map(({ role }) => role)).toEqual(["test", "validation", "train"]);
  for (const entry of stored) {
    const { shape } = readNpy(featuresFile(run, entry)!, "f4");
    expect(shape).toEqual([entry.images, 64]);
    expect(loadPredictions(run, entry.set, undefined, entry.role).labels.length).toBe(entry.images);
  }
  const keys = stored.map(({ inputKey }) => inputKey);
  const predicted: string[] = [];
  const onProgress = (at?: Progress) => {
    if (at) predicted.push(at.label);
  };
  await judgeRuns([run], { suites: ["clean"], features: true, onProgress });
  expect(predicted.filter((label) => label.startsWith("predicting"))).toEqual([]);
  expect(storedSets(run).map(({ inputKey }) => inputKey)).toEqual(keys);
  expect(existsSync(join(run, "results.json"))).toBe(true);
});

const foreign = () => ["--ood", `sketches=${join(images, "sketch")}`];

test("scores are judged by each foreign set: near and far, known kept, parameters and where they come from", async () => {
  const asked = ["evaluate", run, "--suite", "clean,shift,ood", ...foreign(), "--ood-scores", "default"];
  const { code, out, notes } = await anchored([...asked, "--ood-near", "sketches", "--json"]);
  expect([code, code === 0 ? "" : notes.join()]).toEqual([0, ""]);
  const { oodScores } = JSON.parse(out)[0];
  expect(oodScores).toMatchObject({
    against: "images/test",
    thresholdFrom: "images/validation",
    sets: [{ set: "sketches/pictures", images: 4, group: "near" }],
    headline: expect.arrayContaining(["max-softmax"]),
    bank: { labels: "given" },
  });
  const row = (name: string) => oodScores.scores.find(({ score }: { score: string }) => score === name);
  expect(row("gen")).toMatchObject({
    kind: "prediction",
    parametersFrom: "published default",
    parameters: { top: 100 },
  });
  expect(row("gen").means.near.auroc).toBe(row("gen").cells[0].auroc);
  expect(row("gen").rejected.map(({ set }: { set: string }) => set)).toEqual(["images/test", "images/sketch"]);
  for (const { cells, absent } of oodScores.scores) {
    expect(cells.length > 0 || absent.length > 0).toBe(true);
    for (const { auroc, fullSpectrum } of cells)
      for (const value of [auroc, fullSpectrum]) expect(value).toBeGreaterThanOrEqual(0);
  }
  expect(notes.some((line) => /scores of \d+ rows of features took/.test(line))).toBe(true);
});

test("parameters that are chosen by a foreign set are not judged by it", async () => {
  const asked = ["evaluate", run, "--suite", "clean,ood", "--ood-scores", "gen"];
  const other = join(images, "test");
  const judged = await anchored([
    ...asked,
    "--ood",
    `seen=${other}`,
    "--ood-validation",
    `sketches=${join(images, "sketch")}`,
    "--json",
  ]);
  expect(judged.code).toBe(0);
  const { oodScores } = JSON.parse(judged.out)[0];
  expect(oodScores.sets.map(({ set }: { set: string }) => set)).toEqual(["seen/pictures"]);
  const gen = oodScores.scores.find(({ score }: { score: string }) => score === "gen");
  expect(gen.parametersFrom).toBe("chosen on sketches/pictures");
  const both = await anchored([...asked, ...foreign(), "--ood-validation", foreign()[1]]);
  expect([both.code, both.notes[0]]).toEqual([
    2,
    expect.stringContaining("what parameters are chosen by cannot judge them"),
  ]);
});

test.each([
  [["--ood-scores", "knm"], /unknown score "knm"; known: /],
  [["--ood-validation", "mnist"], /add --ood-scores/],
  [["--ood-scores", "gen", "--ood-near", "places"], /--ood-near places: must be one of the foreign sets, sketches/],
])("%j is refused", async (more, message) => {
  const { code, notes } = await anchored(["evaluate", run, "--suite", "clean,ood", ...foreign(), ...more]);
  expect([code, notes[0]]).toEqual([2, expect.stringMatching(message)]);
});

test("foreign sets that the data set names itself: of photographs there are no digits, and all are far", async () => {
  const asked = [
    "evaluate",
    run,
    "--suite",
    "clean,ood",
    "--ood-count",
    "5",
    "--ood-scores",
    "gen",
    "--fresh",
    "--json",
  ];
  const { oodScores } = JSON.parse((await anchored(asked)).out)[0];
  expect(oodScores.sets).toEqual([
    { set: "emoji/test", images: 5, group: "far" },
    { set: "textures", images: 5, group: "far" },
  ]);
  const [gen] = oodScores.scores.filter(({ score }: { score: string }) => score === "gen");
  expect(gen.means.far.auroc).toBeCloseTo((gen.cells[0].auroc + gen.cells[1].auroc) / 2, 12);
});

test("what must stay known: corrupted images, where they were asked as the others were; the answer is a table", async () => {
  const corrupted = "--suite clean,calibration,shift,ood,corruptions --corruptions contrast,fog --severities 1,5".split(
    " ",
  );
  const asked = ["evaluate", run, ...corrupted, "--ood", "textures", "--ood-scores", "gen,class-mean"];
  const others = await anchored([...asked, "--json"]);
  expect(others.notes).toContainEqual(
    expect.stringMatching(/under 1 reference, the others under 2; add --corruption-references 2/),
  );
  expect(JSON.parse(others.out)[0].oodScores.corrupted).toBeUndefined();
  const same = [...asked, "--corruption-references", "2"];
  const { oodScores } = JSON.parse((await anchored([...same, "--json"])).out)[0];
  expect(oodScores.corrupted).toEqual({ sets: 4, images: 4 });
  // Of so few validation images none can be left out.
  expect(oodScores.verdict).toMatchObject({ keeps: 0.95, absent: expect.stringMatching(/at least 20/), sets: [] });
  expect(storedSets(run).filter(({ role }) => role === "corrupted-sample")).toMatchObject([
    { set: "images/test/corrupted", references: 2, features: expect.any(Number) },
  ]);
  for (const { score, rejectedCorrupted, cells } of oodScores.scores) {
    expect([
      score,
      rejectedCorrupted.map(({ severity, kinds }: { severity: number; kinds: number }) => [severity, kinds]),
    ]).toEqual([
      score,
      [
        [1, 2],
        [5, 2],
      ],
    ]);
    for (const { share } of rejectedCorrupted)
      expect([0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1]).toContain(share);
    expect(cells[0].auprInTrapezoid).toBeGreaterThanOrEqual(0);
  }
  const { out } = await anchored(same);
  expect(out).toMatch(/AUROC, %; \* named beforehand +sees +emoji +textures +mean of far\n/);
  expect(out).toMatch(/Mahalanobis\+\+ \* +distance( +\d+\.\d){3}\n/);
  expect(out).toMatch(/95 % of images\/validation kept +images\/test +images\/sketch +severity 1 +severity 5\n/);
});
