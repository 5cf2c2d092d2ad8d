import { expect, test } from "vitest";
import { alexNetErrors, corruptionSets, meanCorruptionErrors, relativeCorruptionError } from "./corruption-error.ts";

const fifteen = corruptionSets["C, 15 corruptions"];
const errorsOf = (names: readonly string[], error: (name: string, level: number) => number) =>
  new Map(names.map((name) => [name, [0, 1, 2, 3, 4].map((level) => error(name, level))]));

test("the sets have the sizes that they are named after, and hold one another", () => {
  for (const [name, names] of Object.entries(corruptionSets))
    expect(new Set(names).size).toBe(Number(/\d+(?= corruptions)/.exec(name)![0]));
  expect(corruptionSets["C, 19 corruptions"].slice(0, 15)).toEqual(fifteen);
});

test("a mean is over whole sets only", () => {
  const errors = errorsOf(fifteen, (_, level) => 0.1 * (level + 1));
  expect(meanCorruptionErrors(errors)).toEqual({ "C, 15 corruptions": expect.closeTo(0.3, 12) });
  errors.set("fog", [0.1, 0.2, 0.3, 0.4]);
  expect(meanCorruptionErrors(errors)).toEqual({});
});

test("mCE: AlexNet's own is 1; each corruption counts relative to the baseline", () => {
  expect(
    relativeCorruptionError(
      errorsOf(fifteen, (name) => alexNetErrors[name]),
      alexNetErrors,
    ),
  ).toBeCloseTo(1, 12);
  const halved = errorsOf(fifteen, (name) => alexNetErrors[name] * (name === "fog" ? 0.5 : 1));
  expect(relativeCorruptionError(halved, alexNetErrors)).toBeCloseTo(1 - 0.5 / 15, 12);
  expect(relativeCorruptionError(new Map(), alexNetErrors)).toBeUndefined();
});
