import type { PrimitiveName } from "../trace.ts";

/** Where a compiled primitive differs from jax-js, or costs more than it should. */
export interface Limitation {
  readonly primitive: PrimitiveName;
  readonly when: string;
  readonly what: string;
}

export const limitations: readonly Limitation[] = [
  {
    primitive: "cast",
    when: "a float lies outside the integer type",
    what: "the result is undefined, as in ONNX (jax-js gives the nearest integer); negative → uint32 is 0 in both",
  },
  {
    primitive: "erfc",
    when: "the argument is above 3",
    what: "computed as 1 − erf(x): absolute error 1e-7, no relative accuracy",
  },
  { primitive: "bit_shift", when: "it shifts by 32 bits or more", what: "the result is undefined" },
  {
    primitive: "reduce",
    when: "a product of uint32 exceeds 2⁶³",
    what: "it is 2³² − 1 instead of wrapping around (ONNX Runtime's ReduceProd)",
  },
  {
    primitive: "bitcast",
    when: "a program has one",
    what: "its ONNX model says opset 26, which has BitCast, instead of 21: older tools refuse it",
  },
  ...(["triangular_solve", "cholesky", "lu"] as const).map((primitive) => ({
    primitive,
    when: "an axis of the matrix is longer than 64",
    what: "it is refused: ONNX has no such operator and the steps are written out; compute it on the host",
  })),
  {
    primitive: "jacobi_eigh",
    when: "the matrix has more than 16 rows",
    what: "it is refused: ONNX has no such operator and the steps are written out; compute it on the host",
  },
  {
    primitive: "jacobi_eigh",
    when: "8 sweeps leave it unconverged (none of the matrices tried)",
    what: "the eigenvalues are less accurate than jax-js's",
  },
  { primitive: "sort", when: "there are NaN", what: "their place is undefined" },
  { primitive: "argsort", when: "there are NaN", what: "their place is undefined" },
  {
    primitive: "pool",
    when: "anything but the maximum of float32 is taken of the windows, or the maximum's gradient",
    what: "the windows are written out: as many copies of the input as a window has elements, divided by the strides",
  },
  {
    primitive: "conv",
    when: "its operands are integers",
    what: "it is computed in float32, exactly below 2²⁴",
  },
  {
    primitive: "conv",
    when: "an input gradient needs paddings that ConvTranspose lacks",
    what: "the zeros between the elements are written out before an ordinary Conv",
  },
];
