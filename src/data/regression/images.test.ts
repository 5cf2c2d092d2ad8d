import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { imageAt, type RegressionData } from "../../core/index.ts";
import { scratchFolder } from "../test-images.ts";
import { loadRegressionData, type RegressionDataOptions } from "./index.ts";
import { valuesOf, writeImageTable } from "./test-tables.ts";

type ImagesOptions = Extract<RegressionDataOptions, { name: "images" }>;

const load = async (folder: string, options: Partial<ImagesOptions> = {}) => {
  const notices: string[] = [];
  const data = await loadRegressionData(
    { name: "images", folder, targets: ["y"], imageSize: 8, ...options },
    { dataDir: scratchFolder(), onNotice: (line) => notices.push(line.replaceAll(folder, "DOTS")) },
  );
  return { data, notices };
};
const setsOf = ({ train, validation, test, shifts }: RegressionData) => [train, validation, test, ...shifts];

test("every image goes with its own target, in whatever set it is", async () => {
  const { data, notices } = await load(await writeImageTable(10));
  const pairs = setsOf(data).flatMap((set) =>
    valuesOf(set, "y").map((y, row) => {
      if (set.inputs.kind !== "images") throw new Error("images expected");
      return [y, ...imageAt(set.inputs, row).slice(0, 3)];
    }),
  );
  expect(pairs.sort((a, b) => a[0] - b[0])).toEqual(Array.from({ length: 10 }, (_, i) => [i, 10 * i, 0, 200]));
  expect(data.train.name).toBe("dots/train");
  expect(notices).toEqual([]);
});

test("a table elsewhere, another file column, a split column", async () => {
  const folder = await writeImageTable(6);
  const table = join(scratchFolder(), "angles.tsv");
  const lines = ["0.png\t5\ttest", "1.png\t6\ttrain", "2.png\t7\ttrain", "3.png\t8\tvalidation"];
  writeFileSync(table, `picture\tangle\tpart\n${lines.join("\n")}\n`);
  const { data, notices } = await load(folder, { table, fileColumn: "picture", targets: ["angle"], split: "part" });
  expect(setsOf(data).map((set) => valuesOf(set, "angle"))).toEqual([[6, 7], [8], [5]]);
  expect(notices).toEqual(["DOTS: 2 of 6 images are not in the table, e.g. 4.png"]);
});

test("rows without an image, and images that cannot be read, are left out where that is asked for", async () => {
  const folder = await writeImageTable(10);
  rmSync(join(folder, "2.png"));
  rmSync(join(folder, "5.png"));
  writeFileSync(join(folder, "7.png"), "no image");
  const { data, notices } = await load(folder, { missing: "skip" });
  expect(
    setsOf(data)
      .flatMap((set) => valuesOf(set, "y"))
      .sort(),
  ).toEqual([0, 1, 3, 4, 6, 8, 9]);
  expect(notices).toHaveLength(2);
  expect(notices[0]).toBe('DOTS/targets.csv: 2 of 10 rows left out: no such image in DOTS; the first, line 4: "2.png"');
  expect(notices[1]).toMatch(/^skipped DOTS\/7\.png: not a readable image/);
});

const refused: readonly (readonly [
  what: string,
  spoil: (folder: string) => void,
  options: Partial<ImagesOptions>,
  message: string,
])[] = [
  [
    "a row without an image",
    (folder) => rmSync(join(folder, "2.png")),
    {},
    'DOTS/targets.csv, line 4: "2.png" is no image in DOTS; mend it, or leave such rows out with missing: skip',
  ],
  [
    "a file that two rows name",
    (folder) => appendFileSync(join(folder, "targets.csv"), "./1.png,4\n"),
    {},
    'DOTS/targets.csv, line 8: "./1.png" stands at line 3 already; keep one of the two',
  ],
  [
    "an image that cannot be read",
    (folder) => writeFileSync(join(folder, "3.png"), "no image"),
    {},
    "DOTS/3.png: not a readable image",
  ],
  [
    "no table",
    (folder) => rmSync(join(folder, "targets.csv")),
    {},
    "cannot read DOTS/targets.csv: no such file or folder",
  ],
  [
    "no such file column",
    () => {},
    { fileColumn: "path" },
    'DOTS/targets.csv: no column "path"; its columns: "file", "y"',
  ],
  [
    "a row without a file",
    (folder) => appendFileSync(join(folder, "targets.csv"), ",4\n"),
    {},
    'DOTS/targets.csv, line 8, column "file": no value',
  ],
  [
    "the file column as target",
    () => {},
    { targets: ["file"] },
    'DOTS/targets.csv: column "file" cannot be both in targets and in the file column',
  ],
];

test.each(refused)("refused: %s", async (_, spoil, options, message) => {
  const folder = await writeImageTable(6);
  expect(readFileSync(join(folder, "targets.csv"), "utf8").split("\n")).toHaveLength(8);
  spoil(folder);
  const error = await load(folder, options).catch((thrown) => thrown);
  expect(error.name).toBe("UserError");
  const line = error.message.replaceAll(folder, "DOTS");
  expect(line.startsWith(message), line).toBe(true);
});
