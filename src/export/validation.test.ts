import { expect, test } from "vitest";
import { fitTemperature } from "./validation.ts";

const validation = (labels: number[]) => ({
  set: "held out",
  logits: Float32Array.from({ length: 2 * labels.length }, (_, i) => (i % 2 === 0 ? 2 : 0)),
  labels: Int32Array.from(labels),
  classes: 2,
});

test("a temperature by hand: as sure as it is right", () => {
  // Right in three of four: e^(2 / T) = 3.
  expect(fitTemperature(validation([0, 0, 1, 0])).temperature).toBeCloseTo(2 / Math.log(3), 6);
  expect(fitTemperature(validation([0, 0, 1, 0])).notice).toBeUndefined();
});

test.each([
  ["every image is right", [0, 0, 0, 0], "every validation image is right"],
  ["half of two classes are", [0, 1, 0, 1], "no better than chance"],
])("where %s the temperature is 1, with a reason", (_, labels, reason) => {
  const { temperature, notice } = fitTemperature(validation(labels));
  expect(temperature).toBe(1);
  expect(notice).toContain(reason);
});
