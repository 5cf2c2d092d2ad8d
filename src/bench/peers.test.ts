import { expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { benchPeers, type Measured, peersRow } from "./peers.ts";
import type { Round } from "./side.ts";
import { peersTable, roundLine } from "./tables.ts";

const rounds = (...stepMs: number[][]): Round[] => stepMs.map((ms, i) => ({ stepMs: ms, peakBytes: 1e9 + i }));

// ResNet-20's batch is 128: a step of 256 ms is 500 images/s.
const measured: Measured = {
  model: "resnet20",
  backend: "default",
  threads: 2,
  flops: 25.6e9,
  compileMs: 750,
  torch: "1.13.0",
  blas: "openblas-pthread/libopenblas.so",
  rounds: {
    compiled: rounds([320, 300], [256, 512]),
    nchw: rounds([400, 410], [500, 450]),
    "channels-last": rounds([640, 700], [800, 900]),
  },
  matmuls: [150e9, 200e9, 180e9],
};

test("a row by hand: the fastest step of each side, against PyTorch's better format", () => {
  const row = peersRow(measured, { batchSize: 4, imagesPerSecond: 2 });
  expect(row).toMatchObject({
    model: "resnet20",
    batchSize: 128,
    threads: 2,
    imagesPerSecond: 500,
    pytorchRatio: 500 / 320,
    jaxJsRatio: 250,
    // 25.6 GFLOP in 256 ms are 100 GFLOP/s.
    peakShare: 0.5,
    compileMs: 750,
    peakBytes: 1e9 + 1,
    rounds: [128 / 0.3, 500],
  });
  expect(row.pytorch.formats["channels-last"].imagesPerSecond).toBe(200);
});

test("without jax-js's own backend the row has no ratio to it", () => {
  expect(peersRow(measured)).not.toHaveProperty("jaxJsRatio");
});

test("the table has a line per row and says what PyTorch ran on", () => {
  const lines = peersTable([peersRow(measured, { batchSize: 4, imagesPerSecond: 2 })]).split("\n");
  expect(lines[1]).toMatch(/^resnet20 +compiled +128 +2 +500 +320 +1\.56 × +250 × +50 % +750 ms +1\.00 GB +1\.00 GB$/);
  expect(lines.at(-2)).toContain("PyTorch 1.13.0, eager, in its better memory format, with openblas-pthread/libopenb");
  expect(lines.at(-1)).toBe("peak: 200 GFLOP/s in a matrix product, threads: 2");
});

test("progress is a line per round", () => {
  const imagesPerSecond = { compiled: 402.4, nchw: 379.6, "channels-last": 410 };
  const { model, backend } = measured;
  expect(roundLine({ model, backend, threads: 1, round: 1, rounds: 5, imagesPerSecond })).toBe(
    "resnet20, 1 thread, round 1/5: 402 images/s; PyTorch 380 (NCHW), 410 (channels-last)",
  );
});

test("an unknown model is refused by name", async () => {
  await expect(benchPeers({ models: ["vgg"] })).rejects.toThrow(UserError);
});
