import type { PrimitiveName } from "../trace.ts";
import { bitCombine, bitShift } from "./bits.ts";
import { conv } from "./convolution.ts";
import { dot } from "./dot.ts";
import {
  arithmetic,
  cast,
  compare,
  erfc,
  extremum,
  float,
  identity,
  idiv,
  mod,
  rounding,
  where,
} from "./elementwise.ts";
import { gather, scatter } from "./indexing.ts";
import { type Rule, type Unsupported, unsupported } from "./lowering.ts";
import { pool, poolTranspose } from "./pool.ts";
import { reduce } from "./reduce.ts";
import { broadcast, concatenate, flip, pad, reshape, shrink, split, transpose } from "./shape.ts";
import { argsort, sort } from "./sort.ts";

const linearAlgebra = "ONNX has no matrix factorisation; compute it on the host and pass the result in";

/** Every jax-js primitive: its rule in ordinary ONNX operators, or why there is none. A missing one fails the type check. */
export const loweringTable: { readonly [P in PrimitiveName]: Rule | Unsupported } = {
  add: arithmetic("Add"),
  mul: arithmetic("Mul"),
  idiv,
  mod,
  min: extremum("Min"),
  max: extremum("Max"),
  bit_combine: bitCombine,
  bit_shift: bitShift,
  bit_count: unsupported("ONNX has no operator that counts bits; count on the host and pass the result in"),
  neg: arithmetic("Neg"),
  reciprocal: float("Reciprocal"),
  floor: rounding("Floor"),
  ceil: rounding("Ceil"),
  stop_gradient: identity,
  cast,
  bitcast: unsupported("ONNX cannot reinterpret the bits of a tensor on CPU; use a cast, or bitcast on the host"),
  sin: float("Sin"),
  cos: float("Cos"),
  asin: float("Asin"),
  atan: float("Atan"),
  exp: float("Exp"),
  log: float("Log"),
  erf: float("Erf"),
  erfc,
  sqrt: float("Sqrt"),
  reduce,
  dot,
  conv,
  pool,
  pool_transpose: poolTranspose,
  compare,
  where,
  concatenate,
  split,
  random_bits: unsupported(
    "a compiled step is a pure function: draw random numbers on the host and pass them in as an argument",
  ),
  gather,
  transpose,
  broadcast,
  reshape,
  flip,
  shrink,
  pad,
  sort,
  argsort,
  scatter,
  triangular_solve: unsupported(linearAlgebra),
  cholesky: unsupported(linearAlgebra),
  lu: unsupported(linearAlgebra),
  jacobi_eigh: unsupported(linearAlgebra),
  fft: unsupported("ONNX's DFT takes interleaved complex numbers, jax-js's pairs; transform on the host"),
  jit: unsupported("never met: tracing inlines a nested jit"),
};
