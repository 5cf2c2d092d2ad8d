import { expect, test } from "vitest";
import { type Answer, surestMistakeAvoided } from "./choose-opening.ts";

const labels = [0, 0, 1, 1, 2, 2];
const said = (predicted: readonly number[], confidence: readonly number[]): Answer[] =>
  predicted.map((own, row) => ({ predicted: own, confidence: confidence[row] }));
/** Wrong in rows 1, 2, 4 and 5; of rows 2 and 5 it is equally sure. */
const standard = said([0, 1, 0, 1, 0, 1], [0.99, 0.97, 0.8, 0.99, 0.6, 0.8]);

test.each([
  ["the surest mistake where the anchored model is right", [0, 0, 1, 1, 2, 2], 1],
  ["the next one where it shares the surest", [0, 1, 1, 1, 2, 2], 2],
  ["the first of equals", [0, 1, 1, 1, 1, 2], 2],
  ["less sure, if need be", [0, 2, 2, 1, 2, 0], 4],
  ["none where the anchored model is wrong wherever the standard one is", [0, 1, 0, 1, 0, 1], undefined],
  ["none where only the anchored model errs elsewhere", [1, 1, 0, 0, 0, 1], undefined],
])("%s", async (_, predicted, expected) => {
  const anchored = said(predicted, Array(6).fill(0.5));
  expect(await surestMistakeAvoided(labels, standard, async (rows) => rows.map((row) => anchored[row]))).toBe(expected);
});

test("asks the anchored model only as far down as it takes", async () => {
  const many = Array<number>(100).fill(0);
  const mistaken = many.map((_, row) => ({ predicted: 1, confidence: 1 - row / 200 }));
  const asked: number[] = [];
  const found = await surestMistakeAvoided(many, mistaken, async (rows) => {
    asked.push(...rows);
    return rows.map((row) => ({ predicted: row < 40 ? 1 : 0, confidence: 1 }));
  });
  expect(found).toBe(40);
  expect(asked.length).toBeLessThan(100);
});
