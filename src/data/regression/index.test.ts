import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { RegressionData, RegressionSet } from "../../core/index.ts";
import {
  loadRegressionData,
  type RegressionDataName,
  type RegressionDataOptions,
  regressionDataNames,
  regressionDataTable,
  regressionFingerprint,
  resolveRegressionOptions,
} from "./index.ts";
import { ramp, writeImageTable } from "./test-tables.ts";

const dataDir = mkdtempSync(join(tmpdir(), "anchored-regression-"));
afterAll(() => rmSync(dataDir, { recursive: true }));

interface Case {
  readonly options: () => RegressionDataOptions | Promise<RegressionDataOptions>;
  /** [train, validation, test, …shifts]. */
  readonly counts: readonly number[];
  readonly title: string;
}

function rampFile(): string {
  const path = join(dataDir, "ramp.csv");
  writeFileSync(path, ramp(40));
  return path;
}

const cases: { [name in RegressionDataName]: readonly Case[] } = {
  csv: [
    {
      options: () => ({ name: "csv", file: rampFile(), targets: ["y"] }),
      counts: [29, 3, 8],
      title: "ramp.csv: y",
    },
  ],
  images: [
    {
      options: async () => ({ name: "images", folder: await writeImageTable(10), targets: ["y"], imageSize: 8 }),
      counts: [7, 1, 2],
      title: "dots: y",
    },
  ],
  // Drawings as those of the emoji data set: 3 vendors of the training, 2 of the shift.
  "emoji-rotation": [
    {
      options: () => ({ name: "emoji-rotation", imageSize: 8 }),
      counts: [2271, 249, 633, 422],
      title: "Emoji rotation",
    },
  ],
  "emoji-count": [
    {
      options: () => ({ name: "emoji-count", imageSize: 40, count: 100 }),
      counts: [72, 8, 20, 20],
      title: "Emoji count",
    },
  ],
  functions: [
    {
      options: () => ({ name: "functions", function: "friedman1", count: 50, noise: 1 }),
      counts: [36, 4, 10],
      title: "Friedman 1 of 10 inputs, noise 1",
    },
  ],
};

const setsOf = ({ train, validation, test, shifts }: RegressionData) => [train, validation, test, ...shifts];

function expectWhole({ count, inputs, targets }: RegressionSet): void {
  expect(targets.data.length).toBe(count * targets.names.length);
  expect(targets.data.every(Number.isFinite)).toBe(true);
  if (inputs.kind === "numbers") {
    expect(inputs.data.length).toBe(count * inputs.names.length);
    expect(inputs.data.every(Number.isFinite)).toBe(true);
  } else expect(inputs.images.length).toBe(count * inputs.height * inputs.width * inputs.channels);
}

describe.each(regressionDataNames.flatMap((name) => cases[name].map((one) => [name, one] as const)))(
  "regression data set %s",
  (name, { options, counts, title }) => {
    let data: RegressionData;

    test("holds what it declares", async () => {
      data = await loadRegressionData(await options(), { dataDir });
      expect(data.name).toBe(name);
      expect(data.title).toBe(title);
      const sets = setsOf(data);
      expect(sets.map(({ count }) => count)).toEqual(counts);
      for (const set of sets) expectWhole(set);
      const stem = data.train.name.replace(/\/train$/, "");
      expect(sets.slice(0, 3).map((set) => set.name)).toEqual([`${stem}/train`, `${stem}/validation`, `${stem}/test`]);
    });

    test("the same options give the same data, another seed gives others", async () => {
      const given = await options();
      const again = await loadRegressionData(given, { dataDir });
      expect(setsOf(again).map(regressionFingerprint)).toEqual(setsOf(data).map(regressionFingerprint));
      const other = await loadRegressionData({ ...given, seed: 5 }, { dataDir });
      expect(regressionFingerprint(other.test)).not.toBe(regressionFingerprint(data.test));
    });

    test("a shift of the target gives a shift set, of which nothing is trained on", async () => {
      const shifted = await loadRegressionData({ ...(await options()), shift: "gaps" }, { dataDir });
      const gap = shifted.shifts.find((set) => set.name.endsWith("/gap"))!;
      const width = gap.targets.names.length;
      const first = ({ targets }: RegressionSet) => [...targets.data].filter((_, i) => i % width === 0);
      const [low, high] = [Math.min(...first(gap)), Math.max(...first(gap))];
      for (const set of setsOf(shifted).filter((one) => one !== gap))
        expect(first(set).filter((value) => value >= low && value <= high)).toEqual([]);
    });

    test("an unknown option is refused in one line that lists the known ones", async () => {
      const wrong = { ...(await options()), tragets: ["y"] };
      const known = Object.keys(regressionDataTable[name].options.shape).join(", ");
      await expect(loadRegressionData(wrong, { dataDir })).rejects.toThrow(
        new RegExp(`^data ${name}: unknown option "tragets"; known: ${known}$`),
      );
    });

    test("every option but the name has help", () => {
      for (const [option, schema] of Object.entries(regressionDataTable[name].options.shape))
        if (option !== "name") expect(schema.meta()?.help, option).toMatch(/\w/);
    });
  },
);

const refused: readonly (readonly [options: object, message: string])[] = [
  [{ name: "cvs" }, `unknown regression data set "cvs"; known: ${regressionDataNames.join(", ")}`],
  [{ name: "csv", targets: ["y"] }, "data csv: file: must be given"],
  [{ name: "csv", file: "a.csv" }, "data csv: targets: must be given"],
  [{ name: "csv", file: "a.csv", targets: [] }, "data csv: targets: "],
  [{ name: "functions", function: "sine", testFraction: 1 }, "data functions: testFraction: "],
  [{ name: "functions", function: "sine", validationFraction: 0 }, "data functions: validationFraction: "],
  [{ name: "functions", function: "sine", shift: "gap" }, "data functions: shift: "],
  [{ name: "functions", function: "sine", seed: 0.5 }, "data functions: seed: "],
  [{ name: "functions", function: "cosine" }, "data functions: function: "],
  [{ name: "functions", function: "sine", noise: Number.NaN }, "data functions: noise: "],
];

test.each(refused)("refused: %o", async (options, message) => {
  const error = await loadRegressionData(options as RegressionDataOptions).catch((thrown) => thrown);
  expect(error.name).toBe("UserError");
  expect(error.message.startsWith(message), error.message).toBe(true);
  expect(error.message).not.toContain("\n");
});

test("defaults are filled in, as a config stores them", () => {
  expect(resolveRegressionOptions({ name: "functions", function: "sine" })).toEqual({
    name: "functions",
    function: "sine",
    count: 1000,
    noise: 0,
    seed: 0,
    validationFraction: 0.1,
    shift: "none",
  });
});
