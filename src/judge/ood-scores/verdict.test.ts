import { expect, test } from "vitest";
import { Random } from "../../core/index.ts";
import { rowsOf } from "../../evaluate/index.ts";
import { fitVerdict, knownScores, thresholdKeeping } from "../../evaluate/internal.ts";
import { judgeScores } from "./judge-scores.ts";
import type { ScoredSource } from "./sources.ts";

const random = new Random("verdict.test");
const [width, classes] = [4, 3];
const weight = Float64Array.from({ length: classes * width }, () => 2 * random.normal());

/** Images of features about a mean of their class, moved by `by`, with logits that are linear in them. */
function images(set: string, count: number, by = 0): ScoredSource & { readonly values: Float32Array } {
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const values = Float32Array.from({ length: count * width }, (_, i) => {
    const own = i % width === labels[Math.floor(i / width)] ? 3 : 0;
    return own + by + 0.5 * random.normal();
  });
  const logits = Float32Array.from({ length: count * classes }, (_, i) => {
    const [n, k] = [Math.floor(i / classes), i % classes];
    return Array.from({ length: width }, (_, d) => weight[k * width + d] * values[n * width + d]).reduce(
      (a, b) => a + b,
    );
  });
  return { set, values, features: rowsOf(values, width), predictions: () => ({ set, logits, labels, classes }) };
}

const [train, validation, test1] = [images("train", 90), images("validation", 60), images("test", 50)];
const [foreign, sample] = [{ ...images("letters", 40, 4), group: "near" as const }, images("test/corrupted", 20, 1)];
const labels = train.predictions().labels;
const logitsOf = (source: ScoredSource) => rowsOf(source.predictions().logits, classes);
const data = {
  classes,
  training: { features: train.features!, labels },
  validation: { features: validation.features!, logits: logitsOf(validation) },
};
const sources = {
  data,
  test: test1,
  validation,
  shifts: [],
  foreign: [foreign],
  corruptedSample: sample,
  verdict: true,
};

test("shares are those of the verdict that export fits, at its threshold", async () => {
  const { results } = await judgeScores(["max-softmax", "mahalanobis++"], sources);
  const fitted = await fitVerdict("combination", data);
  const threshold = thresholdKeeping(fitted.known, 0.95);
  expect(results.verdict?.threshold).toBeCloseTo(threshold, 10);
  expect(results.verdict?.sets.map(({ set, role, group, images }) => [set, role, group, images])).toEqual([
    ["validation", "validation", undefined, 60],
    ["test", "test", undefined, 50],
    ["test/corrupted", "corrupted-sample", undefined, 20],
    ["letters", "ood", "near", 40],
  ]);
  for (const { set, share } of results.verdict!.sets) {
    const { predictions, values } = [validation, test1, sample, foreign].find((one) => one.set === set)!;
    const known = knownScores(fitted, { logits: predictions().logits, features: values, classes });
    expect(share).toBeCloseTo(known.filter((value) => value < threshold).length / known.length, 12);
  }
});

test.each([
  ["not asked for", ["max-softmax"] as const, {}],
  ["asked for with other parameters, which are chosen", ["mahalanobis++"] as const, { oodValidation: sample }],
])("it is the same where its distance is %s", async (_, names, more) => {
  const { results } = await judgeScores(["mahalanobis++"], sources);
  const other = await judgeScores(names, { ...sources, ...more });
  expect(other.results.verdict).toEqual(results.verdict);
});

test("examples: some foreign images, what is said of each, and its nearest training images, by plain loops", async () => {
  const { examples, results } = await judgeScores(["mahalanobis++"], sources);
  const fitted = await fitVerdict("combination", data);
  const { logits } = foreign.predictions();
  const known = knownScores(fitted, { logits, features: foreign.values, classes });
  expect(examples.length).toBe(3);
  const row = (values: Float32Array, n: number) => [...values.subarray(n * width, (n + 1) * width)];
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, d) => sum + value * b[d], 0);
  const cosine = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  for (const one of examples) {
    expect(one).toMatchObject({ set: "letters", group: "near", known: known[one.row] >= results.verdict!.threshold! });
    const own = [...logits.subarray(one.row * classes, (one.row + 1) * classes)];
    const total = own.reduce((sum, value) => sum + Math.exp(value), 0);
    expect(one.predicted).toBe(own.indexOf(Math.max(...own)));
    expect(one.confidence).toBeCloseTo(Math.exp(Math.max(...own)) / total, 6);
    const all = Array.from({ length: 90 }, (_, n) => cosine(row(foreign.values, one.row), row(train.values, n)));
    const best = Array.from(all.keys()).sort((a, b) => all[b] - all[a]);
    expect(one.nearest.map(({ row }) => row)).toEqual(best.slice(0, 3));
    expect(one.nearest[0].similarity).toBeCloseTo(all[best[0]], 6);
    const entropy = own.reduce((sum, value) => sum + Math.exp(value) * (value - Math.log(total)), 0) / total;
    const z = (entropy - fitted.means[0]) / fitted.spreads[0];
    expect(one.by).toBe(Math.abs(z - known[one.row]) < 1e-5 ? "prediction" : "distance");
  }
});

test("without validation images there is no verdict, and it says so; where none is wanted nothing is said", async () => {
  const { training } = data;
  const { results } = await judgeScores(["mahalanobis++"], {
    ...{ ...sources, data: { classes, training }, validation: undefined },
  });
  expect(results.verdict).toEqual({
    ...{ score: "combination", keeps: 0.95, absent: "there are no validation images", sets: [] },
  });
  const unlike = { ...sources, data: { classes, validation: data.validation } };
  const { results: without } = await judgeScores(["max-softmax"], unlike);
  expect(without.verdict?.absent).toMatch(/training/);
  const { results: unwanted, examples } = await judgeScores(["mahalanobis++"], { ...sources, verdict: false });
  expect([unwanted.verdict, examples]).toEqual([undefined, []]);
});
