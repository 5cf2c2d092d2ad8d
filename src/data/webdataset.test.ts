import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { imageCount, UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import type { DataOptions } from "./index.ts";
import { scratchFolder } from "./test-images.ts";
import { damaged } from "./test-mutations.ts";
import { colours, ownDataLoader, setsOf } from "./test-own-data.ts";
import { imagesOf, png } from "./test-parquet.ts";
import { shardOf, tarBytes, tarEnd, tarFile } from "./test-tar.ts";
import { indexShard } from "./webdataset-index.ts";

const { load, notices } = ownDataLoader("webdataset");

/** A folder of files by their names. */
function madeFolder(files: Readonly<Record<string, Uint8Array | string>>): string {
  const root = join(scratchFolder(), "pets");
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), bytes);
  }
  return root;
}

/** 10 samples of two classes, each with the files that are given beside its image. */
async function madeShard(
  beside: (label: number, i: number) => Readonly<Record<string, string | undefined>>,
  image = "png",
) {
  const { images, labels } = await imagesOf([5, 5]);
  return tarBytes(
    images.flatMap((one, i) => [
      [`./all/${i}.${image}`, one!.bytes!] as const,
      ...Object.entries(beside(Number(labels[i]), i)).map(
        ([ending, text]) => [`./all/${i}.${ending}`, text ?? ""] as const,
      ),
    ]),
  );
}

test("shards by split, each image under its own label; class names lie beside them", async () => {
  const root = madeFolder({
    "pets-train-0000.tar": await shardOf([4, 4]),
    "pets-train-0001.tar": await shardOf([3, 2]),
    "pets-test-0000.tar": await shardOf([2, 1]),
    "classnames.txt": "cat\ndog\n",
  });
  const set = await load(root);
  expect(set.train.classNames).toEqual(["cat", "dog"]);
  expect(setsOf(set).map(imageCount)).toEqual([11, 2, 3]);
  for (const part of setsOf(set)) expect(colours(part).map(([red]) => red / 40)).toEqual([...part.labels]);
  const all = [...colours(set.train), ...colours(set.validation)].map(String).sort();
  expect(all).toEqual(
    [4, 4, 3, 2]
      .flatMap((count, i) => Array.from({ length: count }, (_, green) => `${40 * (i % 2)},${5 * green}`))
      .sort(),
  );
});

describe("labels", () => {
  test.each<[string, (label: number) => Record<string, string>, Partial<DataOptions>, string[]]>([
    ["numbers", (k) => ({ cls: `${k}\n` }), {}, ["0", "1"]],
    ["texts", (k) => ({ cls: ["dog", "cat"][k] }), {}, ["cat", "dog"]],
    ["a field of .json", (k) => ({ json: JSON.stringify({ id: 7, label: k }) }), {}, ["0", "1"]],
    [
      "a named field",
      (k) => ({ json: JSON.stringify({ breed: ["b", "a"][k] }) }),
      { labelColumn: "breed" },
      ["a", "b"],
    ],
    ["a named ending", (k) => ({ "index.txt": `${k + 1}`, cls: "5" }), { labelColumn: "index.txt" }, ["1", "2"]],
    ["a .json of a number", (k) => ({ json: `${k}` }), {}, ["0", "1"]],
  ])("%s", async (_, beside, options, classNames) => {
    const set = await load(join(madeFolder({ "train.tar": await madeShard(beside) }), "train.tar"), options);
    expect(set.train.classNames).toEqual(classNames);
    const sign = classNames[0] === "cat" || classNames[0] === "a" ? [1, 0] : [0, 1];
    for (const part of setsOf(set)) expect(colours(part).map(([red]) => sign[red / 40])).toEqual([...part.labels]);
  });

  test("that are missing, no JSON, no whole number, or out of range are refused by their file", async () => {
    const refused = async (
      beside: (label: number, i: number) => Record<string, string | undefined>,
      message: RegExp,
    ) => {
      const root = madeFolder({ "train.tar": await madeShard(beside), "classes.txt": "cat\ndog" });
      const error = await load(root).catch((e) => e);
      expect(error).toBeInstanceOf(UserError);
      expect(error.message).toMatch(message);
    };
    await refused(
      (k, i) => (i === 3 ? { txt: "a dog" } : { cls: `${k}` }),
      /train\.tar: 1 of 10 samples have no label, the first is sample 3; leave such out/,
    );
    await refused((k, i) => (i === 3 ? { json: "{" } : { cls: `${k}` }), /train\.tar, \.\/all\/3\.json: no JSON/);
    await refused((k) => ({ json: `${k + 0.5}` }), /0\.png: label 0\.5 is no whole number/);
    await refused((k) => ({ cls: `${k + 1}` }), /1\.png: label 2 is out of range, expected 0 … 1/);
  });
});

