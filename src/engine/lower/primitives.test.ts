import { numpy as np, valueAndGrad } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile } from "../compile.ts";
import { flattenTree } from "../jax-backend.ts";
import { expectCompiledEqualsReference } from "../testing.ts";
import { type PrimitiveName, trace } from "../trace.ts";
import { elementwiseRows } from "./cases/elementwise.ts";
import type { Example, Row } from "./cases/example.ts";
import { indexingRows } from "./cases/indexing.ts";
import { productRows } from "./cases/products.ts";
import { shapeRows } from "./cases/shape.ts";
import { unsupportedRows } from "./cases/unsupported.ts";
import { UnsupportedPrimitiveError } from "./lower.ts";
import { loweringTable } from "./table.ts";

/** One row per primitive of jax-js: a missing one fails the type check. */
const rows: { readonly [P in PrimitiveName]: Row } = {
  ...elementwiseRows,
  ...shapeRows,
  ...productRows,
  ...indexingRows,
  ...unsupportedRows,
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

describe.each(Object.entries(rows) as [PrimitiveName, Row][])("%s", (primitive, row) => {
  if ("examples" in row)
    test.each(row.examples.map((arbitrary, i) => [i, arbitrary] as const))(
      "compiled ≡ jax-js, examples %i",
      async (_, arbitrary) => {
        let met = 0;
        await fc.assert(
          fc.asyncProperty(arbitrary, async (example) => {
            if ((await primitivesOf(example)).includes(primitive)) met++;
            await expectCompiledEqualsReference(withGradient(example), example.args, 1e-5, "cpu");
          }),
          { numRuns: runs, seed },
        );
        expect(met, `examples that trace to ${primitive}`).toBeGreaterThan(0);
      },
    );
  else if ("inlined" in row)
    test("is inlined by tracing", async () => {
      expect(await primitivesOf(row.inlined)).not.toContain(primitive);
      await expectCompiledEqualsReference(withGradient(row.inlined), row.inlined.args, 1e-5, "cpu");
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
