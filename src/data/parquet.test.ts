import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { imageCount, UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import type { DataOptions } from "./index.ts";
import { scratchFolder } from "./test-images.ts";
import { colours, ownDataLoader, setsOf } from "./test-own-data.ts";
import { imagesOf, parquetBytes, png, type TestTable, writeParquet } from "./test-parquet.ts";

const names = ["cat", "dog"];
const { load, notices } = ownDataLoader("parquet");

/** A folder of files, by their paths in it. */
async function madeFolder(files: Readonly<Record<string, readonly number[]>>, more: Partial<TestTable> = { names }) {
  const root = join(scratchFolder(), "pets");
  for (const [path, counts] of Object.entries(files))
    writeParquet(join(root, path), { ...(await imagesOf(counts)), ...more });
  return root;
}

describe("splits", () => {
  test("are what shards are called; images bear their own labels over row groups and files", async () => {
    const root = await madeFolder({
      "data/train-00000-of-00002.parquet": [4, 4],
      "data/train-00001-of-00002-0123456789abcdef.parquet": [3, 2],
      "data/validation-00000-of-00001.parquet": [1, 2],
      "data/test-00000-of-00001.parquet": [2, 1],
      "data/sketch-00000-of-00001.parquet": [0, 2],
    });
    const set = await load(root);
    expect(set.train.classNames).toEqual(names);
    expect(setsOf(set).map(({ name }) => name)).toEqual(["pets/train", "pets/validation", "pets/test", "pets/sketch"]);
    expect(setsOf(set).map(imageCount)).toEqual([13, 3, 3, 2]);
    for (const part of setsOf(set)) expect(colours(part).map(([red]) => red / 40)).toEqual([...part.labels]);
    expect(colours(set.train).map(([, green]) => green / 5)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 0, 0, 1, 1, 2]);
    expect(notices).toEqual([]);
  });

  test.each<[string, Readonly<Record<string, readonly number[]>>]>([
    ["folders of numbered files", { "default/train/0000.parquet": [3, 3], "default/test/0000.parquet": [1, 1] }],
    ["plain names", { "train.parquet": [3, 3], "test.parquet": [1, 1] }],
    ["names of the data set", { "pets-train-0.parquet": [3, 3], "pets_testing-0.parquet": [1, 1] }],
  ])("%s", async (_, files) => {
    const set = await load(await madeFolder(files));
    expect([imageCount(set.train) + imageCount(set.validation), imageCount(set.test)]).toEqual([6, 2]);
    expect(set.shifts).toEqual([]);
  });

  test("a file by itself gives a fifth of each class to the test; without test it is validation; a notice says so", async () => {
    const root = await madeFolder({ "train-00000-of-00002.parquet": [10, 10], "val.parquet": [2, 2] });
    const one = await load(join(root, "train-00000-of-00002.parquet"));
    expect(setsOf(one).map(imageCount)).toEqual([14, 2, 4]);
    expect(notices.join()).toMatch(/train is the only split; 4 of its 20 images, 20 % of each class, are held out/);
    await expect(load(root)).rejects.toThrow(
      /pets: 1 of 2 files of train are missing, the first is number 00001; fetch them, or give a file or folder of its own$/,
    );
    const other = await load(await madeFolder({ "train.parquet": [10, 10], "val.parquet": [2, 2] }));
    expect(setsOf(other).map(imageCount)).toEqual([18, 2, 4]);
    expect(notices.join()).toMatch(/no labelled test, so validation is the test set/);
  });

  test.each([
    ["0000.parquet", "0001.parquet"],
    ["part-00000-5a1c.snappy.parquet", "part-00001-9f0e.snappy.parquet"],
  ])("files that only have numbers, as %s, are one split", async (...files) => {
    const set = await load(await madeFolder(Object.fromEntries(files.map((file) => [file, [5, 5]]))));
    expect(setsOf(set).map(imageCount)).toEqual([14, 2, 4]);
    expect(notices.join()).toMatch(/pets: pets is the only split/);
  });

  test("a test whose labels are all −1 is left out; one −1 among others is refused", async () => {
    const root = await madeFolder({ "train.parquet": [4, 4], "validation.parquet": [2, 2] });
    const { images } = await imagesOf([2, 1]);
    writeParquet(join(root, "test.parquet"), { images, labels: [-1n, -1n, -1n], names });
    expect(setsOf(await load(root)).map(imageCount)).toEqual([6, 2, 4]);
    expect(notices[0]).toMatch(/all 3 labels of test are −1, so none are known; it is left out/);
    writeParquet(join(root, "test.parquet"), { images, labels: [0n, -1n, 1n], names });
    await expect(load(root)).rejects.toThrow(/test\.parquet, row 1: its label is −1, as are 1 of 3 of test/);
  });

  test("two configurations of one data set are not mixed", async () => {
    const root = await madeFolder({ "cropped/train-0.parquet": [2, 2], "full/train-0.parquet": [2, 2] });
    await expect(load(root)).rejects.toThrow(
      /two series of files are called train, that of cropped.train-0\.parquet and that of full.train-0\.parquet; give the folder/,
    );
    await expect(load(await madeFolder({ "train.parquet": [2, 2], "sketch.parquet": [2, 2] }))).rejects.toThrow(
      /no files of test or validation \(found sketch, train\)/,
    );
    await expect(load(await madeFolder({ "a.parquet": [2, 2], "b.parquet": [2, 2] }))).rejects.toThrow(
      /no labelled files of train \(found a, b\)/,
    );
  });
});

