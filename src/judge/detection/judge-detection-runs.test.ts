import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { detectionDataTable, registerDetectionDataSet } from "../../data/index.ts";
import { runPaths } from "../../files/index.ts";
import { loadDetections, readBoxGallery, readDetectionResults } from "../../run/index.ts";
import { storedDetectionSets } from "../../run/internal.ts";
import { tinySceneConfig, tinySceneSet } from "../../train/detection/testing.ts";
import { trainDetection } from "../../train/index.ts";
import { judgeByTask } from "../tasks.ts";
import { judgeDetectionRuns } from "./judge-detection-runs.ts";
import { judgeDetections } from "./judge-files.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-judge-detection-"));
const at = (name: string) => join(root, name);
afterAll(() => rmSync(root, { recursive: true }));
const sets = ["tiny-scenes/test", "tiny-scenes/bright"];
let boxesAreMoved = false;

beforeAll(async () => {
  const { options } = detectionDataTable["emoji-scenes"];
  registerDetectionDataSet("tiny-scenes", {
    ...{ title: "Tiny scenes", description: "", source: "made", augment: [], background: 0 },
    options: options.pick({ seed: true, validationFraction: true }).loose(),
    async load() {
      const { train, ...others } = tinySceneSet();
      const boxes = train.boxes!.boxes.map((value, i) => (boxesAreMoved && i === 2 ? value - 1 : value));
      return { ...others, train: { ...train, boxes: { ...train.boxes!, boxes } } };
    },
  });
  const learnt = { epochs: 20, schedule: { name: "one-cycle", peak: 0.01 }, validateEvery: 0 } as const;
  await trainDetection(tinySceneConfig(learnt), tinySceneSet(), { run: at("standard") });
  const method = { name: "anchored", maskProbability: 0.25, maskTarget: "label", referenceCount: 4 } as never;
  await trainDetection(tinySceneConfig({ ...learnt, method }), tinySceneSet(), { run: at("anchored") });
}, 240_000);

const judge = (run: string, options: Parameters<typeof judgeDetectionRuns>[1] = {}) =>
  judgeDetectionRuns([at(run)], { threads: 1, resamples: 10, ...options }).then(([results]) => results);

test("test and shift sets are predicted and judged; the results are those of the stored files by themselves", async () => {
  const results = await judge("standard");
  expect(results).toMatchObject({ task: "detection", model: "resnet20", method: "standard", set: sets[0], images: 20 });
  expect(results.figures.ap50).toBeGreaterThan(0.5);
  expect(results.shifts!.map(({ set, images }) => [set, images])).toEqual([[sets[1], 10]]);
  expect(results.doubt.map(({ of }) => of)).toEqual(["score"]);
  expect(results.training!.steps).toBe(120);
  expect(readDetectionResults(at("standard"))).toEqual(JSON.parse(JSON.stringify(results)));
  const { slug } = storedDetectionSets(at("standard")).find(({ set }) => set === sets[0])!;
  const stem = join(runPaths(at("standard")).predictions, slug);
  const files = { detections: `${stem}.detections.json`, ground: `${stem}.truth.json` };
  const { figures, lrp } = judgeDetections({ ...files, resamples: 0 });
  expect({ figures, lrp }).toEqual({ figures: results.figures, lrp: results.lrp });
  const { objects } = loadDetections(at("standard"), sets[1]);
  expect(objects.boxes).toEqual(tinySceneSet().shifts[0].boxes!.boxes);
});

test("pictures are kept for the report, each with what is right, wrong and missed on it", async () => {
  await judge("anchored");
  const gallery = readBoxGallery(at("anchored"))!;
  expect(gallery).toMatchObject({ set: sets[0], width: 16, height: 16 });
  const strips = new Set(gallery.images.map(({ strip }) => strip));
  expect([...strips]).toEqual(expect.arrayContaining(["surest", "doubted"]));
  for (const { boxes, png, strip } of gallery.images) {
    expect(png.length).toBeGreaterThan(100);
    if (strip === "surest") expect(boxes.some(({ kind }) => kind === "right")).toBe(true);
    for (const { kind, score, doubt } of boxes)
      expect([score !== undefined, doubt !== undefined]).toEqual(kind === "missed" ? [false, false] : [true, true]);
  }
  expect(readBoxGallery(root)).toBeUndefined();
});

