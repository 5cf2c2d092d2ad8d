import { describe, expect, test } from "vitest";
import { Random, UserError } from "../../core/index.ts";
import { fewestCalibrationScores } from "../conformal-quantile.ts";
import { absoluteBand, type Band, calibrateIntervals, normalisedBand, widenedBand } from "./conformal-intervals.ts";
import { intervalQuality } from "./intervals.ts";
import { judgeRegression } from "./judged.ts";

const names = ["y"];
const of = (...values: number[]) => Float64Array.from(values);

test("absolute residuals by hand: the ⌈(n + 1)(1 − α)⌉-th smallest", () => {
  const band = absoluteBand({ mean: of(0, 0, 0, 0) });
  const calibration = calibrateIntervals(band, { names, values: of(3, -1, 2, -4) }, 0.4);
  // ⌈5 · 0.6⌉ = 3 of 1, 2, 3, 4.
  expect(calibration).toEqual({ alpha: 0.4, margins: [3] });
  expect(widenedBand(absoluteBand({ mean: of(10) }), calibration)).toEqual({ lower: of(7), upper: of(13) });
});

test("by standard deviations: as wide as the model is unsure", () => {
  const predictions = { mean: of(0, 0, 0, 0), standardDeviation: of(1, 2, 1, 4) };
  const calibration = calibrateIntervals(normalisedBand(predictions, names), { names, values: of(3, -1, 2, -4) }, 0.4);
  // Of ½, 1, 2, 3 the third.
  expect(calibration.margins).toEqual([2]);
  const fresh = normalisedBand({ mean: of(10, 10), standardDeviation: of(0.5, 3) }, names);
  expect(widenedBand(fresh, calibration)).toEqual({ lower: of(9, 4), upper: of(11, 16) });
});

test("CQR by hand: bands that are too wide shrink, and may vanish", () => {
  const band: Band = { lower: of(0, 0, 0, 0), upper: of(10, 10, 10, 10) };
  // Scores max(lower − y, y − upper): −5, −3, −2, 1.
  const calibration = calibrateIntervals(band, { names, values: of(5, 3, 8, 11) }, 0.4);
  expect(calibration.margins).toEqual([-2]);
  const fresh = { lower: of(0, 1), upper: of(10, 4) };
  expect(widenedBand(fresh, calibration)).toEqual({ lower: of(2, 3), upper: of(8, 2) });
});

test("a margin for each target", () => {
  const band = absoluteBand({ mean: new Float64Array(6) });
  const { margins } = calibrateIntervals(band, { names: ["a", "b"], values: of(1, 30, -2, -10, 3, 20) }, 0.5);
  // ⌈4 · ½⌉ = 2 of 1, 2, 3 and of 10, 20, 30.
  expect(margins).toEqual([2, 20]);
});

describe("too few calibration examples", () => {
  test.each([
    [0.1, 9],
    [0.2, 4],
    [0.05, 19],
    [0.3, 3],
    [0.01, 99],
  ])("α = %f needs %i", (alpha, fewest) => {
    expect(fewestCalibrationScores(alpha)).toBe(fewest);
    const given = (count: number) =>
      calibrateIntervals(
        absoluteBand({ mean: new Float64Array(count) }),
        { names, values: new Float64Array(count).fill(2) },
        alpha,
      );
    expect(given(fewest)).toEqual({ alpha, margins: [2] });
    const few = given(fewest - 1);
    expect(few.margins).toEqual([Number.POSITIVE_INFINITY]);
    expect(few.notice).toContain(
      `${fewest - 1} calibration examples are too few for α = ${alpha}: the intervals are infinite`,
    );
    expect(few.notice).toContain(`at least ${fewest}`);
    expect(widenedBand(absoluteBand({ mean: of(1) }), few)).toEqual({ lower: of(-Infinity), upper: of(Infinity) });
  });
});

test.each(["absolute", "normalised", "CQR"])("%s covers 1 − α of exchangeable examples, within sampling", (method) => {
  const random = new Random("conformal regression", method);
  const [count, alpha] = [4000, 0.1];
  const drawn = () => {
    const standardDeviation = Float64Array.from({ length: count }, () => 0.5 + 2 * random.uniform());
    // The model is biased and thinks itself twice as sure as it is.
    const values = standardDeviation.map((sigma) => 1 + 2 * sigma * random.normal());
    const mean = new Float64Array(count);
    const band = {
      absolute: () => absoluteBand({ mean }),
      normalised: () => normalisedBand({ mean, standardDeviation }, names),
      CQR: (): Band => ({
        lower: standardDeviation.map((s) => -1.645 * s),
        upper: standardDeviation.map((s) => 1.645 * s),
      }),
    }[method as "CQR"]();
    return { band, targets: { names, values }, judged: judgeRegression({ mean }, { names, values }) };
  };
  const [held, fresh] = [drawn(), drawn()];
  const { coverage } = intervalQuality(
    widenedBand(fresh.band, calibrateIntervals(held.band, held.targets, alpha)),
    fresh.judged,
  );
  const deviation = Math.sqrt(alpha * (1 - alpha) * (2 / count));
  expect(Math.abs(coverage.mean! - (1 - alpha))).toBeLessThan(5 * deviation + 1 / count);
});

test.each<[string, () => unknown, RegExp]>([
  [
    "α of 1",
    () => calibrateIntervals(absoluteBand({ mean: of(1) }), { names, values: of(1) }, 1),
    /alpha 1 is outside/,
  ],
  [
    "a band of others",
    () => calibrateIntervals(absoluteBand({ mean: of(1, 2) }), { names, values: of(1) }, 0.1),
    /2 values for 1/,
  ],
  [
    "ends of others",
    () => widenedBand({ lower: of(1), upper: of(1, 2) }, { alpha: 0.1, margins: [1] }),
    /1 lower ends, 2 upper/,
  ],
  [
    "a NaN",
    () => calibrateIntervals(absoluteBand({ mean: of(1, Number.NaN) }), { names, values: of(1, 2) }, 0.1),
    /example 1/,
  ],
  ["σ of 0", () => normalisedBand({ mean: of(1), standardDeviation: of(0) }, names), /example 0, target "y" is 0/],
  ["no σ", () => normalisedBand({ mean: of(1) }, names), /needs? standard deviations/],
])("refused: %s", (_, run, message) => {
  expect(run).toThrow(UserError);
  expect(run).toThrow(message);
});
