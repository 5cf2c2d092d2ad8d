import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { imageAt, imageCount } from "../core/index.ts";
import { loadDetectionData } from "../data/index.ts";
import { openOnnx } from "../engine/index.ts";
import { readDetectionResults } from "../run/index.ts";
import { loadDetector } from "../train/index.ts";
import { anchored } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-detection-cli-"));
const at = (name: string) => join(root, name);
afterAll(() => rmSync(root, { recursive: true }));
const data = ["--data-dir", at("data")];
const training = (name: string, ...more: string[]) => [
  ...["train", "--task", "detection", "--data", "emoji-scenes", "--model", "resnet20", "--image-size", "32"],
  ...["--count", "40", "--epochs", "1", "--batch-size", "8", "--threads", "1", "--out", at(name), ...data, ...more],
];

beforeAll(async () => {
  expect((await anchored(training("standard"))).code).toBe(0);
  expect((await anchored(training("anchored", "--method", "anchored", "--reference-count", "3"))).code).toBe(0);
  const { test: scenes } = await loadDetectionData(
    { name: "emoji-scenes", imageSize: 64, count: 40 },
    { dataDir: at("data") },
  );
  const raw = { width: 64, height: 64, channels: 3 } as const;
  await sharp(imageAt(scenes, 0), { raw }).png().toFile(at("scene.png"));
  writeFileSync(at("none.png"), "no picture");
}, 240_000);

