import { describe, expect, test } from "vitest";
import { type Predictions, Random, UserError } from "../../core/index.ts";
import { meanNll } from "../calibration.ts";
import { judge } from "../judged.ts";
import { softmax } from "../softmax.ts";
import { fitBinary, lowerAt, upperAt } from "./binary-venn-abers.ts";
import { applyVennAbers, fitVennAbers } from "./venn-abers.ts";

interface Example {
  readonly score: number;
  readonly label: 0 | 1;
}

/** The isotonic regression at a score, by its max-min formula: no pooling, no sums that are kept. */
function isotonicAt(examples: readonly Example[], at: number): number {
  const scores = [...new Set(examples.map(({ score }) => score))].sort((a, b) => a - b);
  const mean = (from: number, to: number) => {
    const own = examples.filter(({ score }) => score >= from && score <= to);
    return own.filter(({ label }) => label === 1).length / own.length;
  };
  const [below, above] = [scores.filter((score) => score <= at), scores.filter((score) => score >= at)];
  return Math.max(...below.map((from) => Math.min(...above.map((to) => mean(from, to)))));
}

/** p₀ and p₁ by definition: two fits for the one score. */
const byDefinition = (examples: readonly Example[], score: number) =>
  ([0, 1] as const).map((label) => isotonicAt([...examples, { score, label }], score));

const scoresOf = (examples: readonly Example[], wanted: number) =>
  Float64Array.from(examples.filter(({ label }) => label === wanted).map(({ score }) => score));

/** Examples whose scores tell something, with `levels` different ones (0: no two alike). */
function drawnExamples(seed: number, count: number, levels: number): Example[] {
  const random = new Random("venn-abers", seed);
  return Array.from({ length: count }, () => {
    const label = random.uniform() < 0.4 ? 1 : 0;
    const score = random.normal() + 0.8 * label;
    return { label, score: levels > 0 ? Math.round(score * levels) / levels : score };
  });
}

describe("both probabilities are those of two isotonic regressions, one score after the other", () => {
  test.each([
    [1, 1, 0],
    [2, 2, 0],
    [3, 7, 0],
    [4, 30, 0],
    [5, 30, 1],
    [6, 60, 2],
    [7, 60, 0],
    [8, 45, 0.5],
  ])("seed %i, %i examples, levels %f", (seed, count, levels) => {
    const examples = drawnExamples(seed, count, levels);
    const fitted = fitBinary(scoresOf(examples, 1), scoresOf(examples, 0));
    const scores = [...new Set(examples.map(({ score }) => score))].sort((a, b) => a - b);
    const between = scores.slice(1).map((score, i) => (score + scores[i]) / 2);
    for (const score of [scores[0] - 1, ...scores, ...between, scores[scores.length - 1] + 1]) {
      const [lower, upper] = byDefinition(examples, score);
      // Shares of whole numbers: to the last bit.
      expect([lowerAt(fitted, score), upperAt(fitted, score)]).toEqual([lower, upper]);
      expect(lower).toBeLessThan(upper);
    }
  });

  test.each([
    ["no positive ones", []],
    ["no negative ones", [0, 1]],
    ["sorted right", [1, 1]],
    ["sorted wrong", [1, 0]],
  ])("%s", (name, labels) => {
    const examples = [0, 1, 2, 3].map((score): Example => {
      if (name === "no positive ones") return { score, label: 0 };
      if (name === "no negative ones") return { score, label: 1 };
      return { score, label: score >= 2 === (labels[1] === 1) ? 1 : 0 };
    });
    const fitted = fitBinary(scoresOf(examples, 1), scoresOf(examples, 0));
    for (const score of [-1, 0, 0.5, 1, 1.5, 2, 2.5, 3, 4])
      expect([lowerAt(fitted, score), upperAt(fitted, score)]).toEqual(byDefinition(examples, score));
  });

  test("no examples: nothing is known", () => {
    const fitted = fitBinary(new Float64Array(), new Float64Array());
    expect([lowerAt(fitted, 0), upperAt(fitted, 0)]).toEqual([0, 1]);
  });
});

/** Logits that are three times too sure. */
function drawn(set: string, images: number, classes: number): Predictions {
  const random = new Random("venn-abers", set);
  const labels = Int32Array.from({ length: images }, () => random.integer(classes));
  const logits = Float32Array.from({ length: images * classes }, () => 3 * random.normal());
  for (const [row, label] of labels.entries()) logits[row * classes + label] += 4;
  return { set, logits, labels, classes };
}

test("of several classes: each against the others, merged, and divided by the sum", () => {
  const [held, fresh] = [drawn("held", 60, 3), drawn("fresh", 20, 3)];
  const { probabilities, width } = applyVennAbers(fitVennAbers(held), fresh);
  const [from, to] = [held, fresh].map(({ logits }) => softmax(logits, 3).probabilities);
  for (let row = 0; row < 20; row++) {
    const pairs = [0, 1, 2].map((k) =>
      byDefinition(
        Array.from(held.labels, (label, i): Example => ({ score: from[3 * i + k], label: label === k ? 1 : 0 })),
        to[3 * row + k],
      ),
    );
    const merged = pairs.map(([lower, upper]) => upper / (1 - lower + upper));
    const sum = merged.reduce((a, b) => a + b);
    const best = merged.indexOf(Math.max(...merged));
    expect([...probabilities.subarray(3 * row, 3 * row + 3)]).toEqual(
      merged.map((own) => expect.closeTo(own / sum, 14)),
    );
    expect(width[row]).toBeCloseTo(pairs[best][1] - pairs[best][0], 14);
  }
});

test("overconfident probabilities get better, and intervals narrower with more validation images", () => {
  const fresh = drawn("fresh", 2000, 4);
  const before = meanNll(judge(fresh));
  const [few, many] = [100, 2000].map((images) => {
    const { probabilities, width } = applyVennAbers(fitVennAbers(drawn("held", images, 4)), fresh);
    return {
      nll: meanNll(judge({ ...fresh, logits: Float64Array.from(probabilities, Math.log) })),
      width: width.reduce((a, b) => a + b) / width.length,
    };
  });
  expect(many.nll).toBeLessThan(0.9 * before);
  expect(many.nll).toBeLessThan(few.nll);
  expect(many.width).toBeLessThan(0.5 * few.width);
});

test("a class that an image excludes has no probability, and its images say nothing", () => {
  const held = drawn("held", 50, 3);
  const masked = held.logits.map((logit, i) =>
    i % 3 === 1 && held.labels[Math.floor(i / 3)] !== 1 ? -Infinity : logit,
  );
  const { probabilities } = applyVennAbers(fitVennAbers({ ...held, logits: masked }), { ...held, logits: masked });
  for (const [i, probability] of probabilities.entries()) expect(probability > 0).toBe(masked[i] !== -Infinity);
});

test("predictors of other classes, images without labels and bad logits are refused", () => {
  const [three, four] = [drawn("three", 20, 3), drawn("four", 20, 4)];
  expect(() => applyVennAbers(fitVennAbers(three), four)).toThrow(
    "Venn-Abers predictors of 3 classes do not fit logits of 4",
  );
  expect(() => fitVennAbers({ ...three, labels: three.labels.map(() => -1) })).toThrow(UserError);
  expect(() => fitVennAbers({ ...three, logits: three.logits.map(() => Number.NaN) })).toThrow(/^three: logits/);
});