test("samples: several images need a choice, those without one are counted, hidden files are none", async () => {
  const { images, labels } = await imagesOf([5, 5]);
  const files = (more: (i: number) => readonly (readonly [string, Uint8Array | string])[]) =>
    tarBytes(
      images.flatMap((image, i) => [
        [`${i}.jpg`, image!.bytes!] as const,
        [`${i}.cls`, `${labels[i]}`] as const,
        ...more(i),
      ]),
    );
  const mask = await png(255, 255, 255);
  const two = madeFolder({ "train.tar": files((i) => [[`${i}.png`, mask]]) });
  await expect(load(two)).rejects.toThrow(/0\.jpg: its sample has images jpg and png; choose one by data.imageColumn/);
  expect(colours((await load(two, { imageColumn: "png" })).test)[0]).toEqual([255, 255]);
  expect(colours((await load(two, { imageColumn: ".JPG" })).test)[0]).not.toEqual([255, 255]);
  const others = madeFolder({
    "train.tar": files((i) => [
      [`${i}.seg.png`, mask],
      [`._${i}.png`, mask],
      [`__shard${i}__.json`, "{"],
      [`text${i}.txt`, "no image"],
    ]),
  });
  expect(setsOf(await load(others)).reduce((sum, part) => sum + imageCount(part), 0)).toBe(10);
  expect(notices[0]).toMatch(/train\.tar: 10 of 20 samples have no image; they are left out/);
  const twice = madeFolder({ "train.tar": files((i) => [[`${i}.cls`, "1"]]) });
  await expect(load(twice)).rejects.toThrow(/train\.tar: 0\.cls is there twice/);
});

test("long names of GNU and pax", async () => {
  const { images, labels } = await imagesOf([5, 5]);
  const long = "photographs/".repeat(20);
  const record = (key: string, value: string) => {
    const rest = ` ${key}=${value}\n`;
    const length = rest.length + 3;
    return Buffer.from(`${length}${rest}`);
  };
  const shard = Buffer.concat([
    ...images.flatMap((image, i) => [
      tarFile("././@LongLink", Buffer.from(`${long}${i}.png\0`), "L"),
      tarFile("cut", image!.bytes!),
      tarFile("PaxHeaders/x", record("path", `${long}${i}.cls`), "x"),
      tarFile("cut", Buffer.from(`${labels[i]}`)),
    ]),
    tarEnd,
  ]);
  const set = await load(madeFolder({ "train.tar": shard }));
  expect(setsOf(set).map(imageCount)).toEqual([6, 2, 2]);
  for (const part of setsOf(set)) expect(colours(part).map(([red]) => red / 40)).toEqual([...part.labels]);
});