test("runs are judged and reported, with the sets under shift", async () => {
  const judged = await anchored([
    "evaluate",
    at("standard"),
    at("anchored"),
    "--per-class",
    "--resamples",
    "5",
    "--threads",
    "1",
    ...data,
  ]);
  expect(judged.notes.join("\n")).not.toMatch(/error/i);
  expect(judged.code).toBe(0);
  for (const said of [
    "AP, mean over IoU 0.50 to 0.95",
    "emoji-scenes/unseen vendors",
    "emoji-scenes/unknown objects",
    "sunflower",
  ])
    expect(judged.out).toContain(said);
  expect(readDetectionResults(at("anchored")).shifts).toHaveLength(2);
  const noisy = await anchored([
    "evaluate",
    at("standard"),
    "--suite",
    "corruptions",
    "--corruptions",
    "fog",
    "--severities",
    "3",
    "--resamples",
    "0",
    ...data,
  ]);
  expect(noisy.out).toContain("under corruption, 6 images");
  const page = await anchored(["report", at("standard"), at("anchored"), "--out", at("report.html")]);
  expect(page.code).toBe(0);
  const html = readFileSync(at("report.html"), "utf8");
  for (const said of [
    "Under shift",
    "Under corruption",
    "Missed, the largest",
    "emoji-scenes/unknown objects",
    "anchored α",
  ])
    expect(html).toContain(said);
  expect(html).not.toMatch(/NaN|undefined|\[object/);
}, 120_000);

test("what is found on a picture is told in its own pixels, and drawn", async () => {
  const args = ["predict", at("anchored"), at("scene.png"), "--least-score", "0", "--threads", "1"];
  const lines = await anchored([...args, "--json"]);
  expect(lines.code).toBe(0);
  const { path, objects } = JSON.parse(lines.out);
  expect(path).toBe(at("scene.png"));
  expect(objects.length).toBeGreaterThan(0);
  for (const { box, score, sideDeviation } of objects) {
    expect(box[0] + box[2]).toBeLessThanOrEqual(64);
    expect(score).toBeGreaterThan(0);
    expect(sideDeviation).toHaveLength(4);
  }
  const drawn = await anchored([...args, "--draw", at("found.png")]);
  expect(drawn.out).toMatch(/scene\.png\t\S+ 0\.\d\d \[.*\] ± /);
  expect(drawn.notes.join()).toContain("drawn: ");
  expect(await sharp(at("found.png")).metadata()).toMatchObject({ width: 320, height: 320 });
  const plain = await anchored(["predict", at("standard"), at("scene.png"), "--least-score", "1", "--threads", "1"]);
  expect(plain.out).toBe(`${at("scene.png")}\tnothing found`);
}, 60_000);

test("scenes are written for others, and a folder of COCO's is trained on and judged in its own pixels", async () => {
  const out = at("written");
  const written = await anchored([
    "data",
    "write",
    "emoji-scenes",
    "--out",
    out,
    "--count",
    "40",
    "--image-size",
    "48",
    ...data,
  ]);
  expect(written.code).toBe(0);
  expect(written.out).toMatch(/^emoji-scenes\/train {2}31 images, \d+ objects: .*train\.json$/m);
  const files = ["--folder", join(out, "images"), "--annotations", join(out, "annotations", "train.json")];
  const train = ["train", "--task", "detection", ...files, "--test-annotations", join(out, "annotations", "test.json")];
  const more = ["--model", "resnet20", "--image-size", "32", "--epochs", "1", "--batch-size", "8", "--threads", "1"];
  expect((await anchored([...train, ...more, "--out", at("coco")])).code).toBe(0);
  expect((await anchored(["evaluate", at("coco"), "--resamples", "0", "--threads", "1"])).code).toBe(0);
  const ground = join(out, "annotations", "test.json");
  const detections = join(at("coco"), "predictions", "train-test.detections.json");
  const judged = await anchored(["evaluate", "--detections", detections, "--ground", ground, "--json"]);
  const [{ figures, images, notices = [] }] = JSON.parse(judged.out);
  expect({ images, notices }).toEqual({ images: 6, notices: [] });
  expect(figures.ap).toBeCloseTo(readDetectionResults(at("coco")).figures.ap!, 9);
  expect((await anchored(["data", "write", "emoji-scenes", "--out", out, ...data])).notes.join()).toMatch(
    /--out .*not empty/,
  );
}, 120_000);

test("exported, it finds the same in the pixels that it is fed; as a file for other programs", async () => {
  const exported = await anchored(["export", at("anchored"), "--out", at("found.onnx"), "--threads", "1"]);
  expect(exported.code).toBe(0);
  expect(exported.out).toMatch(/a detector of 20 classes on images of 32×32, 3 references/);
  const { test: scenes } = await loadDetectionData(
    { name: "emoji-scenes", imageSize: 32, count: 40 },
    { dataDir: at("data") },
  );
  const count = imageCount(scenes);
  const opened = await openOnnx(readFileSync(at("found.onnx")), { threads: 1 });
  const images = { shape: [count, 32, 32, 3], data: scenes.images as Uint8Array };
  const { boxes, scores, classes, side_deviations } = await opened.run({ images });
  await opened.dispose();
  const detector = loadDetector(at("anchored"), { threads: 1 });
  const found = await detector.detect(scenes, { minScore: 0 });
  await detector.dispose();
  expect(boxes.shape).toEqual([count, 100, 4]);
  for (let image = 0; image < count; image++) {
    const own = found.first[image];
    // The run leaves out what has no area on the image.
    const file = Array.from({ length: 100 }, (_, i) => 100 * image + i).find((at) => {
      const [x, y, width, height] = boxes.data.slice(4 * at, 4 * at + 4) as Float32Array;
      return Math.min(32, x + width) > Math.max(0, x) && Math.min(32, y + height) > Math.max(0, y);
    })!;
    expect(scores.data[file]).toBeCloseTo(found.score[own], 4);
    expect(Number(classes.data[file])).toBe(found.index[own]);
    expect(side_deviations.data[4 * file]).toBeCloseTo(found.sideDeviation![4 * own], 3);
    const [x, y, width, height] = boxes.data.slice(4 * file, 4 * file + 4) as Float32Array;
    expect(Math.min(32, x + width)).toBeCloseTo(found.boxes[4 * own] + found.boxes[4 * own + 2], 3);
    expect(Math.min(32, y + height)).toBeCloseTo(found.boxes[4 * own + 1] + found.boxes[4 * own + 3], 3);
  }
  const opening = await anchored(["predict", at("found.onnx"), at("scene.png")]);
  expect(opening.notes.join()).toContain("an exported detector, for ONNX runtimes elsewhere");
}, 60_000);

test("what is no picture is named, and the others go on", async () => {
  const { code, out, notes } = await anchored([
    "predict",
    at("standard"),
    at("none.png"),
    at("scene.png"),
    "--threads",
    "1",
  ]);
  expect(code).toBe(2);
  expect(out).toContain("scene.png");
  expect(notes.join("\n")).toContain("none.png: not a readable image");
});

test.each<[string, () => string[], RegExp]>([
  ["no data", () => ["train", "--task", "detection"], /task detection: on what\? add .*--data emoji-scenes/],
  ["data of another task", () => ["train", "--task", "detection", "--data", "mnist"], /mnist: it has no boxes/],
  ["a crop", () => training("x", "--augment", "crop,flip"), /augment crop: boxes cannot follow it/],
  [
    "a size that does not divide",
    () => training("x", "--image-size", "50"),
    /50: resnet20 halves it until a cell is 4 pixels/,
  ],
  ["a vision transformer", () => training("x", "--model", "vit-tiny"), /vit-tiny: it gives no maps/],
  [
    "suites",
    () => ["evaluate", at("standard"), "--suite", "ood"],
    /--suite ood: detectors are judged on clean and corruptions/,
  ],
  ["more references than there are", () => ["export", at("anchored"), "--out", at("x.onnx"), "--k", "9"], /9/],
  [
    "references of a plain one",
    () => ["export", at("standard"), "--out", at("x.onnx"), "--k", "2"],
    /--k 2: .* keeps no references/,
  ],
  [
    "a verdict",
    () => ["export", at("standard"), "--out", at("x.onnx"), "--verdict"],
    /--verdict.*: it is about classifiers/,
  ],
  ["a server", () => ["serve", at("standard")], /detector of Emoji scenes is not served/],
  [
    "two drawings",
    () => ["predict", at("standard"), at("scene.png"), at("scene.png"), "--draw", at("x.png")],
    /--draw .*2 images/,
  ],
  [
    "a drawing of another format",
    () => ["predict", at("standard"), at("scene.png"), "--draw", at("x.jpg")],
    /drawn as \.png/,
  ],
  [
    "drawing by a file of detections",
    () => ["evaluate", at("standard"), "--min-score", "0.5"],
    /--min-score .*belongs to --detections/,
  ],
])("refuses %s", async (_, argv, said) => {
  const { code, notes } = await anchored(argv());
  expect(notes.join("\n")).toMatch(said);
  expect(code).toBe(2);
  for (const path of ["x", "x.onnx", "x.png"]) expect(existsSync(at(path))).toBe(false);
});
