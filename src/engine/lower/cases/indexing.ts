import { grad, lax, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { HostArray, sizeOf } from "../../../core/host-array.ts";
import { anyType, type Example, elements, examples, onShape, shapes } from "./example.ts";

const indices = (shape: readonly number[], length: number): fc.Arbitrary<HostArray> =>
  fc
    .tuple(
      fc.array(fc.nat(length - 1), { minLength: sizeOf(shape), maxLength: sizeOf(shape) }),
      fc.constantFrom("int32" as const, "uint32" as const),
    )
    .map(
      ([data, dtype]) =>
        new HostArray(dtype, shape, (dtype === "int32" ? Int32Array : Uint32Array).from(data) as never),
    );

/** `x[…, i, …]` on one axis, indices of any rank, repeated ones among them. */
const take = (use: (x: np.Array, i: np.Array, axis: number) => unknown, dtypes = anyType): fc.Arbitrary<Example> =>
  fc
    .tuple(shapes(1, 3, 4), shapes(0, 2), fc.constantFrom(...dtypes))
    .chain(([shape, indexShape, dtype]) =>
      fc
        .nat(shape.length - 1)
        .chain((axis) =>
          fc
            .tuple(elements(shape, dtype), indices(indexShape, shape[axis]))
            .map((args) => ({ fn: (x: np.Array, i: np.Array) => use(x, i, axis), args })),
        ),
    );

/** `x[i, :, j]` with index arrays that broadcast against each other. */
const takeTwo = (use: (x: np.Array, i: np.Array, j: np.Array) => unknown): fc.Arbitrary<Example> =>
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
    .chain(([a, b]) =>
      fc
        .tuple(elements([a, 2, b], "float32"), indices([3, 1], a), indices([2], b))
        .map((args) => ({ fn: (x: np.Array, i: np.Array, j: np.Array) => use(x, i, j), args })),
    );

const sumOfSines = (x: np.Array) => np.sum(np.sin(x));

interface Windows {
  readonly window: number[];
  readonly strides: number[];
}

const windowed = (use: (x: np.Array, windows: Windows) => unknown, dtypes = ["float32"] as const) =>
  onShape(
    fc
      .tuple(shapes(0, 2), fc.array(fc.integer({ min: 3, max: 6 }), { minLength: 1, maxLength: 2 }))
      .map(([lead, spatial]) => [...lead, ...spatial]),
    (shape) =>
      fc
        .integer({ min: 1, max: Math.min(2, shape.filter((n) => n >= 3).length) })
        .chain((rank) =>
          fc.record({
            window: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: rank, maxLength: rank }),
            strides: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: rank, maxLength: rank }),
          }),
        )
        // The window slides over the last axes, which must be as long as it is.
        .filter(({ window }) => window.every((k, i) => k <= shape[shape.length - window.length + i]))
        .map((windows) => (x) => use(x, windows)),
    { dtypes },
  );

const pooled =
  (reduce: (x: np.Array) => np.Array) =>
  (x: np.Array, { window, strides }: Windows) =>
    lax.reduceWindow(x, reduce, window, strides);

export const indexingRows = {
  gather: examples(
    take((x, i, axis) => np.take(x, i, axis)),
    takeTwo((x, i, j) => x.slice(i, [], j)),
  ),
  // The gradient of an indexing adds into zeros.
  scatter: examples(
    take((x, i, axis) => grad((y: np.Array) => sumOfSines(np.take(y, i, axis)))(x), ["float32"]),
    takeTwo((x, i, j) => grad((y: np.Array) => sumOfSines(y.slice(i, [], j)))(x)),
  ),
  pool: examples(
    windowed(pooled((x) => np.max(x))),
    windowed(pooled((x) => np.mean(x))),
    windowed(
      pooled((x) => np.min(x)),
      ["float32", "int32"] as never,
    ),
    windowed(
      pooled((x) => np.max(x)),
      ["int32", "uint32"] as never,
    ),
  ),
  pool_transpose: examples(
    windowed((x, windows) => grad((y: np.Array) => sumOfSines(pooled((w) => np.sum(w))(y, windows)))(x)),
  ),
};
