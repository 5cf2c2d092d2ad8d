import { expect, test } from "vitest";
import { type ImageSet, UserError } from "../core/index.ts";
import { withLabelNoise } from "./label-noise.ts";

const classes = 5;
const set: ImageSet = {
  name: "toy/train",
  height: 1,
  width: 1,
  channels: 1,
  images: new Uint8Array(4000),
  labels: Int32Array.from({ length: 4000 }, (_, i) => i % classes),
  classNames: ["a", "b", "c", "d", "e"],
};
const steps = (noisy: ImageSet) =>
  Array.from(noisy.labels, (label, row) => (label - set.labels[row] + classes) % classes).filter((step) => step > 0);

test.each([0, 0.1, 0.2, 0.5])(
  "symmetric: exactly %f of the labels are wrong, evenly over the other classes",
  (share) => {
    const before = set.labels.slice();
    const wrong = steps(withLabelNoise(set, { kind: "symmetric", share, seed: 1 }));
    expect(wrong.length).toBe(4000 * share);
    const expected = wrong.length / (classes - 1);
    for (let step = 1; step < classes; step++)
      // Five standard deviations of a binomial.
      expect(Math.abs(wrong.filter((one) => one === step).length - expected)).toBeLessThan(5 * Math.sqrt(expected) + 1);
    expect(set.labels).toEqual(before);
  },
);

test("pairwise: every wrong label is the next class", () => {
  const wrong = steps(withLabelNoise(set, { kind: "pairwise", share: 0.3, seed: 1 }));
  expect(wrong.length).toBe(1200);
  expect(new Set(wrong)).toEqual(new Set([1]));
});

test("a seed repeats, another one differs; more than half is refused", () => {
  const noisy = (seed: number) => withLabelNoise(set, { kind: "symmetric", share: 0.2, seed }).labels;
  expect(noisy(1)).toEqual(noisy(1));
  expect(noisy(1)).not.toEqual(noisy(2));
  expect(() => withLabelNoise(set, { kind: "pairwise", share: 0.6, seed: 0 })).toThrow(UserError);
});
