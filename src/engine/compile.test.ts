import { lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { expect, test } from "vitest";
import { HostArray } from "../core/host-array.ts";
import { Random } from "../core/random.ts";
import { compile } from "./compile.ts";
import { expectCompiledEqualsOracle, normalArrays } from "./testing.ts";

const normal = normalArrays(new Random("compile.test"));

test("convolution with its gradients, strides 1 and 2, 3×3 and 1×1", async () => {
  for (const [stride, kernel, padding] of [
    [1, 3, 1],
    [2, 3, 1],
    [2, 1, 0],
    [1, 1, 0],
    [2, 3, 0],
  ]) {
    const loss = (w: np.Array, x: np.Array) =>
      np.sum(
        np.sin(
          lax.convGeneralDilated(
            x,
            w,
            [stride, stride],
            [
              [padding, padding],
              [padding, padding],
            ],
          ),
        ),
      );
    await expectCompiledEqualsOracle(
      (w, x) => valueAndGrad(loss, { argnums: [0, 1] })(w, x),
      [normal(4, 3, kernel, kernel), normal(2, 3, 8, 8)],
    );
  }
});

test("a small network's loss and gradient", async () => {
  const loss = (p: Record<string, np.Array>, x: np.Array, y: np.Array) => {
    const hidden = nn.relu(np.add(np.matmul(x, p.w), p.b));
    return np.negative(np.mean(np.sum(np.multiply(nn.logSoftmax(np.matmul(hidden, p.v)), y), -1)));
  };
  await expectCompiledEqualsOracle(
    (p, x, y) => valueAndGrad(loss)(p, x, y),
    [{ w: normal(5, 7), b: normal(7), v: normal(7, 3) }, normal(6, 5), normal(6, 3)],
  );
});

test("uint32 products wrap around", async () => {
  const large = new HostArray("uint32", [3], Uint32Array.of(4294967287, 65537, 7));
  const program = await compile(
    (a: np.Array, b: np.Array) => [np.multiply(a.ref, b.ref), np.dot(a, b)],
    [large, large],
    { threads: 1 },
  );
  const [squares, sum] = await program.run([large, large]);
  await program.dispose();
  const expected = [...large.data].map((n) => Math.imul(n, n) >>> 0);
  expect([...squares.data]).toEqual(expected);
  expect(sum.data[0]).toBe(expected.reduce((a, b) => (a + b) >>> 0));
});

test("empty arrays (which jax-js's own backend has none of)", async () => {
  const args: [HostArray, HostArray] = [HostArray.float32([0, 3], []), normal(2, 3)];
  const program = await compile(
    (x: np.Array, y: np.Array) => [
      np.add(x.ref, 1),
      np.sum(x.ref, 0),
      np.concatenate([x.ref, y], 0),
      np.reshape(np.transpose(x.ref), [3, 0, 1]),
      np.matmul(np.transpose(x.ref), x),
    ],
    args,
    { threads: 1 },
  );
  const results = await program.run(args);
  await program.dispose();
  expect(results.map(({ shape }) => shape)).toEqual([[0, 3], [3], [2, 3], [3, 0, 1], [3, 3]]);
  expect([...results[1].data]).toEqual([0, 0, 0]);
  expect([...results[4].data]).toEqual(Array(9).fill(0));
});

test("infinities and NaN pass through relu, max and comparisons as in jax-js", async () => {
  const odd = HostArray.float32([5], [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -1]);
  await expectCompiledEqualsOracle(
    (x) => [
      nn.relu(x.ref),
      np.maximum(x.ref, 0.5),
      np.less(x.ref, 0),
      np.equal(x.ref, x.ref),
      np.where(np.less(x.ref, 0), 1, x),
    ],
    [odd],
  );
});

test("what has no rule is named with its operands and the way out", async () => {
  await expect(compile((x: np.Array) => lax.linalg.cholesky(x), [normal(65, 65)])).rejects.toThrow(
    "cholesky(float32[65,65]) cannot be compiled: ONNX has no operator for it, and its steps are written out one by one, for axes up to 64, not 65; compute it on the host",
  );
});