describe("classes", () => {
  const one = async (more: Partial<TestTable>, options: Partial<DataOptions> = {}) => {
    const root = scratchFolder();
    const path = join(root, "train.parquet");
    writeParquet(path, { ...(await imagesOf([5, 5])), ...more });
    const set = await load(path, options);
    return { ...set, counts: set.train.classNames.map((_, k) => [...set.test.labels].filter((l) => l === k).length) };
  };
  const texts = ["dog", "cat"];

  test("are texts by code point, or numbers by size, where the file names none; or a file of theirs", async () => {
    const labels = (label: (i: number) => string | bigint) => Array.from({ length: 10 }, (_, i) => label(i));
    expect((await one({ labels: labels((i) => texts[i % 2]) })).train.classNames).toEqual(["cat", "dog"]);
    const numbers = await one({ labels: labels((i) => [9n, 10n][i % 2]) });
    expect(numbers.train.classNames).toEqual(["9", "10"]);
    expect(numbers.counts).toEqual([1, 1]);
    const path = join(scratchFolder(), "names.txt");
    writeFileSync(path, "\uFEFFKatze\r\nHund\r\n");
    expect((await one({ names }, { classNames: path })).train.classNames).toEqual(["Katze", "Hund"]);
    writeFileSync(path, "Katze\n");
    await expect(one({ names }, { classNames: path })).rejects.toThrow(
      /train\.parquet, row 1: label 1 is out of range, expected 0 … 0 for 1 class names/,
    );
    writeFileSync(path, "Katze\nKatze");
    await expect(one({ names }, { classNames: path })).rejects.toThrow(/classes 0 and 1 are both called "Katze"/);
  });

  test("out of range, unknown, or missing are refused by their row; rows without one may be left out", async () => {
    const { labels } = await imagesOf([5, 5]);
    await expect(one({ names, labels: labels.with(7, 2n) })).rejects.toThrow(
      /train\.parquet, row 7: label 2 is out of range, expected 0 … 1 for 2 class names$/,
    );
    await expect(one({ names, labels: (labels as (bigint | null)[]).with(4, null) })).rejects.toThrow(
      /train\.parquet: 1 of 10 rows have no label, the first is row 4; leave such out with data.badImages skip$/,
    );
    const set = await one({ names, labels: (labels as (bigint | null)[]).with(4, null) }, { badImages: "skip" });
    expect(setsOf(set).reduce((sum, part) => sum + imageCount(part), 0)).toBe(9);
    expect(notices[0]).toMatch(/1 of 10 rows have no label, the first is row 4; they are left out/);
    const root = await madeFolder({ "train.parquet": [4, 4] }, {});
    writeParquet(join(root, "test.parquet"), { ...(await imagesOf([1, 1, 1])) });
    await expect(load(root)).rejects.toThrow(/test\.parquet, row 2: class "2" is not among those of train/);
    writeParquet(join(root, "test.parquet"), { ...(await imagesOf([1, 1])), names });
    await expect(load(root)).rejects.toThrow(/class names of label are not those of the files before/);
  });
});

describe("columns", () => {
  const path = async (more: Partial<TestTable>) => {
    const file = join(scratchFolder(), "train.parquet");
    writeParquet(file, { ...(await imagesOf([5, 5])), ...more });
    return file;
  };

  test("are found by the metadata or their type, whatever they are called, or named", async () => {
    const called = { imageColumn: "img", labelColumn: "fine_label" };
    const set = await load(await path({ ...called, names, others: ["coarse"] }));
    expect(set.train.classNames).toEqual(names);
    const file = await path({ ...called, others: ["coarse"] });
    await expect(load(file)).rejects.toThrow(
      /train\.parquet: no column of labels \(whole numbers or texts\) among img \(\{bytes, path\}\), fine_label \(INT64\), coarse \(INT32\); name one by data.labelColumn$/,
    );
    expect((await load(file, { labelColumn: "fine_label" })).train.classNames).toEqual(["0", "1"]);
    await expect(load(file, { labelColumn: "coarse" })).rejects.toThrow(/at least 2 classes are needed, found 1/);
  });

  test("that are not there, or hold something else, are refused with those that are", async () => {
    const file = await path({ names, others: ["id"] });
    await expect(load(file, { imageColumn: "photo" })).rejects.toThrow(
      /^data.imageColumn photo: no such column in .*; there are image \(\{bytes, path\}\), label \(INT64\), id \(INT32\)$/,
    );
    await expect(load(file, { imageColumn: "id" })).rejects.toThrow(
      /^data.imageColumn id \(INT32\): images are \{bytes, path\} or the bytes of image files/,
    );
    await expect(load(file, { labelColumn: "image" })).rejects.toThrow(/^data.labelColumn image/);
    const two = await path({ others: ["class"] });
    await expect(load(two)).rejects.toThrow(/label and class are columns of labels; choose one by data.labelColumn/);
  });
});

