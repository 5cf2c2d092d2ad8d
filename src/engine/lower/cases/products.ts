import { lax, numpy as np, vmap } from "@jax-js/jax";
import fc from "fast-check";
import { type Example, elements, examples, numeric, view, virtually } from "./example.ts";

const size = fc.integer({ min: 1, max: 4 });

/** Contractions as einsum writes them: every mix of batch, row, column and reduced axes, in every place. */
const expressions = ["i,i", "ij,j", "i,ij", "ij,jk", "ji,kj", "bij,bjk", "bij,jk", "ij,bkj", "ibj,kbj"];
const kept: Record<string, string> = { "bij,bjk": "b", "ibj,kbj": "b", "bthd,bshd": "bh", "bhts,bshd": "bh" };
const attention = ["bthd,bshd", "bhts,bshd", "abcd,dcbe", "aib,ajb"];

/** Dimension numbers of an expression: a letter of both operands is summed over, or kept as a batch axis. */
function contraction(expression: string) {
  const [left, right] = expression.split(",");
  const batch = [...(kept[expression] ?? "")];
  const summed = [...left].filter((letter) => right.includes(letter) && !batch.includes(letter));
  const positions = (word: string, letters: string[]) => letters.map((letter) => word.indexOf(letter));
  return {
    lhsContractingDims: positions(left, summed),
    rhsContractingDims: positions(right, summed),
    lhsBatchDims: positions(left, batch),
    rhsBatchDims: positions(right, batch),
  };
}

const general: fc.Arbitrary<Example> = fc
  .tuple(
    fc.constantFrom(...expressions, ...attention),
    fc.array(size, { minLength: 26, maxLength: 26 }),
    fc.constantFrom(...numeric),
    fc.constantFrom(...numeric),
  )
  .chain(([expression, sizes, ...dtypes]) => {
    const lengths = (letters: string) => [...letters].map((letter) => sizes[letter.charCodeAt(0) - 97]);
    const operands = expression.split(",").map(lengths);
    return fc.tuple(...operands.map(virtually)).chain((views) =>
      fc.tuple(...views.map(({ stored }, i) => elements(stored, dtypes[i], { small: true }))).map((args) => ({
        fn: (a: np.Array, b: np.Array) => lax.dot(view(a, views[0]), view(b, views[1]), contraction(expression)),
        args,
      })),
    );
  });

/** Batches of matrices whose leading axes broadcast. */
const matmul: fc.Arbitrary<Example> = fc
  .tuple(fc.array(size, { maxLength: 2 }), fc.nat(2), fc.boolean(), size, size, size)
  .chain(([lead, dropped, shared, m, k, n]) => {
    const other = lead.map((length) => (shared ? 1 : length)).slice(dropped);
    return fc.tuple(elements([...lead, m, k], "float32"), elements([...other, k, n], "float32"));
  })
  .map((args) => ({ fn: (a: np.Array, b: np.Array) => np.matmul(a, b), args }));

/** A dot product mapped over a batch: over one operand or both. */
const mapped: fc.Arbitrary<Example> = fc
  .tuple(fc.constantFrom([0, 0], [0, null], [null, 0]), fc.integer({ min: 2, max: 3 }), size, size, size)
  .chain(([axes, batch, m, k, n]) =>
    fc
      .tuple(
        elements(axes[0] === null ? [m, k] : [batch, m, k], "float32"),
        elements(axes[1] === null ? [k, n] : [batch, k, n], "float32"),
      )
      .map((args) => ({
        fn: vmap((a: np.Array, b: np.Array) => np.matmul(a, b), axes as never) as Example["fn"],
        args,
      })),
  );

export interface Geometry {
  readonly input: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: number[];
  readonly padding: [number, number][];
  readonly lhsDilation: number[];
  readonly rhsDilation: number[];
}

/**
 * One, two or three spatial axes with their strides, dilations and (asymmetric, even negative) paddings that leave at
 * least one output. The more axes the shorter: jax-js's interpreter takes its time.
 */
