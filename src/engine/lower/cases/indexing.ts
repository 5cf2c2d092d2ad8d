import { grad, lax, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { type DType, HostArray, sizeOf } from "../../../core/host-array.ts";
import { anyType, type Example, elements, examples, onShape, shapes, unmapped } from "./example.ts";

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
  /** Zeros before and after each of the window's axes. */
  readonly padding: [number, number][];
}

/** Windows over the last one to three axes, which are as long as they need to be. */
const windowed = (use: (x: np.Array, windows: Windows) => unknown, dtypes: readonly DType[] = ["float32"]) =>
  fc
    .tuple(
      shapes(0, 2),
      fc.array(
        fc.record({
          window: fc.integer({ min: 1, max: 4 }),
          stride: fc.integer({ min: 1, max: 3 }),
          more: fc.nat(3),
          padding: fc.oneof(fc.constant([0, 0]), fc.tuple(fc.nat(2), fc.nat(2))),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    )
    .chain(([lead, axes]) => {
      const windows: Windows = {
        window: axes.map((axis) => axis.window),
        strides: axes.map((axis) => axis.stride),
        padding: axes.map((axis) => axis.padding as [number, number]),
      };
      const shape = [...lead, ...axes.map(({ window, more, padding: [a, b] }) => Math.max(1, window + more - a - b))];
      return onShape(fc.constant(shape), () => fc.constant((x: np.Array) => use(x, windows)), { dtypes });
    });

const pooled =
  (reduce: (x: np.Array) => np.Array) =>
  (x: np.Array, { window, strides, padding }: Windows) => {
    const widths = [...x.shape.slice(0, -padding.length).map(() => [0, 0] as [number, number]), ...padding];
    return lax.reduceWindow(np.pad(x, widths), reduce, window, strides);
  };

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
  pool: unmapped(
    windowed(pooled((x) => np.max(x))),
    windowed(pooled((x) => np.mean(x))),
    windowed(
      pooled((x) => np.min(x)),
      ["float32", "int32"],
    ),
    windowed(
      pooled((x) => np.max(x)),
      ["int32", "uint32"],
    ),
  ),
  pool_transpose: unmapped(
    windowed((x, windows) => grad((y: np.Array) => sumOfSines(pooled((w) => np.sum(w))(y, windows)))(x)),
  ),
};
