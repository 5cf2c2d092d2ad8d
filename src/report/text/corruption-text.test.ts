import { expect, test } from "vitest";
import { type CorruptionResults, corruptionSets, meanCorruptionErrors } from "../../evaluate/index.ts";
import { corruptionText } from "./corruption-text.ts";

/** Each corruption errs by its place in the list, in per cent, at every severity. */
function results(names: readonly string[], severities: readonly number[]): CorruptionResults {
  const cells = names.flatMap((corruption, i) =>
    severities.map((severity) => ({
      set: `x/test/${corruption}-${severity}`,
      corruption,
      severity,
      benchmark: "cifar",
      metrics: { accuracy: 1 - i / 100 },
      meanConfidence: 0.5,
    })),
  );
  const errors = new Map(names.map((name, i) => [name, severities.map(() => i / 100)]));
  return { images: 10, cells, meanErrors: severities.length === 5 ? meanCorruptionErrors(errors) : {} };
}

const lines = (table: string) => table.split("\n").map((line) => line.trim().split(/ {2,}/));

test("a line for each corruption and the mean of them, where no published set is complete", () => {
  expect(lines(corruptionText(results(["snow", "fog", "saturate"], [1, 5])))).toEqual([
    ["6 corrupted sets of 10 images", "severities", "mean corruption error"],
    ["snow", "1, 5", "0.0 %"],
    ["fog", "1, 5", "1.0 %"],
    ["saturate", "1, 5", "2.0 %"],
    ["mean of these 6 sets", "1.0 %"],
  ]);
});

test("a complete set has its mean by its name, beside that of more", () => {
  const fifteen = corruptionSets["C, 15 corruptions"];
  const exact = lines(corruptionText(results(fifteen, [1, 2, 3, 4, 5])));
  expect(exact.slice(16)).toEqual([["C, 15 corruptions", "7.0 %"]]);
  const more = lines(corruptionText(results([...fifteen, "spatter"], [1, 2, 3, 4, 5])));
  expect(more.slice(17)).toEqual([
    ["mean of these 80 sets", "7.5 %"],
    ["C, 15 corruptions", "7.0 %"],
  ]);
});
