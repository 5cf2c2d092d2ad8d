import fc from "fast-check";
import { expect, test } from "vitest";
import { judge } from "./judged.ts";
import { aurc, riskCoverage } from "./risk-coverage.ts";

const judged = (confidences: number[], correct: boolean[]) =>
  judge({
    set: "toy",
    logits: Float32Array.from(confidences.flatMap((p) => [Math.log(p), Math.log(1 - p)])),
    labels: Int32Array.from(correct, (right) => (right ? 0 : 1)),
    classes: 2,
  });

test("the curve by hand, and its end is the error", () => {
  const set = judged([0.9, 0.8, 0.7, 0.6], [true, false, true, false]);
  const { coverage, risk } = riskCoverage(set);
  expect(coverage).toEqual([0.25, 0.5, 0.75, 1]);
  expect(risk).toEqual([0, 0.5, 1 / 3, 0.5]);
  expect(aurc(set)).toBeCloseTo((0 + 0.5 + 1 / 3 + 0.5) / 4, 12);
});

test("equal confidences share their errors: the order of the set does not matter", () => {
  const image = fc.record({ p: fc.constantFrom(0.6, 0.75, 0.9), right: fc.boolean() });
  fc.assert(
    fc.property(fc.array(image, { minLength: 1, maxLength: 30 }), (images) => {
      const of = (list: typeof images) =>
        aurc(
          judged(
            list.map(({ p }) => p),
            list.map(({ right }) => right),
          ),
        );
      expect(of([...images].reverse())).toBeCloseTo(of(images), 12);
    }),
    { numRuns: 50 },
  );
});

test("a thinned curve ends at full coverage", () => {
  const set = judged(
    Array.from({ length: 777 }, (_, i) => 0.51 + i / 2000),
    Array.from({ length: 777 }, (_, i) => i % 5 > 0),
  );
  const { coverage, risk } = riskCoverage(set, 50);
  expect(coverage.length).toBe(50);
  expect(coverage.at(-1)).toBe(1);
  expect(risk.at(-1)).toBeCloseTo(156 / 777, 12);
});
