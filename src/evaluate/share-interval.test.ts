import { expect, test } from "vitest";
import { shareInterval } from "./share-interval.ts";

test("Wilson's interval, by the quadratic that it solves", () => {
  for (const [share, count] of [
    [0.5, 100],
    [0.03, 400],
  ])
    for (const end of shareInterval(share, count))
      expect((share - end) ** 2).toBeCloseTo((1.96 ** 2 * end * (1 - end)) / count, 12);
  expect(shareInterval(0, 100)[0]).toBeCloseTo(0, 12);
  expect(shareInterval(1, 100)[1]).toBeCloseTo(1, 12);
});