test("an anchored run is asked under all references, or the first k; doubt over them is judged", async () => {
  const [all, one, two] = [
    await judge("anchored"),
    await judge("anchored", { k: 1, out: at("one") }),
    await judge("anchored", { k: 2, out: at("two") }),
  ];
  expect(storedDetectionSets(at("anchored")).map(({ k }) => k)).toEqual([4, 4]);
  expect(all.doubt.map(({ of }) => of)).toEqual(["score", "uncertainty"]);
  expect(one.doubt.map(({ of }) => of)).toEqual(["score"]);
  expect(two.figures).not.toEqual(all.figures);
  const [found] = JSON.parse(
    readFileSync(join(runPaths(at("anchored")).predictions, "tiny-scenes-test.detections.json"), "utf8"),
  );
  expect(found).toMatchObject({ image_id: 1, uncertainty: expect.any(Number), score_deviation: expect.any(Number) });
  expect(found.bbox_deviation).toHaveLength(4);
  await expect(judge("anchored", { k: 5 })).rejects.toThrow("5");
});

describe("what is stored is not predicted again", () => {
  const written = (run: string) =>
    sets.map(
      (set) => statSync(join(runPaths(at(run)).predictions, `${set.replace("/", "-")}.detections.json`)).mtimeMs,
    );

  test("but where that is asked for, and of other weights", async () => {
    await judge("standard");
    const before = written("standard");
    await judge("standard");
    expect(written("standard")).toEqual(before);
    await judge("standard", { fresh: true });
    for (const [i, time] of written("standard").entries()) expect(time).toBeGreaterThan(before[i]);
  });

  test("a damaged file is named", async () => {
    await judge("standard");
    const path = join(runPaths(at("standard")).predictions, "tiny-scenes-test.detections.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.slice(0, 100));
    await expect(judge("standard")).rejects.toThrow(path);
    writeFileSync(path, text);
  });
});

test("under corruption: AP of each cell, boxes as they are; what was judged is not predicted again", async () => {
  const asked = { suites: ["corruptions"], corruptions: ["gaussian_noise", "brightness"], severities: [1, 5] } as const;
  const { corruptions, figures } = await judge("standard", asked);
  expect(corruptions!.cells.map(({ corruption, severity }) => [corruption, severity])).toEqual([
    ["gaussian_noise", 1],
    ["gaussian_noise", 5],
    ["brightness", 1],
    ["brightness", 5],
  ]);
  expect(corruptions).toMatchObject({ images: 20, means: [] });
  expect(corruptions!.references).toBeUndefined();
  expect(corruptions!.clean.ap).toBeCloseTo(figures.ap!, 9);
  expect(corruptions!.cells[1].ap50).toBeLessThan(corruptions!.clean.ap50!);
  const path = join(runPaths(at("standard")).predictions, "corruptions.json");
  const before = statSync(path).mtimeMs;
  expect((await judge("standard", asked)).corruptions).toEqual(corruptions);
  expect(statSync(path).mtimeMs).toBe(before);
  const anchored = await judge("anchored", { ...asked, corruptionReferences: 2, severities: [1], corruptCount: 5 });
  expect(anchored.corruptions).toMatchObject({ images: 5, references: 2 });
  expect(anchored.corruptions!.cells).toHaveLength(2);
  await expect(judge("standard", { ...asked, corruptions: ["ripple"] })).rejects.toThrow("ripple: it moves what boxes");
}, 60_000);

test("other boxes than those of the training are refused, or said", async () => {
  boxesAreMoved = true;
  try {
    await expect(judge("standard")).rejects.toThrow("is not what it was trained on");
    const notices: string[] = [];
    const results = await judge("standard", { changedData: true, onNotice: (line) => notices.push(line) });
    expect(results.notices!.join()).toContain("is not what it was trained on");
    expect(notices.join()).toContain("is not what it was trained on");
  } finally {
    boxesAreMoved = false;
  }
});

test("runs are judged by their own task", async () => {
  const [results] = await judgeByTask([at("standard")], { threads: 1 });
  expect(results.task).toBe("detection");
  await expect(judgeByTask([at("nowhere")])).rejects.toThrow("holds no run");
});
