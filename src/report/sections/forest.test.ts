import { expect, test } from "vitest";
import type { Contrast } from "../contrast.ts";
import { forestRow } from "./forest.ts";

test.each<[string, Contrast, string, string, boolean]>([
  [
    "better",
    { difference: 0.051, interval: [0.041, 0.06], standing: "better" },
    "+5.1 [+4.1, +6.0] better",
    "var(--better)",
    false,
  ],
  [
    "worse",
    { difference: -0.573, interval: [-0.602, -0.543], standing: "worse" },
    "−57.3 [−60.2, −54.3] worse",
    "var(--worse)",
    false,
  ],
  [
    "holds zero",
    { difference: 0.02, interval: [-0.019, 0.059], standing: "undecided" },
    "+2.0 [−1.9, +5.9] not distinguishable",
    "var(--muted)",
    true,
  ],
  ["no interval", { difference: -0.038 }, "−3.8 (no interval from one seed)", "var(--muted)", true],
])("a row of the forest: %s", (_, contrast, detail, color, hollow) => {
  const row = forestRow("where", contrast);
  expect(row).toMatchObject({ name: "where", detail, color, hollow });
  expect(row.value).toBeCloseTo(100 * contrast.difference, 12);
  expect([row.low, row.high].map((end) => end && end / 100)).toEqual(
    contrast.interval?.map((end) => expect.closeTo(end, 12)) ?? [undefined, undefined],
  );
});
