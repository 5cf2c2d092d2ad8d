import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmbedder, type Embedder } from "./embedder.ts";
import { loadDualEncoder } from "./load-dual-encoder.ts";
import { configs, tensorsAs, tinyWeights, writeClipFolder } from "./test-clip-folder.ts";
import { zeroShot } from "./zero-shot.ts";

let folder: string;
let embedder: Embedder;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "clip-"));
  writeClipFolder(folder, { tensors: tensorsAs("open_clip", tinyWeights()), config: configs["hugging face"] });
  embedder = createEmbedder(loadDualEncoder(folder), { threads: 1, batchSize: 2 });
});
afterAll(async () => {
  await embedder.dispose();
  rmSync(folder, { recursive: true });
});

const images = Array.from({ length: 3 }, (_, n) =>
  Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => (i * (n + 3)) % 256),
);
const row = (data: Float32Array, at: number, width: number) => [...data.subarray(at * width, (at + 1) * width)];
const unit = (values: number[]) => values.map((value) => value / Math.hypot(...values));

test("points are of length 1, the same in any batch", async () => {
  const { shape, data } = await embedder.embedImages(images);
  expect(shape).toEqual([3, 20]);
  for (let n = 0; n < 3; n++) expect(Math.hypot(...row(data, n, 20))).toBeCloseTo(1, 5);
  const alone = await embedder.embedImages([images[2]]);
  row(alone.data, 0, 20).forEach((value, i) => {
    expect(value).toBeCloseTo(data[40 + i], 5);
  });
  expect((await embedder.embedTexts([])).shape).toEqual([0, 20]);
});

test("a class's weights are the mean of its templates' points, of length 1; logits are scaled cosines", async () => {
  const templates = ["a {}", "{} of a {}!"];
  const { head, logits } = await zeroShot(embedder, ["ab", "cd"], { templates });
  const points = await embedder.embedTexts(["a ab", "ab of a ab!", "a cd", "cd of a cd!"]);
  const expected = [0, 1].map((k) => {
    const [first, second] = [row(points.data, 2 * k, 20), row(points.data, 2 * k + 1, 20)];
    return unit(first.map((value, i) => value + second[i]));
  });
  expected.flat().forEach((value, i) => {
    expect(head.data[i]).toBeCloseTo(value, 5);
  });
  const { shape, data } = await logits(images);
  expect(shape).toEqual([3, 2]);
  const shown = await embedder.embedImages(images);
  // The logit scale of the made weights.
  const scale = Math.exp(2.5);
  for (let n = 0; n < 3; n++)
    for (let k = 0; k < 2; k++) {
      const cosine = row(shown.data, n, 20).reduce((sum, value, i) => sum + value * expected[k][i], 0);
      expect(data[2 * n + k]).toBeCloseTo(scale * cosine, 4);
    }
});

test("class names that are no classes are refused", async () => {
  await expect(zeroShot(embedder, ["ab", "ab"])).rejects.toThrow("ab is given twice");
});
