import { expect, test } from "vitest";
import { Random } from "../../core/index.ts";
import { softmax } from "../softmax.ts";
import { fitFeatureScores } from "./fit.ts";
import { rowsOf } from "./rows.ts";

const [width, classes, bankCount, judged] = [5, 4, 1100, 40];

test.each([
  ["unsure: nearly all agree", 0.1, 1],
  ["some agree", 1.5, 2],
  ["sure: those of one class agree", 12, 1],
  ["very sure, with a power", 60, 4],
] as const)("equals a plain loop where predictions are %s", async (name, sharpness, power) => {
  const random = new Random(name);
  const drawn = (count: number, scale = 1) => Float32Array.from({ length: count }, () => scale * random.normal());
  const [bank, bankLogits] = [drawn(bankCount * width), drawn(bankCount * classes, sharpness)];
  const [rows, logits] = [drawn(judged * width), drawn(judged * classes, sharpness)];
  const fitted = await fitFeatureScores([{ name: "relation", parameters: { power } }], {
    classes,
    training: { features: rowsOf(bank, width), logits: rowsOf(bankLogits, classes) },
  });
  const { scores } = await fitted.score({ features: rowsOf(rows, width), logits: rowsOf(logits, classes) });

  const [p, q] = [softmax(logits, classes).probabilities, softmax(bankLogits, classes).probabilities];
  const product = (a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number, size: number) => {
    let sum = 0;
    for (let d = 0; d < size; d++) sum += a[i * size + d] * b[j * size + d];
    return sum;
  };
  for (let i = 0; i < judged; i++) {
    let sum = 0;
    for (let j = 0; j < bankCount; j++) {
      const lengths = [product(rows, i, rows, i, width), product(bank, j, bank, j, width)];
      const cosine = product(rows, i, bank, j, width) / Math.sqrt((lengths[0] + 1e-10) * (lengths[1] + 1e-10));
      const related = Math.max(0, cosine) * product(p, i, q, j, classes);
      if (related > 0.03) sum += related ** power;
    }
    expect(Math.abs(scores.relation[i] - sum)).toBeLessThanOrEqual(1e-9 * Math.max(1, sum));
  }
});