describe("images", () => {
  test("are their bytes, or the file that their path leads to from the Parquet file", async () => {
    const file = join(scratchFolder(), "train.parquet");
    const { images, labels } = await imagesOf([5, 5]);
    mkdirSync(join(dirname(file), "images"));
    writeFileSync(join(dirname(file), "images", "blue.png"), await png(80, 1, 255));
    const linked = images
      .with(3, { bytes: null, path: "images/blue.png" })
      .with(5, { bytes: images[5]!.bytes, path: "gone.png" });
    writeParquet(file, { images: linked, labels, names });
    const set = await load(file);
    const all = setsOf(set).flatMap(colours);
    expect(all.filter(([red, green]) => red === 80 && green === 1).length).toBe(1);
    expect(all.filter(([red]) => red <= 40).length).toBe(9);
  });

  test("that are missing, damaged or null are refused by their row, or skipped", async () => {
    const file = join(scratchFolder(), "train.parquet");
    const { images, labels } = await imagesOf([5, 5]);
    const bad = images
      .with(2, null)
      .with(3, { bytes: null, path: null })
      .with(4, { bytes: Buffer.from("hello"), path: "a.png" })
      .with(5, { bytes: null, path: "gone.png" });
    writeParquet(file, { images: bad, labels, names });
    await expect(load(file)).rejects.toThrow(
      /^[^\n]*train\.parquet, row \d: [^\n]*, or leave such files out with data.badImages skip \(and 3 more: [^\n]*\)$/,
    );
    const set = await load(file, { badImages: "skip" });
    expect(setsOf(set).reduce((sum, part) => sum + imageCount(part), 0)).toBe(6);
    expect(notices.join("\n")).toMatch(
      /skipped .*train\.parquet, row 2: image is empty \(null\), neither bytes nor a path/,
    );
    expect(notices.join("\n")).toMatch(/skipped .*train\.parquet, row 4: not a readable image/);
  });

  test("on disk are those in memory, and are decoded once", async () => {
    const root = await madeFolder({ "train.parquet": [6, 6], "test.parquet": [3, 3] });
    const inMemory = await load(root);
    let decoded = 0;
    for (const count of [18, 18]) {
      const streamed = await load(root, { stream: true, onProgress: () => decoded++ });
      expect(decoded).toBe(count);
      for (const [i, set] of setsOf(streamed).entries()) {
        expect(allBytes(set)).toEqual(allBytes(setsOf(inMemory)[i]));
        expect(set.labels).toEqual(setsOf(inMemory)[i].labels);
      }
    }
  });
});

describe.each<[string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array, RegExp]>([
  ["empty", () => new Uint8Array(), /not a Parquet file, which begins with PAR1/],
  ["a CSV", () => Buffer.from("path,label\n"), /not a Parquet file/],
  [
    "a pointer",
    () => Buffer.from("version https://git-lfs.github.com/spec/v1\noid"),
    /a pointer of Git LFS .* `git lfs pull`/,
  ],
  ["cut", (bytes) => bytes.subarray(0, bytes.length - 200), /ends before its footer \(\d+ bytes\); fetch it again/],
  ["without its footer", (bytes) => bytes.fill(255, bytes.length - 100, bytes.length - 10), /its footer is damaged/],
  [
    "overwritten in its first row group",
    (bytes) => bytes.fill(255, 4, 60),
    /image is damaged in row group 0, rows 0 … 2/,
  ],
])("a file that is %s", (_, damage, message) => {
  test("is refused in one line that says where", async () => {
    const file = join(scratchFolder(), "train.parquet");
    writeFileSync(file, damage(parquetBytes({ ...(await imagesOf([5, 5])), names })));
    const error = await load(file).catch((e) => e);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(file);
    expect(error.message).not.toContain("\n");
  });
});

test("an encoding that is not read is told as such", async () => {
  const file = join(scratchFolder(), "train.parquet");
  writeParquet(file, { ...(await imagesOf([5, 5])), names, labelEncoding: "DELTA_BINARY_PACKED" });
  await expect(load(file)).rejects.toThrow(
    /train\.parquet: label cannot be read: it is encoded as DELTA_BINARY_PACKED; write it as PLAIN or by a dictionary$/,
  );
});

test("no folder given, none there, none in it", async () => {
  await expect(load()).rejects.toThrow(/which file or folder/);
  await expect(load("/nowhere/at-all")).rejects.toThrow("cannot read /nowhere/at-all: no such file or folder");
  await expect(load(scratchFolder())).rejects.toThrow(/no \.parquet files in it/);
});
