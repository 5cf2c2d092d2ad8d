import fc from "fast-check";
import { expect, test } from "vitest";
import { holdOut } from "./split.ts";

test("holdOut: a partition, stratified, repeatable, never a class's only row", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 200 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      fc.integer(),
      (labels, fraction, seed) => {
        const { kept, held } = holdOut(labels, fraction, seed);
        expect([...kept, ...held].sort((a, b) => a - b)).toEqual(labels.map((_, row) => row));
        expect(holdOut(labels, fraction, seed)).toEqual({ kept, held });
        for (const label of new Set(labels)) {
          const total = labels.filter((other) => other === label).length;
          const count = held.filter((row) => labels[row] === label).length;
          expect(count).toBe(Math.min(total - 1, Math.max(1, Math.round(total * fraction))));
        }
      },
    ),
  );
});
