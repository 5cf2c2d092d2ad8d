import { expect } from "vitest";
import { HostArray, sizeOf } from "../core/host-array.ts";
import type { Random } from "../core/random.ts";
import { type CompileOptions, compile } from "./compile.ts";
import { flattenTree } from "./jax-backend.ts";
import { runOracle } from "./oracle.ts";

/** Draws float32 arrays of a shape, of normal numbers of deviation `scale`. */
export const normalArrays =
  (random: Random, scale = 1) =>
  (...shape: number[]): HostArray =>
    HostArray.float32(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => scale * random.normal()),
    );

/**
 * max |a − b| over max |b|: 0 where all are equal, infinite where `b` is zero throughout and `a` is not. What is but
 * rounding of larger numbers says by `atLeast` how large they were.
 */
export function relativeError(a: HostArray, b: HostArray, atLeast = 0): number {
  let [difference, scale] = [0, atLeast];
  for (let i = 0; i < b.data.length; i++) {
    const distance = Math.abs(a.data[i] - b.data[i]);
    // Equal infinities and two NaN agree; anything else that is not finite must fail.
    if (a.data[i] !== b.data[i] && !(Number.isNaN(a.data[i]) && Number.isNaN(b.data[i])))
      difference = Math.max(difference, Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance);
    if (Number.isFinite(b.data[i])) scale = Math.max(scale, Math.abs(b.data[i]));
  }
  return difference === 0 ? 0 : difference / scale;
}

export interface EqualityOptions {
  /** An equal function that jax-js can run, where it cannot run `fn`. */
  readonly oracle?: (...args: any[]) => unknown;
  /** As for `relativeError`: the size of the numbers that jax-js rounds on its way. */
  readonly atLeast?: number;
}

/** Compiled ≡ jax-js: the same function on the same arguments, by our engine and by a backend of jax-js. */
export async function expectCompiledEqualsOracle(
  fn: (...args: any[]) => unknown,
  args: readonly unknown[],
  tolerance = 1e-5,
  backend: "wasm" | "cpu" = "wasm",
  { oracle = fn, atLeast, ...options }: CompileOptions & EqualityOptions = {},
): Promise<void> {
  const program = await compile(fn, args, { threads: 1, ...options });
  const [actual] = flattenTree<HostArray>(await program.run([...args]));
  await program.dispose();
  const [expected] = flattenTree<HostArray>(await runOracle(oracle, args, backend));
  expect(actual.map((a) => `${a.dtype}[${a.shape}]`)).toEqual(expected.map((e) => `${e.dtype}[${e.shape}]`));
  actual.forEach((a, i) => {
    expect(relativeError(a, expected[i], atLeast), `output ${i} of ${fn}`).toBeLessThanOrEqual(tolerance);
  });
}
