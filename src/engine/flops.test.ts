import { grad, lax, numpy as np, vmap } from "@jax-js/jax";
import { expect, test } from "vitest";
import { countFlops } from "./flops.ts";
import { ArraySpec } from "./program.ts";

const spec = (...shape: number[]) => new ArraySpec(shape);
const same: [number, number][] = [
  [1, 1],
  [1, 1],
];
const conv = (stride: number) => (x: np.Array, w: np.Array) => lax.conv(x, w, [stride, stride], same);
const convLoss = (stride: number) => (x: np.Array, w: np.Array) => np.sum(np.square(conv(stride)(x, w)));

test.each<[string, (...args: any[]) => unknown, ArraySpec[], number]>([
  ["a matrix product", (x, w) => np.matmul(x, w), [spec(3, 4), spec(4, 5)], 2 * 3 * 4 * 5],
  ["a product of batches", (x, w) => np.matmul(x, w), [spec(7, 3, 4), spec(7, 4, 5)], 2 * 7 * 3 * 4 * 5],
  ["a batch by one matrix", (x, w) => np.matmul(x, w), [spec(7, 3, 4), spec(4, 5)], 2 * 7 * 3 * 4 * 5],
  ["a convolution", conv(1), [spec(2, 3, 8, 8), spec(5, 3, 3, 3)], 2 * (2 * 5 * 8 * 8) * (3 * 3 * 3)],
  ["a strided one", conv(2), [spec(2, 3, 8, 8), spec(5, 3, 3, 3)], 2 * (2 * 5 * 4 * 4) * (3 * 3 * 3)],
  // Forward, and as much for each of the two gradients.
  [
    "a strided one with its gradients",
    grad(convLoss(2) as never, { argnums: [0, 1] } as never) as never,
    [spec(2, 3, 8, 8), spec(5, 3, 3, 3)],
    3 * 2 * (2 * 5 * 4 * 4) * (3 * 3 * 3),
  ],
  [
    "a mapped one",
    vmap(conv(1) as never) as never,
    [spec(4, 2, 3, 8, 8), spec(4, 5, 3, 3, 3)],
    4 * 2 * (2 * 5 * 8 * 8) * (3 * 3 * 3),
  ],
  ["sums and products of elements: none", (x) => np.sum(np.square(x)), [spec(10)], 0],
])("%s", async (_, fn, example, expected) => {
  expect(await countFlops(fn, example)).toBe(expected);
});