const geometry = (dilated: boolean): fc.Arbitrary<Geometry> =>
  fc.constantFrom([1, 7, 5], [2, 6, 4], [2, 5, 5], [3, 3, 2]).chain(([rank, longest, largestKernel]) =>
    fc
      .array(
        fc.record({
          input: fc.integer({ min: 3, max: longest }),
          kernel: fc.integer({ min: 1, max: largestKernel }),
          stride: fc.integer({ min: 1, max: 3 }),
          before: fc.integer({ min: -2, max: 3 }),
          after: fc.integer({ min: -2, max: 3 }),
          lhs: dilated ? fc.integer({ min: 1, max: 3 }) : fc.constant(1),
          rhs: fc.integer({ min: 1, max: 3 }),
        }),
        { minLength: rank, maxLength: rank },
      )
      .filter((axes) => axes.every((a) => (a.kernel - 1) * a.rhs + 1 <= (a.input - 1) * a.lhs + 1 + a.before + a.after))
      .map((axes) => ({
        input: axes.map((a) => a.input),
        kernel: axes.map((a) => a.kernel),
        strides: axes.map((a) => a.stride),
        padding: axes.map((a) => [a.before, a.after] as [number, number]),
        lhsDilation: axes.map((a) => a.lhs),
        rhsDilation: axes.map((a) => a.rhs),
      })),
  );

/** Images, channels in, channels out: few, for jax-js's interpreter. */
const few = fc.integer({ min: 1, max: 3 });
const channels = fc.tuple(fc.integer({ min: 1, max: 2 }), few, few);

const convolve = (x: np.Array, w: np.Array, { strides, padding, ...rest }: Geometry, featureGroupCount = 1) =>
  lax.convGeneralDilated(x, w, strides, padding, {
    lhsDilation: rest.lhsDilation,
    rhsDilation: rest.rhsDilation,
    featureGroupCount,
  });

const plain = (dilated: boolean, dtype: "float32" | "int32" = "float32"): fc.Arbitrary<Example> =>
  fc
    .tuple(geometry(dilated), channels)
    .chain(([g, [n, c, o]]) =>
      fc
        .tuple(elements([n, c, ...g.input], dtype, { small: true }), elements([o, c, ...g.kernel], "float32"))
        .map((args) => ({ fn: (x: np.Array, w: np.Array) => convolve(x, np.astype(w, np[dtype]), g), args })),
    );

const grouped: fc.Arbitrary<Example> = fc
  .tuple(geometry(true), fc.integer({ min: 2, max: 3 }), channels)
  .chain(([g, groups, [n, c, o]]) =>
    fc
      .tuple(elements([n, groups * c, ...g.input], "float32"), elements([groups * o, c, ...g.kernel], "float32"))
      .map((args) => ({ fn: (x: np.Array, w: np.Array) => convolve(x, w, g, groups), args })),
  );

const mappedConvolution: fc.Arbitrary<Example> = fc
  .tuple(geometry(true), fc.constantFrom([0, 0], [0, null], [null, 0]), fc.integer({ min: 2, max: 3 }), channels)
  .chain(([g, axes, batch, [n, c, o]]) => {
    const lead = (axis: number | null) => (axis === null ? [] : [batch]);
    return fc
      .tuple(
        elements([...lead(axes[0]), n, c, ...g.input], "float32"),
        elements([...lead(axes[1]), o, c, ...g.kernel], "float32"),
      )
      .map((args) => ({
        fn: vmap((x: np.Array, w: np.Array) => convolve(x, w, g), axes as never) as Example["fn"],
        args,
      }));
  });

/** 3×3 and 1×1 at stride 1 and 2, as in a residual network. */
const residual: fc.Arbitrary<Example> = fc
  .tuple(fc.constantFrom(1, 3), fc.constantFrom(1, 2), fc.constantFrom(5, 6))
  .chain(([k, stride, length]) => {
    const pad = [(k - 1) / 2, (k - 1) / 2] as [number, number];
    return fc
      .tuple(elements([2, 3, length, length], "float32"), elements([4, 3, k, k], "float32"))
      .map((args) => ({ fn: (x: np.Array, w: np.Array) => lax.conv(x, w, [stride, stride], [pad, pad]), args }));
  });

export const productRows = {
  dot: examples(general, matmul, mapped),
  conv: examples(residual, plain(false), plain(true), plain(true, "int32"), grouped, mappedConvolution),
};
