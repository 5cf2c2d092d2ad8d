import { lax, numpy as np, vmap } from "@jax-js/jax";
import fc from "fast-check";
import onnxProto from "onnx-proto";
import { describe, expect, test } from "vitest";
import { HostArray } from "../../core/host-array.ts";
import { modelOf } from "../compile.ts";
import { expectCompiledEqualsOracle } from "../testing.ts";
import { trace } from "../trace.ts";

/** Ways to ask for a few of `[3, n]`, of the last axis. */
const asked: Readonly<Record<string, (k: number, n: number) => (x: np.Array) => unknown>> = {
  "lax.topK": (k) => (x) => lax.topK(x, k),
  "lax.topK in a vmap": (k) => vmap((row: np.Array) => lax.topK(row, k)) as never,
  "lax.topK along the first axis": (k) => (x) => lax.topK(np.transpose(x), k, 0),
  "the smallest": (k) => (x) => np.sort(x).slice([], [0, k]),
  "where the smallest are": (k) => (x) => np.argsort(x).slice([], [0, k]),
  "where the largest are": (k, n) => (x) => np.argsort(x).slice([], [n - k, n]),
  "how far from the end the smallest are": (k, n) => (x) => np.subtract(n - 1, np.argsort(x)).slice([], [0, k]),
  "some amid the order": (k, n) => (x) => np.sort(x).slice([], [1, Math.min(k + 1, n)]),
  "all of the order beside a few": (k) => (x) => {
    const sorted = np.sort(x);
    return [sorted.ref, sorted.slice([], [0, k])];
  },
};

describe.each(Object.entries(asked))("%s", (_, make) => {
  test.each(["float32", "int32"] as const)("compiled ≡ jax-js, many of them equal, of %s", async (dtype) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 9 }).chain((n) =>
          fc.record({
            n: fc.constant(n),
            k: fc.integer({ min: 1, max: n }),
            values: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 3 * n, maxLength: 3 * n }),
          }),
        ),
        async ({ n, k, values }) => {
          const array = dtype === "int32" ? new HostArray("int32", [3, n], Int32Array.from(values)) : undefined;
          await expectCompiledEqualsOracle(make(k, n), [array ?? HostArray.float32([3, n], values)], 0);
        },
      ),
      { numRuns: 6, seed: 3 },
    );
  });
});

test("a sorted axis of which all is read is sorted once, and whole", async () => {
  const model = modelOf(await trace(asked["all of the order beside a few"](2, 9), [HostArray.zeros([3, 9])]));
  const { node } = onnxProto.onnx.ModelProto.decode(model).graph!;
  expect(node!.filter(({ opType }) => opType === "TopK")).toHaveLength(1);
});
