import { lax, nn, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { type Example, elements, examples, shapes } from "./example.ts";

const length = fc.integer({ min: 1, max: 6 });
const flag = fc.boolean();
const transpose = (a: np.Array) => np.moveaxis(a, -2, -1);

/** A few times the unit matrix of length n. */
const diagonal = (n: number, value = 6) => np.multiply(np.eye(n), value);

/** A batch of matrices [..., m, n]. */
const matrices = (m: number, n: number) => shapes(0, 2).chain((lead) => elements([...lead, m, n], "float32"));

const square = (use: (a: np.Array, n: number) => unknown, differentiable?: boolean): fc.Arbitrary<Example> =>
  length.chain((n) => matrices(n, n).map((a) => ({ fn: (x: np.Array) => use(x, n), args: [a], differentiable })));

/** Symmetric, eigenvalues from 1 on. */
const positive = (a: np.Array, n: number) => np.add(np.matmul(a.ref, transpose(a)), np.eye(n));

const solved: fc.Arbitrary<Example> = fc
  .tuple(length, length, shapes(0, 1), fc.record({ leftSide: flag, lower: flag, transposeA: flag, unitDiagonal: flag }))
  .chain(([n, m, lead, options]) =>
    fc
      .tuple(
        elements([...lead, n, n], "float32", { from: -1, to: 1 }),
        elements([...lead, ...(options.leftSide ? [n, m] : [m, n])], "float32"),
      )
      .map((args) => ({
        fn: (a: np.Array, b: np.Array) => lax.linalg.triangularSolve(np.add(a, diagonal(n, 3)), b, options),
        args,
      })),
  );

const factored: fc.Arbitrary<Example> = fc.tuple(length, length).chain(([m, n]) =>
  matrices(m, n).map((a) => ({
    // Pivots far from ties, and factors that stay small.
    fn: (x: np.Array) => lax.linalg.lu(np.add(x, np.multiply(np.flip(np.eye(m, n), 0), 6))),
    args: [a],
  })),
);

const complex = (use: (real: np.Array, imag: np.Array) => unknown): fc.Arbitrary<Example> =>
  fc
    .tuple(shapes(0, 2), fc.integer({ min: 1, max: 13 }))
    .chain(([lead, n]) =>
      fc
        .tuple(elements([...lead, n], "float32"), elements([...lead, n], "float32"))
        .map((args) => ({ fn: use as Example["fn"], args })),
    );

export const linearAlgebraRows = {
  triangular_solve: examples(solved),
  cholesky: examples(square((a, n) => lax.linalg.cholesky(positive(a, n)))),
  lu: examples(factored),
  // Eigenvalues apart from each other: the vectors of close ones are not well defined.
  jacobi_eigh: examples(
    square((a, n) => {
      const apart = np.diag(np.multiply(np.arange(n), 8));
      return lax.linalg.eigh(np.add(nn.sigmoid(a), apart));
    }, false),
  ),
  fft: examples(
    complex((real, imag) => np.fft.fft({ real, imag })),
    complex((real, imag) => np.fft.ifft({ real, imag }, 0)),
  ),
};
