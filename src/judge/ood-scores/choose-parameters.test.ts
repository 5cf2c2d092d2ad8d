import { expect, test } from "vitest";
import { featureScores } from "../../evaluate/index.ts";
import { gridOf } from "./choose-parameters.ts";

test.each([
  [undefined, [50, 100, 200, 500, 1000]],
  [50_000, [50, 100, 200, 500, 1000]],
  [2271, [10, 50, 100, 200, 500, 1000]],
])("of %s training images kNN tries k = %j", (images, tried) => {
  expect(gridOf(featureScores.knn, images).map(({ k }) => k)).toEqual(tried);
});

test("several parameters: every combination, the last varying fastest", () => {
  const grid = gridOf(featureScores.vra);
  expect(grid.length).toBe(16);
  expect(grid.slice(0, 5).map(({ low, high }) => [low, high])).toEqual([
    [1, 85],
    [1, 90],
    [1, 95],
    [1, 99],
    [5, 85],
  ]);
});
