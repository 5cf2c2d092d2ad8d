import { jit, numpy as np, valueAndGrad, vmap } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DType, HostArray, sizeOf } from "../../core/host-array.ts";
import { compile } from "../compile.ts";
import { flattenTree } from "../jax-backend.ts";
import { runOracle } from "../oracle.ts";
import { expectCompiledEqualsOracle } from "../testing.ts";
import { type PrimitiveName, trace } from "../trace.ts";
import { bitRows } from "./cases/bits.ts";
import { elementwiseRows } from "./cases/elementwise.ts";
import type { Example, Row } from "./cases/example.ts";
import { oracleFaults } from "./cases/faults.ts";
import { indexingRows } from "./cases/indexing.ts";
import { inlinedRows } from "./cases/inlined.ts";
import { linearAlgebraRows } from "./cases/linear-algebra.ts";
import { productRows } from "./cases/products.ts";
import { shapeRows } from "./cases/shape.ts";
import { UnsupportedPrimitiveError } from "./lower.ts";
import { loweringTable } from "./table.ts";

/** One row per primitive of jax-js: a missing one fails the type check. */
const rows: { readonly [P in PrimitiveName]: Row } = {
  ...elementwiseRows,
  ...bitRows,
  ...shapeRows,
  ...productRows,
  ...linearAlgebraRows,
  ...indexingRows,
  ...inlinedRows,
};

// More of both looks further: `ENGINE_RUNS=100 ENGINE_SEED=7 npx vitest run src/engine/lower`.
const runs = Number(process.env.ENGINE_RUNS ?? 8);
const seed = Number(process.env.ENGINE_SEED ?? 20);

const primitivesOf = async ({ fn, args }: Example): Promise<string[]> =>
  (await trace(fn, args)).equations.map((equation) => equation.primitive);

/** Value and, where it has one, gradient of Σ outputs² by all float arguments: one program for both. */
function withGradient({ fn, args, differentiable = true }: Example): Example["fn"] {
  const argnums = args.map((_, i) => i).filter((i) => args[i].dtype === "float32");
  const floats = (result: unknown) => flattenTree<np.Array>(result)[0].filter((y) => y.dtype === "float32");
  const loss = (...xs: np.Array[]) =>
    floats(fn(...xs))
      .map((y) => np.sum(np.square(y)))
      .reduce((a, b) => np.add(a, b));
  return (...xs: np.Array[]) => {
    const value = fn(...xs.map((x) => x.ref));
    if (!differentiable || argnums.length === 0 || floats(value).length === 0) return value;
    return [value, (valueAndGrad(loss, { argnums }) as Example["fn"])(...xs)];
  };
}

/** An argument with a new axis of length 2: the array itself and the one with its elements in reverse order. */
function mapped<D extends DType>({ dtype, shape, data }: HostArray<D>, axis: number): HostArray<D> {
  const result = HostArray.zeros([...shape.slice(0, axis), 2, ...shape.slice(axis)], dtype);
  const inner = sizeOf(shape.slice(axis));
  for (let i = 0; i < data.length; i++) {
    const at = Math.floor(i / inner) * 2 * inner + (i % inner);
    result.data[at] = data[i];
    result.data[at + inner] = data[data.length - 1 - i];
  }
  return result;
}

const vmapped = ({ fn, args, differentiable, atLeast }: Example, axes: readonly (number | null)[]): Example => ({
  fn: vmap(fn as never, axes as never) as unknown as Example["fn"],
  args: args.map((x, i) => (axes[i] === null ? x : mapped(x, axes[i]))),
  differentiable,
  atLeast,
});

/** Per argument the axis it is mapped over, or null; at least one is mapped. */
const axesFor = ({ args }: Example): fc.Arbitrary<(number | null)[]> =>
  fc
    .tuple(...args.map(({ shape }) => fc.oneof(fc.constant(null), fc.constant(0), fc.nat(shape.length))))
    .filter((axes) => axes.some((axis) => axis !== null));

