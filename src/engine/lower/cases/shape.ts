import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { anyType, type Example, elements, examples, numeric, onShape, shapes } from "./example.ts";

const permutation = (rank: number) =>
  fc.shuffledSubarray([...Array(rank).keys()], { minLength: rank, maxLength: rank });
const axisOf = (shape: readonly number[]) => fc.nat(shape.length - 1);

/** Other shapes of the same size: merged axes, split axes, axes of length 1. */
const regrouped = (shape: readonly number[]): fc.Arbitrary<number[]> => {
  const size = shape.reduce((a, b) => a * b, 1);
  const factors = (n: number): number[] => {
    for (let d = 2; d <= n; d++) if (n % d === 0) return [d, ...factors(n / d)];
    return [];
  };
  const primes = factors(size);
  return fc
    .tuple(permutation(primes.length), fc.array(fc.nat(3), { minLength: primes.length, maxLength: primes.length }))
    .map(([order, slots]) => {
      const result = [1, 1, 1, 1];
      order.forEach((i, j) => {
        result[slots[j]] *= primes[i];
      });
      return result;
    });
};

/** Several operands that differ in dtype and on one axis. */
const joined: fc.Arbitrary<Example> = fc
  .tuple(
    shapes(1, 3),
    fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom(...anyType)), { minLength: 2, maxLength: 3 }),
  )
  .chain(([shape, parts]) =>
    axisOf(shape).chain((axis) =>
      fc.tuple(...parts.map(([size, dtype]) => elements(shape.with(axis, size), dtype))).map((args) => ({
        fn: (...xs: np.Array[]) => np.concatenate(xs, axis),
        args,
      })),
    ),
  );

export const shapeRows = {
  transpose: examples(
    onShape(shapes(2, 4), (shape) => permutation(shape.length).map((axes) => (x) => np.transpose(x, axes)), {
      dtypes: anyType,
    }),
  ),
  broadcast: examples(
    onShape(shapes(0, 3), (shape) => shapes(0, 2).map((lead) => (x) => np.broadcastTo(x, [...lead, ...shape])), {
      dtypes: anyType,
    }),
    // Read by a consumer that knows no virtual broadcast.
    onShape(shapes(0, 2), (shape) => fc.constant((x) => np.flip(np.broadcastTo(x, [2, ...shape]), 0))),
  ),
  reshape: examples(
    onShape(shapes(1, 4, 4), (shape) => regrouped(shape).map((to) => (x) => np.reshape(x, to)), { dtypes: anyType }),
  ),
  flip: examples(
    onShape(
      shapes(1, 4),
      (shape) => fc.subarray([...shape.keys()], { minLength: 1 }).map((axes) => (x) => np.flip(x, axes)),
      { dtypes: anyType },
    ),
  ),
  shrink: examples(
    onShape(
      shapes(1, 3, 4),
      (shape) =>
        fc
          .tuple(
            ...shape.map((size) =>
              fc.nat(size - 1).chain((from) => fc.tuple(fc.constant(from), fc.integer({ min: from + 1, max: size }))),
            ),
          )
          .map((ranges) => (x) => x.slice(...ranges)),
      { dtypes: anyType },
    ),
  ),
  pad: examples(
    onShape(
      shapes(1, 3),
      (shape) => fc.tuple(...shape.map(() => fc.tuple(fc.nat(2), fc.nat(2)))).map((widths) => (x) => np.pad(x, widths)),
      { dtypes: anyType },
    ),
  ),
  concatenate: examples(joined),
  split: examples(
    onShape(
      shapes(1, 3),
      (shape) =>
        fc.tuple(axisOf(shape), fc.integer({ min: 1, max: 3 })).map(([axis, size]) => (x) => {
          const doubled = np.concatenate([x.ref, x], axis);
          return np.split(doubled, [Math.min(size, shape[axis])], axis);
        }),
      { dtypes: anyType },
    ),
    onShape(shapes(1, 3), (shape) => axisOf(shape).map((axis) => (x) => np.split(x, shape[axis], axis)), {
      dtypes: anyType,
    }),
  ),
  // jax-js's own backend sorts only what is already in memory: the last axis of an argument.
  sort: examples(
    onShape(shapes(1, 3, 5), () => fc.constant((x) => np.sort(x)), {
      dtypes: numeric,
      broadcast: false,
      differentiable: false,
    }),
  ),
  argsort: examples(
    onShape(shapes(1, 3, 5), () => fc.constant((x) => np.argsort(x)), { dtypes: numeric, broadcast: false }),
  ),
};
