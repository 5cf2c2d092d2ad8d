import { lax, nn, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import {
  anyType,
  elementwise,
  examples,
  floatOnly,
  integers,
  numeric,
  onShape,
  type Range,
  shapes,
} from "./example.ts";

const unary = (fn: (x: np.Array) => unknown, from = -2, to = 2) =>
  examples(elementwise(fn, [floatOnly], { ranges: [{ from, to }] }));

/** Both operand orders, since a literal is promoted like jax-js's weak types. */
const binary = (fn: (a: np.ArrayLike, b: np.ArrayLike) => unknown, range: Range = {}) =>
  examples(
    elementwise(fn, [anyType, anyType], { ranges: [range, range] }),
    elementwise((x) => [fn(x.ref, 2), fn(3, x)], [numeric], { ranges: [range] }),
  );

export const elementwiseRows = {
  add: binary(np.add),
  mul: binary(np.multiply, { small: true }),
  min: examples(elementwise(np.minimum, [anyType, anyType])),
  max: examples(
    elementwise(np.maximum, [anyType, anyType]),
    elementwise((x) => nn.relu(x), [["float32", "int32"]]),
  ),
  neg: examples(elementwise(np.negative, [numeric])),
  reciprocal: examples(
    elementwise(np.reciprocal, [floatOnly], { ranges: [{ from: 1, to: 3 }] }),
    elementwise(np.divide, [floatOnly, floatOnly], { ranges: [{}, { from: -3, to: -1 }] }),
  ),
  idiv: examples(
    elementwise((x) => np.trunc(x), [floatOnly], { ranges: [{ from: -4, to: 4 }] }),
    elementwise((a, b) => a.div(b), [integers, integers], { ranges: [{}, { nonzero: true }], differentiable: false }),
  ),
  // Float operands such that no quotient is close to a whole number, where the remainder jumps.
  mod: examples(
    elementwise((a, b) => np.multiply(np.add(np.floor(a), 0.4), b.ref).mod(b), [floatOnly, floatOnly], {
      ranges: [
        { from: -5, to: 5 },
        { from: 1, to: 3 },
      ],
    }),
    elementwise((a, b) => a.mod(b), [integers, integers], { ranges: [{}, { nonzero: true }], differentiable: false }),
    elementwise(np.remainder, [["int32"], ["int32"]], { ranges: [{}, { nonzero: true }], differentiable: false }),
  ),
  floor: examples(elementwise(np.floor, [floatOnly], { ranges: [{ from: -4, to: 4 }] })),
  ceil: examples(elementwise(np.ceil, [floatOnly], { ranges: [{ from: -4, to: 4 }] })),
  stop_gradient: examples(elementwise((x) => np.multiply(lax.stopGradient(x.ref), x), [floatOnly])),
  cast: examples(
    fc.constantFrom(np.float32, np.int32, np.uint32, np.bool).chain((dtype) =>
      elementwise((x) => np.add(np.astype(np.multiply(x, 3), dtype), false), [anyType], {
        ranges: [{ small: true }],
      }),
    ),
  ),
  sin: unary(np.sin, -6, 6),
  cos: unary(np.cos, -6, 6),
  asin: unary((x) => np.asin(np.multiply(x, 0.45))),
  atan: unary(np.atan, -6, 6),
  exp: unary(np.exp, -4, 2),
  log: unary(np.log, 1, 8),
  // jax-js approximates 1 − erf(x) and 2 − erfc(−x): what it rounds is as large as 1, however small the result.
  erf: examples(elementwise(lax.erf, [floatOnly], { atLeast: 1 })),
  erfc: examples(elementwise(lax.erfc, [floatOnly], { atLeast: 1 })),
  sqrt: unary(np.sqrt, 1, 8),
  compare: examples(
    ...[np.less, np.lessEqual, np.greater, np.greaterEqual].map((compare) => elementwise(compare, [numeric, numeric])),
    ...[np.equal, np.notEqual].map((compare) => elementwise(compare, [anyType, anyType])),
    // Against a literal: weakly typed, it takes the array's dtype.
    elementwise((x) => [np.less(x.ref, 1.5), np.equal(2, x)], [numeric]),
  ),
  where: examples(
    elementwise(np.where, [["bool"], anyType, anyType]),
    elementwise((condition, x) => np.where(condition, x, 0), [["bool"], numeric]),
    elementwise((condition, x) => np.where(condition, 1, x), [["bool"], numeric]),
  ),
  reduce: examples(
    ...[np.sum, np.prod, np.max, np.min].map((reduce) =>
      onShape(
        // Integer products within 32 bits: the oracle rounds larger ones.
        reduce === np.prod ? shapes(1, 2) : shapes(1, 4),
        (shape) =>
          fc.tuple(fc.subarray([...shape.keys()], { minLength: 1 }), fc.boolean()).map(
            ([axes, keepdims]) =>
              (x: np.Array) =>
                reduce(x, axes, { keepdims }),
          ),
        { dtypes: numeric, range: { from: 1, to: 3, small: reduce === np.prod } },
      ),
    ),
    onShape(shapes(1, 3), (shape) => fc.nat(shape.length - 1).map((axis) => (x) => np.any(x, axis)), {
      dtypes: ["bool"],
    }),
  ),
};
