import { lax, numpy as np, random } from "@jax-js/jax";
import fc from "fast-check";
import { elements, elementwise, examples, floatOnly, integers, shapes } from "./example.ts";

const key = elements([2], "uint32");

export const bitRows = {
  bit_combine: examples(
    ...[np.bitwiseAnd, np.bitwiseOr, np.bitwiseXor].map((combine) =>
      elementwise(combine, [
        ["int32", "uint32", "bool"],
        ["int32", "uint32", "bool"],
      ]),
    ),
    elementwise((x) => np.invert(x), [["int32", "uint32"]]),
  ),
  bit_shift: examples(
    ...[np.leftShift, np.rightShift].map((shift) =>
      fc
        .integer({ min: 0, max: 31 })
        .chain((bits) => elementwise((x) => shift(x, np.array([bits], { dtype: np.uint32 })), [integers])),
    ),
  ),
  bit_count: examples(
    elementwise((x) => np.bitwiseCount(np.multiply(x, 1431655)), [integers], { ranges: [{ small: true }] }),
  ),
  bitcast: examples(
    elementwise((x) => [lax.bitcastConvertType(x.ref, np.int32), lax.bitcastConvertType(x, np.uint32)], [floatOnly]),
    elementwise((x) => lax.bitcastConvertType(x, np.float32), [integers], { ranges: [{ small: true }] }),
  ),
  random_bits: examples(
    shapes(0, 3, 4).chain((shape) => key.map((k) => ({ fn: (x: np.Array) => random.bits(x, shape), args: [k] }))),
    fc
      .integer({ min: 1, max: 4 })
      .chain((count) => key.map((k) => ({ fn: (x: np.Array) => random.split(x, count), args: [k] }))),
    shapes(1, 2, 4).chain((shape) =>
      fc.tuple(key, elements(shape, "float32")).map((args) => ({
        fn: (k: np.Array, x: np.Array) =>
          np.multiply(np.add(x, random.normal(k.ref, shape)), random.bernoulli(k, 0.5, shape)),
        args,
      })),
    ),
  ),
};
