import type { PrimitiveName } from "../trace.ts";
import { bitCombine, bitCount, bitcast, bitShift } from "./bits.ts";
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
import { fft } from "./fourier.ts";
import { gather, scatter } from "./indexing.ts";
import { jacobiEigh } from "./jacobi.ts";
import { cholesky, lu, triangularSolve, upTo } from "./linear-algebra.ts";
import { type Rule, type Unsupported, unsupported } from "./lowering.ts";
import { pool, poolTranspose } from "./pool.ts";
import { randomBits } from "./random-bits.ts";
import { reduce } from "./reduce.ts";
import { broadcast, concatenate, flip, pad, reshape, shrink, split, transpose } from "./shape.ts";
import { argsort, sort } from "./sort.ts";

/** With such an axis a factorisation is 600 (Cholesky) to 1,800 nodes (LU), built in 1 or 2 seconds. */
const longestAxis = 64;
/** Jacobi's 8 sweeps of 2n − 3 rounds are 7,500 nodes, built in 4 seconds. */
const longestEigenAxis = 16;

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
  bit_count: bitCount,
  neg: arithmetic("Neg"),
  reciprocal: float("Reciprocal"),
  floor: rounding("Floor"),
  ceil: rounding("Ceil"),
  stop_gradient: identity,
  cast,
  bitcast,
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
  random_bits: randomBits,
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
  triangular_solve: upTo(longestAxis, triangularSolve),
  cholesky: upTo(longestAxis, cholesky),
  lu: upTo(longestAxis, lu),
  jacobi_eigh: upTo(longestEigenAxis, jacobiEigh),
  fft,
  jit: unsupported("never met: tracing inlines a nested jit"),
};
