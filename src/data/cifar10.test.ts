import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { extractBatches, readBatch } from "./cifar10.ts";
import { checkDataSet, loadDataSet } from "./index.ts";
import { writeCifar10 } from "./test-data-sets.ts";
import { scratchFolder } from "./test-images.ts";
import { tarFile } from "./test-tar.ts";

const load = (dataDir: string) => loadDataSet({ name: "cifar10", seed: 0, dataDir });

test("planes become pixels", () => {
  const dataDir = scratchFolder();
  writeCifar10(dataDir);
  const file = join(dataDir, "cifar-10-batches-bin", "test_batch.bin");
  const shape = { height: 32, width: 32, channels: 3, images: new Uint8Array(10_000 * 3072) };
  const set = { ...shape, labels: new Int32Array(10_000) };
  readBatch(readFileSync(file), file, set, 0);
  expect([...set.labels.subarray(0, 12)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
  // writeCifar10: red is the label, green 100, blue 200.
  expect([...allBytes(set).subarray(3072, 3078)]).toEqual([1, 100, 200, 1, 100, 200]);
});

describe.each([
  ["truncated", (bytes: Buffer) => bytes.subarray(0, 1000), /expected 30730000 bytes .*, found 1000$/],
  ["of CIFAR-100", () => Buffer.alloc(3074 * 10_000), /expected 30730000 bytes .*, found 30740000$/],
  ["not of CIFAR", (bytes: Buffer) => bytes.fill(99), /image 0 has label 99, expected 0 … 9; not a CIFAR-10 batch/],
])("a batch file %s", (_, damage, message) => {
  test("is refused by name", async () => {
    const dataDir = scratchFolder();
    writeCifar10(dataDir);
    const file = join(dataDir, "cifar-10-batches-bin", "data_batch_1.bin");
    const bytes = damage(readFileSync(file));
    writeFileSync(file, bytes);
    const error = await load(dataDir).catch((e) => e);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(file);
  });
});

test("no data: the error says where it looked and how to fetch", async () => {
  const dataDir = scratchFolder();
  await expect(load(dataDir)).rejects.toThrow(
    `cifar10: neither cifar-10-batches-bin nor cifar-10-batches-py under ${dataDir}; run \`anchored data fetch cifar10\``,
  );
});

describe("unpacking the archive", () => {
  const names = [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`).concat("test_batch.bin", "batches.meta.txt");
  const archive = (list: readonly string[]) =>
    Buffer.concat([
      tarFile("../outside.bin", Buffer.from("no")),
      ...list.map((name, i) => tarFile(`cifar-10-batches-bin/${name}`, Buffer.alloc(700 + i, i))),
      Buffer.alloc(1024),
    ]);
  const write = (bytes: Buffer): { path: string; folder: string } => {
    const root = scratchFolder();
    mkdirSync(join(root, "in"));
    const path = join(root, "in", "a.tar.gz");
    writeFileSync(path, bytes);
    return { path, folder: join(root, "out") };
  };

  test("writes the batches and nothing else", async () => {
    const { path, folder } = write(gzipSync(archive(names)));
    await extractBatches(path, folder);
    names.forEach((name, i) => {
      expect(readFileSync(join(folder, name))).toEqual(Buffer.alloc(700 + i, i));
    });
  });

  test.each([
    ["without a batch", gzipSync(archive(names.slice(1))), /holds no data_batch_1.bin/],
    ["that ends early", gzipSync(archive(names).subarray(0, 3100)), /ends within "cifar-10-batches-bin\//],
    ["that is no gzip", Buffer.from("hello"), /not a complete gzip file/],
  ])("an archive %s is refused by name", async (_, bytes, message) => {
    const { path, folder } = write(bytes);
    const error = await extractBatches(path, folder).catch((e) => e);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
  });
});

// The real images are too many to commit: ANCHORED_TEST_CIFAR10 names a folder that holds cifar-10-batches-bin.
const real = process.env.ANCHORED_TEST_CIFAR10;
test.skipIf(!real)("the real images are as declared", async () => {
  const set = await load(real!);
  expect(set.title).toMatch(/^CIFAR-10( \(JPEG copy\))?$/);
  const { problems, splits } = checkDataSet(set);
  expect(problems).toEqual([]);
  expect(splits[0].classCounts).toEqual(Array(10).fill(4500));
});
