import { expect, test } from "vitest";
import type { StoredSet } from "../evaluate/index.ts";
import { differenceOfAurocs, differenceOfMeans, meanOverLists } from "./over-images.ts";
import type { ReportedArm } from "./study.ts";

/** One run, sure of its images to the degree of the first logit. */
function arm(sets: Readonly<Record<string, readonly number[]>>): ReportedArm {
  const run = {
    stored: () => Object.keys(sets).map((set) => ({ set, role: set === "foreign" ? "ood" : "test" }) as StoredSet),
    load: ({ set }: StoredSet) => ({
      set,
      classes: 2,
      labels: new Int32Array(sets[set].length),
      logits: Float32Array.from(sets[set].flatMap((logit) => [logit, 0])),
    }),
  };
  return { runs: [run] } as unknown as ReportedArm;
}

const difference = differenceOfAurocs(() => "known", "foreign", "max-softmax");

test("the difference of two AUROCs has DeLong's interval, by hand", () => {
  // AUROC 2/3 and 0. Foreign images' placements differ by 1 and 1/3, known ones' by 1, 1/2 and 1/2.
  const mine = arm({ known: [3, 2, 1], foreign: [0.5, 2.5] });
  const theirs = arm({ known: [0.1, 0.2, 0.3], foreign: [5, 6] });
  const found = difference(mine, theirs)!;
  const halfWidth = 1.96 * Math.sqrt(2 / 9 / 2 + 1 / 12 / 3);
  expect(found.difference).toBeCloseTo(2 / 3, 12);
  expect(found.interval[0]).toBeCloseTo(2 / 3 - halfWidth, 12);
  expect(found.interval[1]).toBeCloseTo(2 / 3 + halfWidth, 12);
});

test("images whose confidence rounds to 1 are told apart", () => {
  const [known, foreign] = [
    [63, 62, 61],
    [60.5, 62.5],
  ];
  const theirs = arm({ known: [0.1, 0.2, 0.3], foreign: [5, 6] });
  expect(difference(arm({ known, foreign }), theirs)!.difference).toBeCloseTo(2 / 3, 12);
});

test("an arm and itself differ by nothing; other images are not compared", () => {
  const one = arm({ known: [3, 2, 1], foreign: [0.5, 2.5] });
  expect(difference(one, arm({ known: [3, 2, 1], foreign: [0.5, 2.5] }))).toEqual({ difference: 0, interval: [0, 0] });
  expect(difference(one, arm({ known: [3, 2], foreign: [0.5, 2.5] }))).toBeUndefined();
  expect(differenceOfMeans((run) => run.stored().map(() => 1))(one, arm({ known: [1] }))).toBeUndefined();
});

test("means over lists of the same images", () => {
  expect([
    ...meanOverLists([
      [1, 0],
      [0, 0],
    ])!,
  ]).toEqual([0.5, 0]);
  expect(meanOverLists([[1, 0], [0]])).toBeUndefined();
  expect(meanOverLists([[1], undefined])).toBeUndefined();
  expect(meanOverLists([])).toBeUndefined();
});
