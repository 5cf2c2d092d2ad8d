import { expect, test } from "vitest";
import { Random, UserError } from "../core/index.ts";
import { chooseTagHead, type TaggedFeatures, type TagHead, tagProbabilities } from "./index.ts";

const [N, D, T] = [120, 3, 2];

/** Features of unlike scales and means; tag t is likelier the greater feature t is, and images may have both or none. */
function samples(name: string): TaggedFeatures {
  const random = new Random("tags", name);
  const rows = Array.from({ length: N }, () => Array.from({ length: D }, (_, d) => 10 ** d * (random.normal() + d)));
  const tags = rows.map((row) => [0, 1].filter((tag) => random.normal() < 1.5 * (row[tag] / 10 ** tag - tag) - tag));
  return { features: Float32Array.from(rows.flat()), tags };
}
const train = samples("train");
const validation = samples("validation");

/** Mean and deviation of each feature over the training images. */
const statistics = Array.from({ length: D }, (_, d) => {
  const values = Array.from({ length: N }, (_, row) => train.features[row * D + d]);
  const mean = values.reduce((a, b) => a + b) / N;
  return { mean, sd: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / N) };
});

/** Largest entry of the objective's gradient over w, b of standardised features, from the formula. */
function gradientAt({ weights, strength }: TagHead, probabilities: Float32Array, tag: number): number {
  const entries = new Float64Array(D + 1);
  for (let row = 0; row < N; row++) {
    const residual = (probabilities[row * T + tag] - Number(train.tags[row].includes(tag))) / N;
    for (let d = 0; d < D; d++)
      entries[d] += (residual * (train.features[row * D + d] - statistics[d].mean)) / statistics[d].sd;
    entries[D] += residual;
  }
  for (let d = 0; d < D; d++) entries[d] += strength * weights[tag * D + d] * statistics[d].sd;
  return Math.max(...entries.map(Math.abs));
}

test.each([1, 0.01])(
  "each tag's head is at the minimum of its penalised cross-entropy, strength %s",
  async (strength) => {
    const { head } = await chooseTagHead(train, validation, { count: T, strengths: [strength] });
    const probabilities = tagProbabilities(head, train.features);
    expect(head.strength).toBe(strength);
    for (let tag = 0; tag < T; tag++) expect(gradientAt(head, probabilities, tag)).toBeLessThan(1.1e-5);
    // Something to find: the gradient at zero weights is far from flat.
    const nothing = { ...head, weights: head.weights.map(() => 0), biases: head.biases.map(() => 0) };
    expect(gradientAt(nothing, tagProbabilities(nothing, train.features), 0)).toBeGreaterThan(0.1);
  },
);

test("the strength is the one of least cross-entropy on validation images, which is computed as it is defined", async () => {
  const { head, tried, atEdge } = await chooseTagHead(train, validation, { count: T });
  const best = tried.reduce((a, b) => (b.validationLoss < a.validationLoss ? b : a));
  expect(head.strength).toBe(best.strength);
  expect(tried.length).toBeGreaterThan(1);
  expect(atEdge).toBe(best.strength === 1 || best.strength === 1e-4);
  const p = tagProbabilities(head, validation.features);
  const terms = Array.from(p, (value, i) =>
    validation.tags[Math.floor(i / T)].includes(i % T) ? -Math.log(value) : -Math.log(1 - value),
  );
  expect(terms.reduce((a, b) => a + b) / (N * T)).toBeCloseTo(best.validationLoss, 5);
});

test("a tag that no image has, a feature that never changes and scores that overflow are no trouble", async () => {
  const features = Float32Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 7 : i));
  const set = { features, tags: Array.from({ length: 10 }, (_, row) => (row > 4 ? [0] : [])) };
  const { head } = await chooseTagHead(set, set, { count: 2, strengths: [0.1] });
  const p = tagProbabilities(head, Float32Array.of(7, 1, 7, 19, 7, 1e30));
  expect(p[1]).toBeLessThan(0.01);
  expect(p[0]).toBeLessThan(0.5);
  expect(p[2]).toBeGreaterThan(0.5);
  expect(p[4]).toBe(1);
});

test("what does not fit is refused", async () => {
  const refused = async (given: Promise<unknown>) => {
    const error = await given.catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  };
  const options = { count: T };
  expect(await refused(chooseTagHead({ features: new Float32Array(0), tags: [] }, validation, options))).toContain(
    "no training images",
  );
  expect(await refused(chooseTagHead(train, { ...validation, tags: [[]] }, options))).toContain(
    "other numbers of features",
  );
  expect(await refused(chooseTagHead({ ...train, tags: train.tags.slice(1) }, validation, options))).toContain(
    "360 features for 119 training images",
  );
  expect(await refused(chooseTagHead(train, validation, { count: 1 }))).toContain("the tag 1");
  expect(await refused(chooseTagHead(train, validation, { ...options, strengths: [1, 0] }))).toContain("strength 0");
});
