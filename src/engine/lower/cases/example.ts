import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { type DType, HostArray, sizeOf } from "../../../core/host-array.ts";

/** A jax-js function and arguments to call it with; it is also called with the elements of an argument reordered. */
export interface Example {
  readonly fn: (...args: any[]) => unknown;
  readonly args: readonly HostArray[];
  /** False where jax-js has no derivative; else the gradient by all float arguments is compared as well. */
  readonly differentiable?: boolean;
  /** The same function in a form that jax-js can run, where it cannot run `fn`. */
  readonly oracle?: Example["fn"];
  /** The size of the numbers that jax-js rounds on its way, where its results may be much smaller. */
  readonly atLeast?: number;
}

/** What a primitive's row of the test table says. */
export type Row =
  | {
      readonly examples: readonly fc.Arbitrary<Example>[];
      /** What jax-js throws on each of them under `vmap`, where it cannot map the primitive: a message of `oracleFaults`. */
      readonly unmapped?: string;
    }
  /** A use of a primitive without a rule; `inlined` where tracing itself removes the primitive. */
  | { readonly refused: Example }
  | { readonly inlined: Example };

export const examples = (...arbitraries: fc.Arbitrary<Example>[]): Row => ({ examples: arbitraries });

/** As `examples`, of a primitive that jax-js has no rule to map. */
export const unmapped = (...arbitraries: fc.Arbitrary<Example>[]): Row => ({
  examples: arbitraries,
  unmapped: "No vmap rule for: pool",
});

export interface Range {
  readonly from?: number;
  readonly to?: number;
  /** Leaves 0 out of integers (floats never hit it). */
  readonly nonzero?: boolean;
  /** Leaves out the uint32 near 2³², whose products the oracle rounds (it multiplies in doubles). */
  readonly small?: boolean;
}

/**
 * Elements of an array. Floats are odd multiples of 1/128, so that none is a whole number or zero: those are the kinks
 * of relu, floor and trunc, where two right implementations may differ. Equal floats do occur.
 */
export function elements(shape: readonly number[], dtype: DType, range: Range = {}): fc.Arbitrary<HostArray> {
  const { from = -2, to = 2, nonzero = false, small = false } = range;
  const list = (element: fc.Arbitrary<number>) =>
    fc.array(element, { minLength: sizeOf(shape), maxLength: sizeOf(shape), size: "max" });
  const whole = (min: number, max: number) => fc.integer({ min, max }).filter((n) => !nonzero || n !== 0);
  switch (dtype) {
    case "float32":
    case "float16":
      return list(fc.integer({ min: from * 64, max: to * 64 - 1 })).map((data) =>
        HostArray[dtype](
          shape,
          data.map((n) => (n + 0.5) / 64),
        ),
      );
    case "int32":
      return list(whole(-9, 9)).map((data) => new HostArray("int32", shape, Int32Array.from(data)));
    case "uint32":
      // Large ones too: sums wrap around, and ONNX Runtime's int64 kernels are not always right about them.
      return list(
        small ? whole(0, 9) : fc.oneof({ weight: 3, arbitrary: whole(0, 9) }, whole(2 ** 32 - 9, 2 ** 32 - 1)),
      ).map((data) => new HostArray("uint32", shape, Uint32Array.from(data)));
    case "bool":
      return list(whole(0, 1)).map((data) => new HostArray("bool", shape, Uint8Array.from(data)));
  }
}

export const shapes = (minRank: number, maxRank: number, maxSize = 3): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: maxSize }), { minLength: minRank, maxLength: maxRank });

/** An argument of shape `stored`, seen by the function under test as `shape`: the broadcast stays virtual in our engine. */
export interface Operand {
  readonly shape: readonly number[];
  readonly stored: readonly number[];
}

export const view = (x: np.Array, { shape, stored }: Operand): np.Array =>
  `${shape}` === `${stored}` ? x : np.broadcastTo(x, [...shape]);

/** A way to see an array of `shape`: as it is, or broadcast from a smaller one. */
export const virtually = (shape: readonly number[]): fc.Arbitrary<Operand> =>
  fc
    .tuple(
      fc.integer({ min: 0, max: shape.length }),
      fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
      fc.boolean(),
    )
    .map(([dropped, short, dense]) => ({
      shape,
      stored: dense ? shape : shape.map((size, i) => (short[i] ? 1 : size)).slice(dropped),
    }));

/** Shapes that broadcast against each other, of different ranks. */
export const broadcastable = (count: number): fc.Arbitrary<Operand[]> =>
  shapes(0, 3).chain((full) =>
    fc.tuple(
      ...Array.from({ length: count }, () =>
        virtually(full).chain(({ stored }) => fc.oneof(virtually(stored), virtually(full))),
      ),
    ),
  );

/** An elementwise function of `dtypes.length` broadcasting operands. */
export function elementwise(
  fn: (...args: np.Array[]) => unknown,
  dtypes: readonly (readonly DType[])[],
  { ranges = [], ...options }: { ranges?: readonly Range[] } & Pick<Example, "differentiable" | "atLeast"> = {},
): fc.Arbitrary<Example> {
  return fc
    .tuple(broadcastable(dtypes.length), ...dtypes.map((choice) => fc.constantFrom(...choice)))
    .chain(([operands, ...types]) =>
      fc.tuple(...operands.map(({ stored }, i) => elements(stored, types[i] as DType, ranges[i]))).map((args) => ({
        fn: (...xs: np.Array[]) => fn(...xs.map((x, i) => view(x, operands[i]))),
        args,
        ...options,
      })),
    );
}

export interface OnShapeOptions {
  readonly dtypes?: readonly DType[];
  readonly range?: Range;
  /** Whether the array may be a virtual broadcast of a smaller one. */
  readonly broadcast?: boolean;
  readonly differentiable?: boolean;
}

/** A function of one array whose parameters depend on its shape. */
export function onShape(
  shape: fc.Arbitrary<number[]>,
  make: (shape: readonly number[]) => fc.Arbitrary<(x: np.Array) => unknown>,
  { dtypes = floatOnly, range = {}, broadcast = true, differentiable }: OnShapeOptions = {},
): fc.Arbitrary<Example> {
  return fc.tuple(shape, fc.constantFrom(...dtypes)).chain(([size, dtype]) =>
    (broadcast ? virtually(size) : fc.constant({ shape: size, stored: size })).chain((operand) =>
      fc.tuple(make(size), elements(operand.stored, dtype, range)).map(([fn, x]) => ({
        fn: (array: np.Array) => fn(view(array, operand)),
        args: [x],
        differentiable,
      })),
    ),
  );
}

export const numeric: readonly DType[] = ["float32", "int32", "uint32"];
export const anyType: readonly DType[] = ["float32", "int32", "uint32", "bool"];
export const floatOnly: readonly DType[] = ["float32"];
export const integers: readonly DType[] = ["int32", "uint32"];
