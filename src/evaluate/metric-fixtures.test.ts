import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { detection } from "./detection.ts";
import { judge } from "./judged.ts";
import { type MetricName, metrics } from "./metrics.ts";
import { type OodScoreName, strangeness } from "./ood-scores.ts";
import { fitScaling } from "./scaling.ts";

interface FixtureSet {
  classes: number;
  logits: number[];
  labels: number[];
  foreign: number[];
  metrics: Partial<Record<MetricName, number>>;
  temperature: number;
  detection: Partial<Record<OodScoreName, ReturnType<typeof detection>>>;
  scaling?: { inverseTemperature: number; temperature: number; vector: number; matrix: number };
}

/** What scikit-learn, SciPy and plain NumPy make of the same logits; see make-fixtures.py. */
const { sets } = JSON.parse(readFileSync(new URL("./fixtures/metrics.json", import.meta.url), "utf8")) as {
  sets: Record<string, FixtureSet>;
};

/** Equal logits in another order give sums that differ in the last bit; rounded on both sides, they are ties. */
const rounded = (values: Float64Array) => values.map((value) => Number(value.toFixed(12)));

describe.each(Object.entries(sets))("%s", (set, fixture) => {
  const { classes } = fixture;
  const predictions = {
    set,
    logits: Float32Array.from(fixture.logits),
    labels: Int32Array.from(fixture.labels),
    classes,
  };
  const exact = judge(predictions);
  const judged = { ...exact, confidence: rounded(exact.confidence), logComplement: rounded(exact.logComplement) };

  test.each(Object.keys(fixture.metrics) as MetricName[])("%s agrees to 1e-9", (name) => {
    expect(metrics[name].compute(judged)).toBeCloseTo(fixture.metrics[name]!, 9);
  });

  test.each(Object.keys(fixture.detection) as OodScoreName[])("detection by %s agrees to 1e-9", (name) => {
    const foreign = {
      ...predictions,
      logits: Float32Array.from(fixture.foreign),
      labels: new Int32Array(250).fill(-1),
    };
    const [inside, outside] = [predictions, foreign].map((one) =>
      rounded(strangeness(name, one, { temperature: fixture.temperature })!),
    );
    const found = detection(inside, outside);
    for (const [measure, value] of Object.entries(fixture.detection[name]!))
      expect(found[measure as keyof typeof found], measure).toBeCloseTo(value, 9);
  });

  test.runIf(fixture.scaling)("post-hoc scalings reach SciPy's minimum", () => {
    const { inverseTemperature, ...least } = fixture.scaling!;
    expect(fitScaling("temperature", predictions).temperature).toBeCloseTo(1 / inverseTemperature, 6);
    for (const kind of ["temperature", "vector"] as const) {
      const { nllAfter, converged } = fitScaling(kind, predictions);
      expect(converged).toBe(true);
      expect(nllAfter).toBeCloseTo(least[kind], 7);
    }
    const matrix = fitScaling("matrix", predictions);
    expect(matrix.converged).toBe(true);
    expect(matrix.objective).toBeCloseTo(least.matrix, 7);
  });
});
