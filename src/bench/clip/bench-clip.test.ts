import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { installedPyTorch } from "../testing.ts";
import { benchClip, type ClipBenchRow, clipTable, fileFor, largestDifference } from "./bench-clip.ts";
import { startWork, warmUp } from "./run-work.ts";
import { type ClipReady, pytorchClipSide } from "./sides.ts";

const root = mkdtempSync(join(tmpdir(), "bench-clip-"));
afterAll(() => rmSync(root, { recursive: true }));

const python = installedPyTorch();

describe.skipIf(!python)("where PyTorch is installed", () => {
  test("three training steps of the small pair lose what PyTorch's do, and are timed", async () => {
    const file = join(root, "training.safetensors");
    writeFileSync(file, fileFor("training", 3));
    const peer = await pytorchClipSide({ python: python!, file, work: "training", threads: 1 });
    const { check, torch, blas } = peer.ready as ClipReady;
    const { stepMs, peakBytes } = await peer.round(2);
    peer.stop();
    expect([torch, blas].every(Boolean)).toBe(true);
    expect(stepMs).toHaveLength(2);
    expect(Math.min(...stepMs, peakBytes)).toBeGreaterThan(0);
    const own = await warmUp(await startWork({ work: "training", batchSize: 3, threads: 1 }));
    expect(largestDifference(own, check)).toBeLessThan(1e-4);
    // Each step moved the weights: an update that did nothing would agree, too.
    expect(new Set(own.map((loss) => loss.toFixed(4))).size).toBe(3);
  }, 120_000);
});

test("lists that are no match are told by no tolerance", () => {
  expect(largestDifference([1, -4], [1.5, -4])).toBeCloseTo(0.125);
  for (const [a, b] of [
    [[], []],
    [[1], [1, 2]],
    [[Number.NaN], [1]],
  ])
    expect(largestDifference(a, b)).toBe(Number.POSITIVE_INFINITY);
});

test("the table has a line for each kind of work", () => {
  const row: ClipBenchRow = {
    ...{ work: "program", model: "clip-vit-b-32", batchSize: 32, threads: 2 },
    ...{ imagesPerSecond: 12, pytorchImagesPerSecond: 8, ratio: 1.5, ratios: [1.4, 1.6] },
    ...{ difference: 1e-6, compileMs: 900, peakBytes: 1e9, cores: 2, cpu: "a CPU", versions: {} },
    pytorch: { version: "1.13.0", blas: "openblas", peakBytes: 2e9 },
  };
  const lines = clipTable([row]).split("\n");
  expect(lines[1]).toMatch(
    /^image embeddings, program +clip-vit-b-32 +32 +2 +12\.0 +8\.0 +1\.50 × +1\.40 to 1\.60 +1\.00 GB +2\.00 GB$/,
  );
  expect(lines.at(-1)).toBe("PyTorch 1.13.0, eager, with openblas");
});

test("unknown work is refused by name", async () => {
  await expect(benchClip({ work: ["retrieval"] })).rejects.toThrow(/retrieval/);
});