/** An example as it is, and under the transformations of jax-js that rewrite equations before we see them. */
const forms: Record<string, (example: Example) => fc.Arbitrary<Example>> = {
  plain: (example) => fc.constant({ ...example, fn: withGradient(example) }),
  "in a nested jit": (example) =>
    fc.constant({
      ...example,
      fn: withGradient({ ...example, fn: jit(example.fn as never) }),
      oracle: withGradient(example),
    }),
  "its gradient in a vmap": (example) =>
    fc.constant(
      vmapped(
        { ...example, fn: withGradient(example) },
        example.args.map(() => 0),
      ),
    ),
  "the gradient of its vmap": (example) =>
    axesFor(example).map((axes) => {
      const whole = vmapped(example, axes);
      return { ...whole, fn: withGradient(whole) };
    }),
};

/** What jax-js itself throws on the example, if anything. */
const oracleError = ({ fn, args, oracle = fn }: Example): Promise<string | undefined> =>
  runOracle(oracle, args, "cpu").then(
    () => undefined,
    (error: Error) => error.message,
  );

/** Compares the example with jax-js; false if that fails on it in a known way. */
async function compare({ fn, args, oracle, atLeast }: Example, backend: "portable" | undefined): Promise<boolean> {
  try {
    await expectCompiledEqualsOracle(fn, args, 1e-5, "cpu", { oracle, atLeast, backend });
    return true;
  } catch (error) {
    const thrown = await oracleError({ fn, args, oracle });
    if (oracleFaults.some(({ message }) => thrown?.includes(message))) return false;
    throw error;
  }
}

/** jax-js fails on every one of the examples, so that there is nothing to compare with. */
const expectUnmapped = (arbitrary: fc.Arbitrary<Example>, message: string): Promise<void> =>
  fc.assert(
    fc.asyncProperty(arbitrary, async (example) => {
      expect(await oracleError(example)).toContain(message);
    }),
    { numRuns: 2, seed },
  );

describe.each(Object.entries(rows) as [PrimitiveName, Row][])("%s", (primitive, row) => {
  if ("examples" in row)
    describe.each(row.examples.map((arbitrary, i) => [i, arbitrary] as const))("examples %i", (_, arbitrary) => {
      test.each(Object.entries(forms))("compiled ≡ jax-js, %s", async (form, transform) => {
        if (row.unmapped && form.includes("vmap")) return expectUnmapped(arbitrary.chain(transform), row.unmapped);
        let met = 0;
        await fc.assert(
          fc.asyncProperty(arbitrary.chain(transform), async (example) => {
            if ((await compare(example, "portable")) && (await primitivesOf(example)).includes(primitive)) met++;
            // Also by the back-end that `compile` picks on this machine.
            if (form === "plain") await compare(example, undefined);
          }),
          { numRuns: form === "plain" ? runs : Math.ceil(runs / 2), seed },
        );
        expect(met, `examples that trace to ${primitive}`).toBeGreaterThan(0);
      });
    });
  else if ("inlined" in row)
    test("is inlined by tracing", async () => {
      expect(await primitivesOf(row.inlined)).not.toContain(primitive);
      await expectCompiledEqualsOracle(withGradient(row.inlined), row.inlined.args, 1e-5, "cpu");
    });
  else
    test("is refused with the table's reason", async () => {
      const { fn, args } = row.refused;
      expect(await primitivesOf(row.refused)).toContain(primitive);
      const { unsupported } = loweringTable[primitive] as { unsupported: string };
      await expect(compile(fn, args)).rejects.toThrow(UnsupportedPrimitiveError);
      await expect(compile(fn, args)).rejects.toThrow(unsupported);
    });
});

test.each(oracleFaults)("jax-js still fails: $because", async ({ message, example }) => {
  expect(await oracleError(example)).toContain(message);
});
