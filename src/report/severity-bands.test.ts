import { expect, test } from "vitest";
import { severityLine } from "./sections/severity.ts";
import { severityBands } from "./severity-bands.ts";
import { type FakeSet, fakeArm } from "./testing.ts";

const labels = [0, 1, 0, 1];
/** Right in the first `right` of four images. */
const set = (right: number, name?: string, severity = 1): FakeSet => ({
  role: name ? "corruption" : "test",
  labels,
  answers: labels.map((label, row) => (row < right ? label : 1 - label)),
  ...(name && { corruption: { name, severity } }),
});

test("several seeds: the mean over corruptions and seeds, from the lowest seed to the highest", () => {
  const arm = fakeArm(
    2,
    [set(4), set(4, "fog"), set(2, "frost"), set(1, "fog", 2), set(1, "frost", 2)],
    [set(3), set(2, "fog"), set(2, "frost"), set(2, "fog", 2), set(4, "frost", 2)],
  );
  expect(severityBands(arm)).toEqual([
    { severity: 0, value: 0.875, ends: [0.75, 1] },
    { severity: 1, value: 0.625, ends: [0.5, 0.75] },
    { severity: 2, value: 0.5, ends: [0.25, 0.75] },
  ]);
  expect(severityLine({ ...arm, name: "a" }, severityBands(arm)).points[2]).toEqual({ x: 2, y: 50, low: 25, high: 75 });
});

test("one seed: an interval over the images that holds the mean", () => {
  const [{ value, ends }] = severityBands(fakeArm(2, [set(2, "fog"), set(2, "frost")]));
  expect(value).toBe(0.5);
  expect(ends[0]).toBeLessThan(0.5);
  expect(ends[1]).toBeGreaterThan(0.5);
});

test("clean images count as severity 0 only where they are the same ones", () => {
  const larger = { role: "test" as const, labels: [...labels, 1], answers: [...labels, 0] };
  const others = { role: "test" as const, labels: [1, 1, 0, 1, 0], answers: [1, 1, 0, 1, 0] };
  const severities = (clean: FakeSet) => severityBands(fakeArm(2, [clean, set(2, "fog")])).map((one) => one.severity);
  // The first four of five are those that were corrupted.
  expect(severities(larger)).toEqual([0, 1]);
  expect(severities(others)).toEqual([1]);
});
