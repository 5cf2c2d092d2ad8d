import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-train-"));
const images = join(root, "images");
beforeAll(() => tinyImageFolder(images));
afterAll(() => rmSync(root, { recursive: true }));

test("the last line says under how many references an anchored run was validated", async () => {
  const train = (...more: string[]) =>
    anchored(["train", ...tinyTraining(images), "--out", join(root, more.join("") || "plain"), ...more]);
  const { out } = await train("--method", "anchored", "--reference-count", "4");
  expect(out).toMatch(/2 steps in .*; validation accuracy .* % \(under one reference; evaluate asks 4\)$/);
  const single = await train("--method", "anchored", "--reference-count", "1");
  expect(single.out).toMatch(/; validation accuracy [\d.]+ %$/);
  const plain = await train();
  expect(plain.out).toMatch(/; validation accuracy [\d.]+ %$/);
  expect(plain.notes[0]).toMatch(/^2 steps in all \(8 training images: 2 batches of 4 in each of 1 epoch\)/);
});
