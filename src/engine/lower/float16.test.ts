import { grad, numpy as np, vjp } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { float16Value } from "../../core/float16.ts";
import { HostArray } from "../../core/host-array.ts";
import { compile } from "../compile.ts";
import { flattenTree } from "../jax-backend.ts";
import { runOracle } from "../oracle.ts";
import { relativeError } from "../testing.ts";
import { trace } from "../trace.ts";
import { bitRows } from "./cases/bits.ts";
import { elementwiseRows } from "./cases/elementwise.ts";
import type { Example, Row } from "./cases/example.ts";
import { indexingRows } from "./cases/indexing.ts";
import { linearAlgebraRows } from "./cases/linear-algebra.ts";
import { productRows } from "./cases/products.ts";
import { shapeRows } from "./cases/shape.ts";

// jax-js needs Float16Array to compute in float16, which Node 20 lacks. So the oracle computes in float32 on the same
// numbers (all float16), and the programs may differ by what their own rounding does.
const rows: Record<string, Row> = {
  ...elementwiseRows,
  ...shapeRows,
  ...productRows,
  ...indexingRows,
  ...linearAlgebraRows,
  ...bitRows,
};

/** One or two roundings of 2⁻¹¹ each, more where what is rounded first is larger than the result or goes through more. */
const valueTolerance = (primitive: string) =>
  // The remainder of a rounded number up to 15; a factor of a rounded product.
  ({ mod: 15 * 2 ** -11, cholesky: 2 ** -9 })[primitive] ?? 2 ** -10;
/** Cotangent · derivative, several roundings each. */
const gradientTolerance = 2 ** -8;

/** What jax-js throws while tracing float16: some constants need Float16Array, and it has no gradient of a cast. */
const tracingFaults = [
  "Float16Array is not defined",
  "Backward pass not implemented for cast",
  "Bitcast from float16 to int32",
  "is too negative for input size",
];

const narrow = (x: HostArray) => (x.dtype === "float32" ? HostArray.float16(x.shape, x.data as Float32Array) : x);
const widen = (x: HostArray) =>
  x.dtype === "float16" ? HostArray.float32(x.shape, Float32Array.from(x.data, float16Value)) : x;

const isFloat = ({ dtype }: { dtype: string }) => dtype === "float32" || dtype === "float16";

/** The gradient of ½ Σ outputs² by all float arguments; without a scalar constant, which Node 20 cannot make. */
const gradient =
  (fn: Example["fn"]): Example["fn"] =>
  (...xs: np.Array[]) => {
    const outputs = (...floats: np.Array[]) => {
      const left = [...floats];
      const result = fn(...xs.map((x) => (isFloat(x) ? left.shift() : x)));
      return flattenTree<np.Array>(result)[0].filter(isFloat);
    };
    const [values, pullback] = vjp(outputs as never, xs.filter(isFloat) as never) as unknown as [
      unknown,
      (cotangents: unknown) => unknown,
    ];
    return pullback(values);
  };

/** Whether jax-js can trace the function of float16. */
const traceable = (fn: Example["fn"], args: readonly HostArray[]) =>
  trace(fn, args.map(narrow)).then(
    () => true,
    (error: Error) => {
      if (tracingFaults.some((fault) => error.message.includes(fault))) return false;
      throw error;
    },
  );

async function expectClose(fn: Example["fn"], args: readonly HostArray[], tolerance: number): Promise<void> {
  const program = await compile(fn, args.map(narrow), { threads: 1 });
  const [actual] = flattenTree<HostArray>(await program.run(args.map(narrow)));
  await program.dispose();
  const [expected] = flattenTree<HostArray>(await runOracle(fn, args, "cpu"));
  actual.forEach((a, i) => {
    expect(a.dtype.replace("16", "32")).toBe(expected[i].dtype);
    expect(relativeError(widen(a), expected[i]), `output ${i} of ${fn}`).toBeLessThanOrEqual(tolerance);
  });
}

/** Floats among the arguments, and no integer beyond float16's range. */
const fits = ({ args }: Example) =>
  args.some(isFloat) && args.every(({ dtype, data }) => dtype !== "uint32" || data.every((n) => n < 2 ** 11));

const runs = Number(process.env.ENGINE_RUNS ?? 5);
const seed = Number(process.env.ENGINE_SEED ?? 20);

describe.each(Object.entries(rows))("%s", (primitive, row) => {
  if ("examples" in row)
    test.each(row.examples.map((arbitrary, i) => [i, arbitrary] as const))(
      "float16 ≡ float32 up to rounding, examples %i",
      async (_, arbitrary) => {
        await fc.assert(
          fc.asyncProperty(arbitrary, async (example) => {
            if (!fits(example)) return;
            const { fn, args, differentiable = true } = example;
            if (!(await traceable(fn, args))) return;
            await expectClose(fn, args, valueTolerance(primitive));
            const { outputs } = await trace(fn, args.map(narrow));
            if (!differentiable || !outputs.some(({ aval }) => isFloat(aval))) return;
            if (await traceable(gradient(fn), args)) await expectClose(gradient(fn), args, gradientTolerance);
          }),
          { numRuns: runs, seed },
        );
      },
    );
});

test("jax-js still has no gradient of a cast: no mixed precision", () => {
  const loss = (x: np.Array) => np.sum(np.astype(np.astype(x, np.float16), np.float32));
  expect(() => grad(loss)(np.ones([2]))).toThrow("Backward pass not implemented for cast");
});

test("float16 in and out, literals and promotion", async () => {
  const half = HostArray.float16([3], [1, -2.5, 1 / 3]);
  const whole = new HostArray("int32", [3], Int32Array.of(1, 2, 3));
  const program = await compile(
    (x: np.Array, n: np.Array) => [
      np.add(x.ref, 0.5),
      np.multiply(x.ref, n.ref),
      np.multiply(x.ref, np.astype(n, np.float32)),
      np.exp(x),
    ],
    [half, whole],
    { threads: 1 },
  );
  const [sum, product, wide, exponential] = await program.run([half, whole]);
  await program.dispose();
  expect([sum, product, wide, exponential].map(({ dtype }) => dtype)).toEqual([
    "float16",
    "float16",
    "float32",
    "float16",
  ]);
  const [a, b, c] = [1, -2.5, 0.333251953125];
  const rounded = (values: number[]) => [...HostArray.float16([3], values).data];
  expect([...sum.data]).toEqual(rounded([a + 0.5, b + 0.5, c + 0.5]));
  expect([...product.data]).toEqual(rounded([a, 2 * b, 3 * c]));
  expect([...wide.data]).toEqual([a, 2 * b, 3 * c]);
  expect([...exponential.data]).toEqual(rounded([a, b, c].map(Math.exp)));
});
