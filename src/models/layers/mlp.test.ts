import { expect, test } from "vitest";
import { HostArray } from "../../core/index.ts";
import { runOracle } from "../../engine/index.ts";
import { gelu } from "./mlp.ts";

test.each([
  [-3, -0.00404951],
  [-1, -0.15865525],
  [0, 0],
  [1, 0.84134475],
  [2, 1.95449974],
])("gelu(%f) is x·Φ(x) = %f", async (x, expected) => {
  const y = await runOracle<HostArray>(gelu, [HostArray.float32([1], [x])]);
  expect(y.data[0]).toBeCloseTo(expected, 6);
});
