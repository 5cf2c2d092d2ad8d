import { expect, test } from "vitest";
import { permutation, Random } from "./random.ts";

test("a named stream repeats, and differs from its neighbours", () => {
  const draw = (...key: (string | number)[]) =>
    Array.from(
      { length: 4 },
      (
        (r) => () =>
          r.uniform()
      )(new Random(...key)),
    );
  expect(draw(1, "shuffle", 0)).toEqual(draw(1, "shuffle", 0));
  expect(draw(1, "shuffle", 0)).not.toEqual(draw(1, "shuffle", 1));
});

test("moments of uniform, integer and normal", () => {
  const random = new Random(7);
  const n = 20_000;
  const mean = (f: () => number) => Array.from({ length: n }, f).reduce((a, b) => a + b) / n;
  expect(mean(() => random.uniform())).toBeCloseTo(0.5, 1);
  expect(mean(() => random.integer(11))).toBeCloseTo(5, 0);
  expect(mean(() => random.normal())).toBeCloseTo(0, 1);
  expect(mean(() => random.normal() ** 2)).toBeCloseTo(1, 1);
});

test("a permutation holds each row once", () => {
  expect([...permutation(50, new Random(3))].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
});
