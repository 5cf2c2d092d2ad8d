import { jit, lax, nn, numpy as np, random } from "@jax-js/jax";
import { HostArray } from "../../../core/host-array.ts";
import type { Row } from "./example.ts";

const matrix = HostArray.float32([2, 2], [2, 1, 1, 3]);
const vector = HostArray.float32([4], [1, 2, 3, 4]);
const refused = (fn: (...args: any[]) => unknown, ...args: HostArray[]): Row => ({ refused: { fn, args } });

export const unsupportedRows = {
  bit_count: refused((x) => np.bitwiseCount(x), new HostArray("uint32", [2], Uint32Array.of(3, 4))),
  bitcast: refused((x) => lax.bitcastConvertType(x, np.int32), vector),
  random_bits: refused((x) => random.bits(x, [3]), new HostArray("uint32", [2], Uint32Array.of(1, 2))),
  triangular_solve: refused((a, b) => lax.linalg.triangularSolve(a, b), matrix, matrix),
  cholesky: refused((x) => lax.linalg.cholesky(x), matrix),
  lu: refused((x) => lax.linalg.lu(x), matrix),
  jacobi_eigh: refused((x) => lax.linalg.eigh(x), matrix),
  fft: refused((x) => np.fft.fft({ real: x.ref, imag: np.zerosLike(x) }), vector),
  /** Tracing inlines a nested jit: the rule must never be asked. */
  jit: {
    inlined: { fn: (x: np.Array) => jit((y: np.Array) => nn.softmax(np.multiply(y, 2)))(x), args: [vector] },
  },
} satisfies Record<string, Row>;
