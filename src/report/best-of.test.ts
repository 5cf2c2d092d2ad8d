import { expect, test } from "vitest";
import { bestOf } from "./best-of.ts";
import type { Measure } from "./measures.ts";
import type { ReportedArm } from "./study.ts";
import { fakeMeasure as measure } from "./testing.ts";

type Values = readonly number[];
const arm = (name: string, values: Values): ReportedArm =>
  ({ name, runs: values.map((value) => ({ results: { value } })) }) as unknown as ReportedArm;
/** As if the choice of the images moved each value by so much. */
const within = (half: number) =>
  measure({
    intervalOf: (results) => {
      const { value } = results as unknown as { value: number };
      return [value - half, value + half];
    },
  });

test.each<[string, Values, Values, Measure, string | undefined, string[]]>([
  ["several seeds far apart", [0.5, 0.51, 0.5], [0.9, 0.91, 0.9], measure(), "b", []],
  ["several seeds that overlap", [0.5, 0.6, 0.7], [0.51, 0.61, 0.72], measure(), undefined, ["b", "a"]],
  ["one seed, intervals apart", [0.5], [0.9], within(0.1), "b", []],
  ["one seed, intervals that overlap", [0.5], [0.6], within(0.1), undefined, ["b", "a"]],
  ["one seed, equal values", [1], [1], within(0), undefined, ["a", "b"]],
  ["one seed, no intervals", [0.5], [0.9], measure(), undefined, []],
  ["lower is better", [0.5, 0.51, 0.5], [0.9, 0.91, 0.9], measure({ better: "lower" }), "a", []],
  ["the best no better than a guess", [0.1, 0.11, 0.1], [0.4, 0.41, 0.4], measure({ guess: 0.5 }), undefined, []],
])("%s", (_, a, b, asked, best, tied) => {
  const found = bestOf([arm("a", a), arm("b", b)], asked);
  expect(found?.best?.name).toBe(best);
  expect(found?.tied.map(({ name }) => name)).toEqual(tied);
});

test("one arm is not the best of anything", () => {
  expect(bestOf([arm("a", [1])], measure())).toBeUndefined();
});
