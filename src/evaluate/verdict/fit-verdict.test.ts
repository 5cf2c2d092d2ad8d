import { expect, test } from "vitest";
import { Random, UserError } from "../../core/index.ts";
import { fitFeatureScores, rowsOf } from "../index.ts";
import { fitVerdict, knownScores, thresholdKeeping, verdictScoreNames } from "./index.ts";

const random = new Random("fit-verdict.test");
const normal = (length: number, by = 1) => Float64Array.from({ length }, () => by * random.normal());
const [width, classes, count] = [5, 3, 80];
const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
const data = {
  classes,
  training: { features: rowsOf(normal(count * width), width), labels },
  validation: { features: rowsOf(normal(40 * width), width), logits: rowsOf(normal(40 * classes, 3), classes) },
};

test("the combination is the table's, of entropy and Mahalanobis++", async () => {
  const { known } = await fitVerdict("combination", data);
  const parameters = { prediction: "entropy", distance: "mahalanobis++" };
  const fitted = await fitFeatureScores([{ name: "combination", parameters }], data);
  const { scores } = await fitted.score(data.validation);
  expect([...known]).toEqual([...scores.combination].sort((a, b) => a - b));
});

test.each(verdictScoreNames)("%s: z-scores of the validation images, rising", async (name) => {
  const { known, parts, means, spreads, classes: whitened } = await fitVerdict(name, data);
  expect([parts.length, parts.length]).toEqual([means.length, spreads.length]);
  expect([...known]).toEqual([...known].sort((a, b) => a - b));
  expect(whitened !== undefined).toBe(parts.includes("mahalanobis++"));
  if (parts.length > 1) return;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  expect(mean).toBeCloseTo(0, 10);
  expect(known.reduce((sum, value) => sum + value ** 2, 0) / known.length).toBeCloseTo(1, 10);
});

test.each(verdictScoreNames)("%s of a few images, by class means alone, is what it was fitted to", async (name) => {
  const fitted = await fitVerdict(name, data);
  const { features, logits } = data.validation;
  const rows = async ({ block, count }: typeof features) => block(0, count);
  const scores = knownScores(fitted, { features: await rows(features), logits: await rows(logits), classes });
  expect(scores.length).toBe(40);
  for (const [i, value] of [...scores].sort((a, b) => a - b).entries()) expect(value).toBeCloseTo(fitted.known[i], 9);
});

test("what is larger is better known", async () => {
  const logits = Float64Array.from([9, 0, 0, 0.1, 0, 0, 4, 0, 0]);
  const own = { ...data, validation: { features: rowsOf(normal(3 * width), width), logits: rowsOf(logits, classes) } };
  for (const name of ["entropy", "max-softmax", "energy"] as const) {
    const { means, spreads, known } = await fitVerdict(name, own);
    const sure = Math.log(Math.exp(9) / (Math.exp(9) + 2));
    const best = {
      entropy: sure * Math.exp(sure) + 2 * (sure - 9) * Math.exp(sure - 9),
      "max-softmax": sure,
      energy: 9 - sure,
    };
    expect(known[2]).toBeCloseTo((best[name] - means[0]) / spreads[0], 10);
  }
});

test("thresholds by hand: between the last that is left out and the first that is kept", () => {
  const known = Float64Array.from({ length: 20 }, (_, i) => i);
  expect(thresholdKeeping(known, 0.95)).toBe(0.5);
  expect(thresholdKeeping(known, 0.9)).toBe(1.5);
  expect(thresholdKeeping(known, 0.93)).toBe(0.5);
  expect(() => thresholdKeeping(known, 0.96)).toThrow(/options.keep 96: of 20 validation images .* at least 25/);
});

test("refused: a part that does not exist for these data", async () => {
  const flat = { ...data, validation: { ...data.validation, logits: rowsOf(new Float64Array(40 * classes), classes) } };
  await expect(fitVerdict("entropy", flat)).rejects.toThrow(
    new UserError(
      "options.verdict entropy: entropy does not vary over the validation images; choose another score, e.g. mahalanobis++",
    ),
  );
  const missing = { ...data, training: { ...data.training, labels: labels.map((label) => Math.min(label, 1)) } };
  await expect(fitVerdict("mahalanobis++", missing)).rejects.toThrow(
    /class 2 has no training image; choose .* entropy/,
  );
});
