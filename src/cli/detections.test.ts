import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cocoFigureNames } from "../evaluate/index.ts";
import { readDetectionResults } from "../run/index.ts";
import { anchored } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-detections-"));
const at = (name: string) => join(root, name);
const cases = JSON.parse(
  readFileSync(new URL("../evaluate/detection/fixtures/coco-ap.json", import.meta.url), "utf8"),
) as {
  readonly why: string;
  readonly ground: { readonly images: readonly object[] };
  readonly detections: readonly { readonly bbox: readonly number[]; readonly score: number }[];
  readonly stats: readonly number[];
}[];
const all = cases.find(({ why }) => why === "all of it")!;

beforeAll(() => {
  writeFileSync(at("truth.json"), JSON.stringify(all.ground));
  writeFileSync(at("boxes.json"), JSON.stringify(all.detections));
  const other = all.detections.map((one, i) => ({
    ...one,
    score: one.score ** 2,
    uncertainty: (i * 7) % 11,
    bbox: one.bbox.map((value, side) => (side < 2 ? value + 1 : value)),
  }));
  writeFileSync(at("moved.json"), JSON.stringify(other));
});
afterAll(() => rmSync(root, { recursive: true }));

const evaluate = (...args: string[]) => anchored(["evaluate", ...args]);
const judged = ["--detections", at("boxes.json"), "--ground", at("truth.json")];

test("the twelve figures, as pycocotools gives them, with intervals", async () => {
  const { code, out, notes } = await evaluate(...judged, "--json");
  expect(code).toBe(0);
  const [results] = JSON.parse(out);
  for (const [i, name] of cocoFigureNames.entries())
    expect(results.figures[name] ?? -1, name).toBeCloseTo(all.stats[i], 12);
  expect(results).toMatchObject({ task: "detection", external: true, model: "boxes", images: 25, resamples: 300 });
  const [low, high] = results.intervals.ap;
  expect(low).toBeLessThan(results.figures.ap);
  expect(high).toBeGreaterThan(results.figures.ap);
  expect(results.confusion.counts.reduce((a: number, b: number) => a + b, 0)).toBeGreaterThan(results.objects - 1);
  expect(notes[0]).toMatch(/2 images of the ground truth without any detection/);
  expect(existsSync(at("results.json"))).toBe(false);
});

test("in words, with each class where that is asked for", async () => {
  const plain = await evaluate(...judged, "--resamples", "0");
  expect(plain.out).toMatch(/^25 images, 56 objects and 21 crowds, 101 detections, 6 classes/);
  expect(plain.out).toMatch(/^AP, mean over IoU 0.50 to 0.95 +0\.089$/m);
  expect(plain.out).not.toMatch(/^class 50 /m);
  const { out } = await evaluate(...judged, "--per-class", "--resamples", "20");
  expect(out).toMatch(/^AP, mean over IoU 0.50 to 0.95 +0\.089 +0\.\d+ to 0\.\d+$/m);
  expect(out).toMatch(/^class 50 +13 +25 +0\.213 /m);
  expect(out).toMatch(/^class 81 +0 +7 +–/m);
  expect(out).not.toMatch(/NaN|undefined/);
});

test("results are written where that is asked for, and several are compared on one page", async () => {
  await evaluate(...judged, "--out", at("a"), "--resamples", "20");
  const moved = ["--detections", at("moved.json"), "--ground", at("truth.json"), "--name", "moved <boxes>"];
  const second = await evaluate(...moved, "--out", at("b"), "--min-score", "0.1", "--resamples", "20");
  expect(second.notes.at(-1)).toContain(`report ${at("b")}`);
  const results = readDetectionResults(at("b"));
  expect(results.doubt.map(({ of }) => of)).toEqual(["score", "uncertainty"]);
  expect(results.confusion.minScore).toBe(0.1);
  expect(results.calibration!.minScore).toBe(0.1);
  const page = await anchored(["report", at("a"), at("b"), "--out", at("report.html")]);
  expect(page.code).toBe(0);
  const html = readFileSync(at("report.html"), "utf8");
  for (const words of ["moved &#60;boxes&#62;", "Precision against recall", "AP by class", "background"])
    expect(html).toContain(words);
  expect(html).not.toMatch(/NaN|undefined|\[object/);
});

describe("refused in one line", () => {
  test.each<[string, string[], RegExp]>([
    ["no ground truth", ["--detections", "boxes.json"], /--detections .*add --ground FILE\.json/],
    ["no detections", ["--ground", "truth.json"], /--ground .*belongs to --detections/],
    ["a flag of detections with a run", ["run", "--per-class"], /--per-class: it is about detectors, and run is none/],
    ["the other way round", ["--detections", "truth.json", "--ground", "boxes.json"], /a list, as of detections/],
    ["a missing file", ["--detections", "none.json", "--ground", "truth.json"], /none\.json: no such file/],
    ["both kinds", ["--detections", "boxes.json", "--logits", "x.npy"], /cannot be used with/],
    ["a flag of runs", ["--detections", "boxes.json", "--ground", "truth.json", "--k", "3"], /cannot be used with/],
    ["half a draw", ["--detections", "boxes.json", "--ground", "truth.json", "--resamples", "0.5"], /--resamples 0\.5/],
  ])("%s", async (_, args, message) => {
    const given = args.map((arg) => (arg.endsWith(".json") ? at(arg) : arg));
    const { code, notes } = await evaluate(...given);
    expect(code).toBe(2);
    expect(notes.at(-1)).toMatch(message);
  });

  test("a run's own folder is not written into", async () => {
    writeFileSync(at("checkpoint.safetensors"), "");
    const { code, notes } = await evaluate(...judged, "--out", root);
    expect(code).toBe(2);
    expect(notes.at(-1)).toMatch(/--out .*: a run lies there/);
  });
});
