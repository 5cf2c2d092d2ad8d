import { numpy as np, valueAndGrad } from "@jax-js/jax";
import { expect, test } from "vitest";
import { HostArray } from "../core/host-array.ts";
import { runOracle } from "./oracle.ts";

test("runs a gradient on jax-js's own backend, trees in and out", async () => {
  const loss = (p: { w: np.Array }, x: np.Array) => np.sum(np.square(np.multiply(p.w, x)));
  const [value, gradient] = await runOracle(
    (p, x) => valueAndGrad(loss)(p, x),
    [{ w: HostArray.float32([2], [1, 2]) }, HostArray.float32([2], [3, 4])],
  );
  expect(value.data[0]).toBe(9 + 64);
  expect([...gradient.w.data]).toEqual([18, 64]);
});

test("bool arrays come back as bytes", async () => {
  const result = await runOracle((x) => np.less(x, 2), [HostArray.float32([3], [1, 2, 3])]);
  expect(result.dtype).toBe("bool");
  expect([...result.data]).toEqual([1, 0, 0]);
});
