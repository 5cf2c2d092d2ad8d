import { describe, expect, test } from "vitest";
import { type Predictions, Random, UserError } from "../core/index.ts";
import { conformal, conformalMethods, conformalThreshold, predictionSets } from "./conformal.ts";
import { softmax } from "./softmax.ts";

function drawn(set: string, images: number, classes: number): Predictions {
  const random = new Random("conformal test", set);
  const labels = Int32Array.from({ length: images }, () => random.integer(classes));
  const logits = Float32Array.from({ length: images * classes }, () => random.normal());
  for (const [row, label] of labels.entries()) logits[row * classes + label] += 1.5;
  return { set, logits, labels, classes };
}

describe.each(conformalMethods)("%s", (method) => {
  test.each([0.05, 0.1, 0.3])("covers 1 − α = 1 − %f of exchangeable images, within sampling", (alpha) => {
    const [n, m] = [4000, 4000];
    const { coverage, meanSize } = conformal(drawn("held out", n, 6), drawn("fresh", m, 6), { method, alpha });
    // Coverage is Beta(rank, n + 1 − rank) over the thresholds, then binomial over the images: five deviations.
    const deviation = Math.sqrt(alpha * (1 - alpha) * (1 / n + 1 / m));
    expect(Math.abs(coverage - (1 - alpha))).toBeLessThan(5 * deviation + 1 / n);
    expect(meanSize).toBeGreaterThan(1 - alpha - 0.1);
    expect(meanSize).toBeLessThan(6);
  });

  test("sets grow as α falls; too few images for α give all classes", () => {
    const [held, fresh] = [drawn("held out", 500, 5), drawn("fresh", 300, 5)];
    const sizes = [0.5, 0.2, 0.1, 0.02].map((alpha) => conformal(held, fresh, { method, alpha }).meanSize);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    const few = conformal(drawn("held out", 5, 5), fresh, { method, alpha: 0.1 });
    expect(few).toMatchObject({ threshold: Number.POSITIVE_INFINITY, coverage: 1, meanSize: 5 });
  });
});

test("LAC by hand: the rank of the threshold and what it lets in", () => {
  const logits = [0.9, 0.8, 0.7, 0.6].flatMap((p) => [Math.log(p), Math.log(1 - p)]);
  const held = { set: "held", logits: Float32Array.from(logits), labels: Int32Array.of(0, 0, 0, 1), classes: 2 };
  // Scores .1, .2, .3 and .6; the ⌈5 · .6⌉ = 3rd is .3.
  const options = { method: "LAC", alpha: 0.4 } as const;
  const threshold = conformalThreshold(held, options);
  expect(threshold).toBeCloseTo(0.3, 6);
  expect([...predictionSets(held, threshold + 1e-9, options)]).toEqual([1, 0, 1, 0, 1, 0, 0, 0]);
  const result = conformal(held, held, options);
  expect(result.emptyShare + result.singletonShare).toBe(1);
});

test("APS equals its definition: probability gathered before a class, plus a uniform share of its own", () => {
  const held = drawn("held", 50, 4);
  const options = { method: "APS", alpha: 0.2 } as const;
  const { probabilities } = softmax(held.logits, 4);
  const random = new Random("conformal", 0, "held");
  const own = Array.from(held.labels, (label, row) => {
    const p = [...probabilities.slice(4 * row, 4 * row + 4)];
    const before = p.filter((q) => q > p[label]).reduce((a, b) => a + b, 0);
    return before + random.uniform() * p[label];
  }).sort((a, b) => a - b);
  expect(conformalThreshold(held, options)).toBeCloseTo(own[Math.ceil(51 * 0.8) - 1], 12);
});

test("α outside (0, 1) is refused", () => {
  const held = drawn("held", 20, 3);
  expect(() => conformal(held, held, { method: "LAC", alpha: 0 })).toThrow(UserError);
  expect(() => conformalThreshold(held, { method: "APS", alpha: 1 })).toThrow(UserError);
});

test("images without labels and logits that are no numbers are refused, on both sides", () => {
  const [held, fresh] = [drawn("held", 20, 3), drawn("fresh", 20, 3)];
  const unlabelled = (one: Predictions) => ({ ...one, labels: one.labels.map(() => -1) });
  const nan = (one: Predictions) => ({ ...one, logits: one.logits.map(() => Number.NaN) });
  for (const spoil of [unlabelled, nan]) {
    expect(() => conformal(spoil(held), fresh, { method: "LAC", alpha: 0.1 })).toThrow(/^held: /);
    expect(() => conformal(held, spoil(fresh), { method: "APS", alpha: 0.1 })).toThrow(/^fresh: /);
  }
});

test.each(conformalMethods)(
  "%s: sets are those of the definition, class by class, ties by the number of the class",
  (method) => {
    const { logits, ...held } = drawn("held", 60, 30);
    // Few levels, so that many classes tie.
    const coarse = { ...held, logits: logits.map((value) => Math.round(value)) };
    const options = { method, alpha: 0.2 } as const;
    const { threshold, meanSize, coverage } = conformal(coarse, coarse, options);
    const { probabilities } = softmax(coarse.logits, 30);
    const random = new Random("conformal", 0, "held");
    const sets = Array.from(coarse.labels, (_, row) => {
      const p = [...probabilities.slice(30 * row, 30 * row + 30)];
      const u = method === "APS" ? random.uniform() : 0;
      return p.map((own, k) => {
        if (method === "LAC") return 1 - own <= threshold + 1e-12;
        const before = p.filter((q, j) => q > own || (q === own && j < k)).reduce((a, b) => a + b, 0);
        return before + u * own <= threshold + 1e-12;
      });
    });
    expect([...predictionSets(coarse, threshold + 1e-12, options)]).toEqual(sets.flat().map(Number));
    expect(meanSize).toBeCloseTo(sets.flat().filter(Boolean).length / 60, 12);
    expect(coverage).toBeCloseTo(sets.filter((set, row) => set[coarse.labels[row]]).length / 60, 12);
  },
);
