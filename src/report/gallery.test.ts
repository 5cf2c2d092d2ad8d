import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readGallery, saveGallery } from "../run/index.ts";

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "anchored-gallery-"));
});
afterEach(() => rmSync(run, { recursive: true }));

const images = {
  images: Uint8Array.from({ length: 4 * 2 * 3 * 3 }, (_, i) => 3 * i),
  height: 2,
  width: 3,
  channels: 3,
  labels: Int32Array.of(0, 1, 0, 1),
  classNames: ["cat", "dog"],
};
/** Confidence grows with the row; rows 1 and 2 are wrong. */
const predictions = {
  set: "toy/test",
  logits: Float32Array.of(0.1, 0, 1, 0, 0, 2, 0, 3),
  uncertainty: Float32Array.of(0.1, 0.3, 0, 0, 0, 0, 0, 0),
  labels: images.labels,
  classes: 2,
};

test("picks the least and most certain images and the most certain mistakes, and keeps their pixels", async () => {
  await saveGallery(run, images, predictions, 2);
  const { images: saved, set } = readGallery(run)!;
  expect(set).toBe("toy/test");
  expect(saved.map(({ strip, row, label, predicted }) => [strip, row, label, predicted])).toEqual([
    ["least-certain", 0, "cat", "cat"],
    ["least-certain", 1, "dog", "cat"],
    ["confidently-wrong", 2, "cat", "dog"],
    ["confidently-wrong", 1, "dog", "cat"],
    ["most-certain", 3, "dog", "dog"],
    ["most-certain", 2, "cat", "dog"],
  ]);
  expect(saved[0].uncertainty).toBeCloseTo(0.2, 6);
  expect(saved[0].confidence).toBeCloseTo(1 / (1 + Math.exp(-0.1)), 6);
  const png = Buffer.from(saved[1].png.split(",")[1], "base64");
  const pixels = await sharp(png).removeAlpha().toColourspace("srgb").raw().toBuffer();
  expect([...pixels]).toEqual([...images.images.subarray(18, 36)]);
});

test("a run without a gallery has none; images of another set are refused", async () => {
  expect(readGallery(run)).toBeUndefined();
  const others = { ...images, labels: Int32Array.of(1, 1, 0, 1) };
  await expect(saveGallery(run, others, predictions)).rejects.toThrow("do not have the same labels");
});
