import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ImageSet, imageCount, UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import type { DataOptions } from "./index.ts";
import { scratchFolder } from "./test-images.ts";
import { ownDataLoader, setsOf } from "./test-own-data.ts";
import { png } from "./test-parquet.ts";

const { load, notices } = ownDataLoader("image-table");
const reds = (set: ImageSet) => Array.from({ length: imageCount(set) }, (_, i) => allBytes(set)[i * 192] / 40);

/** 20 images, `images/7.png` of class 7 modulo 2, and tables by their names. */
async function madeFolder(tables: Readonly<Record<string, string>>): Promise<string> {
  const root = scratchFolder();
  mkdirSync(join(root, "images"));
  for (let i = 0; i < 20; i++) writeFileSync(join(root, "images", `${i}.png`), await png(40 * (i % 2), i, 60));
  for (const [name, text] of Object.entries(tables)) writeFileSync(join(root, name), text);
  return root;
}
const lines = (from: number, to: number, more: (i: number) => string) =>
  Array.from({ length: to - from }, (_, k) => `images/${from + k}.png,${more(from + k)}`).join("\n");
const animal = (i: number) => ["cat", "dog"][i % 2];

describe("splits", () => {
  test("labels.csv alone is held out of; its labels are the images' own", async () => {
    const set = await load(await madeFolder({ "labels.csv": `path,label\n${lines(0, 20, animal)}` }));
    expect(set.train.classNames).toEqual(["cat", "dog"]);
    expect(setsOf(set).map(imageCount)).toEqual([14, 2, 4]);
    for (const part of setsOf(set)) expect(reds(part)).toEqual([...part.labels]);
    expect(notices.join()).toMatch(/train is the only split; 4 of its 20 images/);
  });

  test("a column says them, or a table for each", async () => {
    const split = (i: number) => (i < 12 ? "train" : i < 16 ? "val" : i < 18 ? "Test" : "sketch");
    const one = await load(
      await madeFolder({ "labels.csv": `file_name,class,split\n${lines(0, 20, (i) => `${animal(i)},${split(i)}`)}` }),
    );
    expect(setsOf(one).map(imageCount)).toEqual([12, 4, 2, 2]);
    const called = { split: "part", imageColumn: "a", labelColumn: "b", table: "" };
    const other = await madeFolder({
      "all.tsv": `a\tb\tpart\n${lines(0, 20, (i) => `${animal(i)},${split(i)}`).replaceAll(",", "\t")}`,
    });
    expect(setsOf(await load(other, { ...called, table: join(other, "all.tsv") })).map(imageCount)).toEqual([
      12, 4, 2, 2,
    ]);
    const two = await madeFolder({
      "train.csv": `image,label\n${lines(0, 16, (i) => `${i % 2}`)}`,
      "test.csv": `image,label\n${lines(16, 20, (i) => `${i % 2}`)}`,
      "names.txt": "Katze\nHund",
    });
    const set = await load(two, { classNames: join(two, "names.txt") });
    expect(setsOf(set).map(imageCount)).toEqual([14, 2, 4]);
    expect(set.train.classNames).toEqual(["Katze", "Hund"]);
    for (const part of setsOf(set)) expect(reds(part)).toEqual([...part.labels]);
  });
});

describe.each<[string, string, Partial<DataOptions>, RegExp]>([
  [
    "without such columns",
    "a,b\n1,2",
    {},
    /labels\.csv: none of its columns \(a, b\) is called path, .*; name it by data.imageColumn$/,
  ],
  [
    "without labels",
    `path,kind\n${lines(0, 4, animal)}`,
    {},
    /is called label, class, .*; name it by data.labelColumn$/,
  ],
  [
    "without a named column",
    `path,label\n${lines(0, 4, animal)}`,
    { split: "part" },
    /no column "part"; its columns: "path", "label"/,
  ],
  [
    "of one column for both",
    `path,label\n${lines(0, 4, animal)}`,
    { labelColumn: "path" },
    /column "path" cannot be both/,
  ],
  [
    "with an image twice",
    `path,label\n${lines(0, 4, animal)}\nimages/../images/1.png,cat`,
    {},
    /line 6: "images\/\.\.\/images\/1\.png" stands at .*line 3 already/,
  ],
  [
    "with an image that is not there",
    `path,label\n${lines(0, 22, animal)}`,
    {},
    /line 22: "images\/20\.png" is no file in .* \(and 1 more\); mend it, or leave such rows out with data.badImages skip$/,
  ],
  [
    "with a label missing",
    `path,label\n${lines(0, 4, (i) => (i === 2 ? "" : animal(i)))}`,
    {},
    /1 of 4 rows have no label, the first is row 2/,
  ],
  [
    "with a class of the test alone",
    `path,label,split\n${lines(0, 4, (i) => `${i === 3 ? "cow" : animal(i)},${i < 2 ? "train" : "test"}`)}`,
    {},
    /3\.png: class "cow" is not among those of train/,
  ],
  ["of one class", `path,label\n${lines(0, 4, () => "cat")}`, {}, /at least 2 classes are needed, found 1/],
])("a table %s", (_, table, options, message) => {
  test("is refused in one line", async () => {
    const error = await load(await madeFolder({ "labels.csv": table }), options).catch((e) => e);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("\n");
  });
});

test("rows without an image or a label may be left out, and are told", async () => {
  const root = await madeFolder({ "labels.csv": `path,label\n${lines(0, 22, (i) => (i === 2 ? "" : animal(i)))}` });
  const set = await load(root, { badImages: "skip" });
  expect(setsOf(set).reduce((sum, part) => sum + imageCount(part), 0)).toBe(19);
  expect(notices[0]).toMatch(/1 of 22 rows have no label, the first is row 2; they are left out/);
  expect(notices[1]).toMatch(/line 22: "images\/20\.png" is no file in .* \(and 1 more\); left out/);
});

test("images on disk are those in memory", async () => {
  const root = await madeFolder({ "labels.csv": `path,label\n${lines(0, 20, animal)}` });
  const [inMemory, streamed] = [
    await load(root),
    await load(root, { stream: true, dataDir: join(dirname(root), "cache") }),
  ];
  for (const [i, set] of setsOf(streamed).entries()) expect(allBytes(set)).toEqual(allBytes(setsOf(inMemory)[i]));
});

test("no folder given, none there, no table in it", async () => {
  await expect(load()).rejects.toThrow(/which folder\? It must hold the images, and labels\.csv/);
  await expect(load("/nowhere/at-all")).rejects.toThrow("cannot read /nowhere/at-all: no such file or folder");
  await expect(load(scratchFolder())).rejects.toThrow(
    /neither labels\.csv nor train\.csv in it; put one there, or give data.table/,
  );
});
