import { expect, test } from "vitest";
import type { ReportedStudy } from "../study.ts";
import { interpolation } from "./interpolation.ts";

const arm = (at: number | undefined, clean: number, damaged?: number, shifted?: number) => ({
  name: `arm ${at}`,
  color: "blue",
  runs: [
    {
      results: {
        settings: at === undefined ? {} : { "interpolated.at": at },
        sets: [
          { set: "photos/test", metrics: { accuracy: clean } },
          ...(shifted === undefined ? [] : [{ set: "photos/sketch", metrics: { accuracy: shifted } }]),
        ],
        ...(damaged !== undefined && { corruptions: { cells: [{ metrics: { accuracy: damaged } }] } }),
      },
    },
  ],
});

const study = (...arms: ReturnType<typeof arm>[]) =>
  ({
    arms,
    sets: [
      { set: "photos/test", role: "test" },
      { set: "photos/sketch", role: "shift" },
    ],
  }) as unknown as ReportedStudy;

test("points in the order of α, other arms left out; damage stands for shift where there is any", async () => {
  const drawn = (await interpolation(study(arm(1, 0.9, 0.5, 0.1), arm(undefined, 0.5, 0.5), arm(0, 0.7, 0.6, 0.2))))
    ?.markup;
  expect(drawn).toContain("α 0: 70.0, 60.0; α 1: 90.0, 50.0");
  expect(drawn).toContain("accuracy under damage");
  expect(drawn).not.toContain("undefined");
});

test("without damage it is the shifted set", async () => {
  const drawn = (await interpolation(study(arm(0, 0.7, undefined, 0.2), arm(0.5, 0.8, undefined, 0.3))))?.markup;
  expect(drawn).toContain("α 0: 70.0, 20.0; α 0.5: 80.0, 30.0");
  expect(drawn).toContain("accuracy on photos/sketch");
});

test("one point, or none, is no path", async () => {
  expect(await interpolation(study(arm(0.5, 0.7, 0.6), arm(undefined, 0.7, 0.6)))).toBeUndefined();
});
