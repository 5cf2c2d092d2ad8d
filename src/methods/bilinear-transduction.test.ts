import { expect, test } from "vitest";
import { type HostArray, Random } from "../core/index.ts";
import { runOracle } from "../engine/index.ts";
import { normalArrays } from "../engine/testing.ts";
import { innerProducts, nearestCandidates, transduction } from "./bilinear-transduction.ts";

const noise = normalArrays(new Random("transduction"));

test("chooses the candidate of the definition: the nearest pair of residuals", async () => {
  const [candidates, residuals, images] = [noise(5, 2, 3, 3), noise(7, 2, 3, 3), noise(40, 2, 3, 3)];
  const found = transduction(candidates, residuals);
  const products = await runOracle(innerProducts, [images, found.columns]);
  const chosen = nearestCandidates(products.data as Float32Array, found);
  const at = ({ data }: HostArray, row: number, p: number) => data[row * 18 + p];
  for (const [row, candidate] of chosen.entries()) {
    let best = { distance: Number.POSITIVE_INFINITY, i: -1 };
    for (let i = 0; i < 5; i++)
      for (let m = 0; m < 7; m++) {
        let distance = 0;
        for (let p = 0; p < 18; p++) distance += (at(images, row, p) - at(candidates, i, p) - at(residuals, m, p)) ** 2;
        if (distance < best.distance) best = { distance, i };
      }
    expect(candidate).toBe(best.i);
  }
  expect(new Set(chosen).size).toBeGreaterThan(2);
});