test("the index is kept, and made anew for another shard or other options; a damaged one does no harm", async () => {
  const root = madeFolder({ "train.tar": await shardOf([5, 5]) });
  const path = join(root, "train.tar");
  const dataDir = join(dirname(root), "cache");
  const first = indexShard(path, {}, dataDir);
  const kept = () => readdirSync(join(dataDir, "webdataset")).map((name) => join(dataDir, "webdataset", name));
  expect(kept().length).toBe(1);
  const changed = readFileSync(kept()[0], "utf8").replace('"label":0', '"label":9');
  writeFileSync(kept()[0], changed);
  expect(indexShard(path, {}, dataDir).samples.filter(({ label }) => label === 9).length).toBe(1);
  writeFileSync(kept()[0], changed.slice(0, 300));
  expect(indexShard(path, {}, dataDir)).toEqual(first);
  expect(() => indexShard(path, { imageColumn: "jpg" }, dataDir)).not.toThrow();
  expect(indexShard(path, { imageColumn: "jpg" }, dataDir)).toEqual({ samples: [], without: 10 });
  writeFileSync(path, await shardOf([6, 5]));
  utimesSync(path, 1, 1);
  expect(indexShard(path, {}, dataDir).samples.length).toBe(11);
});

test("images on disk are those in memory, and are decoded once", async () => {
  const root = madeFolder({ "train.tar": await shardOf([6, 6]), "test.tar": await shardOf([3, 3]) });
  const inMemory = await load(root);
  let decoded = 0;
  for (let i = 0; i < 2; i++) {
    const streamed = await load(root, { stream: true, onProgress: () => decoded++ });
    expect(decoded).toBe(18);
    for (const [k, set] of setsOf(streamed).entries()) {
      expect(allBytes(set)).toEqual(allBytes(setsOf(inMemory)[k]));
      expect(set.labels).toEqual(setsOf(inMemory)[k].labels);
    }
  }
});

describe.each<[string, (shard: Buffer) => Uint8Array, RegExp]>([
  ["empty", () => new Uint8Array(), /train\.tar: ends without an end mark/],
  ["gzipped", () => Buffer.from("1f8b0800".repeat(200), "hex"), /train\.tar: not a tar archive, or damaged at byte 0/],
  ["cut within a file", (shard) => shard.subarray(0, 600), /train\.tar: ends within "0\.png"/],
  [
    "cut between files",
    (shard) => shard.subarray(0, 2048),
    /train\.tar: ends without an end mark, so files may be missing/,
  ],
  ["two in one", (shard) => Buffer.concat([shard, shard]), /train\.tar: \d+ bytes lie behind its end mark/],
  [
    "damaged in a header",
    (shard) => shard.fill(65, 1030, 1040),
    /train\.tar: not a tar archive, or damaged at byte 1024/,
  ],
])("a shard that is %s", (_, damage, message) => {
  test("is refused in one line that says where", async () => {
    const root = madeFolder({ "train.tar": damage(await shardOf([3, 3])) });
    const error = await load(root).catch((e) => e);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("\n");
  });
});

test("a damaged shard is read or refused in one line", async () => {
  const root = madeFolder({ "train.tar": "" });
  const path = join(root, "train.tar");
  const whole = await madeShard((k) => ({ json: `{"label": ${k}}` }));
  let refused = 0;
  await fc.assert(
    fc.property(damaged(whole), (bytes) => {
      writeFileSync(path, bytes);
      try {
        // Its time is that of the last change: no index of another is taken.
        indexShard(path, {}, join(root, `${statSync(path).ino}`, "nowhere\0"));
      } catch (error) {
        refused++;
        expect(error).toBeInstanceOf(UserError);
        expect((error as Error).message).toMatch(/^[^\n]*train\.tar[:,] [^\n]*$/);
      }
    }),
    { numRuns: 3000 },
  );
  expect(refused).toBeGreaterThan(500);
}, 60_000);

test("no folder given, none there, none in it", async () => {
  await expect(load()).rejects.toThrow(/which file or folder/);
  await expect(load("/nowhere/at-all")).rejects.toThrow("cannot read /nowhere/at-all: no such file or folder");
  await expect(load(scratchFolder())).rejects.toThrow(/no \.tar files in it/);
});
