import {
  appendFileSync,
  existsSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { allBytes, type DataSet, fingerprintOf, ImageFile, type ImageSet, subset } from "../core/index.ts";
import { type DataOptions, loadDataSet } from "./index.ts";
import { writeFolder } from "./test-data-sets.ts";
import { scratchFolder } from "./test-images.ts";

const layout = { train: { cat: 5, dog: 5 }, test: { cat: 2, dog: 1 }, sketch: { dog: 2 } };
const setsOf = ({ train, validation, test, shifts }: DataSet): ImageSet[] => [train, validation, test, ...shifts];

async function madeFolder() {
  const [root, dataDir] = [scratchFolder(), scratchFolder()];
  await writeFolder(root, layout);
  const notices: string[] = [];
  const decoded: number[] = [];
  const load = (options: Partial<DataOptions> = {}) => {
    decoded.push(0);
    return loadDataSet({
      name: "folder",
      seed: 1,
      folder: root,
      dataDir,
      imageSize: 8,
      stream: true,
      onProgress: () => decoded.push(decoded.pop()! + 1),
      onNotice: (line) => notices.push(line),
      ...options,
    });
  };
  const cache = () => join(dataDir, "folder", readdirSync(join(dataDir, "folder"))[0]);
  return { root, load, notices, decoded, cache };
}

test("images on disk are those in memory: bytes, labels, statistics, fingerprints, subsets", async () => {
  const { load } = await madeFolder();
  const [streamed, inMemory] = [await load(), await load({ stream: false })];
  expect(streamed.normalization).toEqual(inMemory.normalization);
  for (const [i, set] of setsOf(streamed).entries()) {
    const other = setsOf(inMemory)[i];
    expect(set.images).toBeInstanceOf(ImageFile);
    expect(other.images).toBeInstanceOf(Uint8Array);
    expect({ ...set, images: allBytes(set) }).toEqual({ ...other, images: allBytes(other) });
    expect(fingerprintOf(set, "as")).toBe(fingerprintOf(other, "as"));
    expect(allBytes(subset(set, [1, 0]))).toEqual(allBytes(subset(other, [1, 0])));
  }
});

describe("the cache", () => {
  test("is read the second time; a changed file is decoded anew, and counts", async () => {
    const { root, load, decoded } = await madeFolder();
    const before = await load();
    await load();
    const path = join(root, "test", "dog", "0.png");
    await sharp({ create: { width: 9, height: 9, channels: 3, background: "#0000ff" } })
      .png()
      .toFile(path);
    utimesSync(path, 1, 1);
    const after = await load();
    expect(decoded).toEqual([15, 0, 1]);
    expect([...allBytes(after.test).subarray(-3)]).toEqual([0, 0, 255]);
    expect(fingerprintOf(after.test)).not.toBe(fingerprintOf(before.test));
    expect(fingerprintOf(after.train)).toBe(fingerprintOf(before.train));
  });

  test("survives a process that was killed: half a line, an image that is not there", async () => {
    const { load, decoded, cache } = await madeFolder();
    const want = allBytes((await load()).train);
    appendFileSync(join(cache(), "index.jsonl"), '["train/cat');
    const images = join(cache(), readdirSync(cache()).find((name) => name.startsWith("images-"))!);
    truncateSync(images, statSync(images).size - 10);
    writeFileSync(join(cache(), "lock"), "999999999");
    writeFileSync(join(cache(), "scratch-999999999-0.bin"), "");
    expect(allBytes((await load()).train)).toEqual(want);
    expect(decoded).toEqual([15, 1]);
    expect(existsSync(join(cache(), "scratch-999999999-0.bin"))).toBe(false);
  });

  test("of another version is made anew, with a word", async () => {
    const { load, decoded, notices, cache } = await madeFolder();
    const want = allBytes((await load()).train);
    writeFileSync(join(cache(), "index.jsonl"), "{}\n");
    expect(allBytes((await load()).train)).toEqual(want);
    expect(decoded).toEqual([15, 15]);
    expect(notices.join()).toMatch(/another version, or damaged/);
    expect(readdirSync(cache()).filter((name) => name.startsWith("images-")).length).toBe(1);
  });

  test("is not filled by two processes", async () => {
    const { load, cache } = await madeFolder();
    await load();
    rmSync(join(cache(), "index.jsonl"));
    writeFileSync(join(cache(), "lock"), `${process.ppid}`);
    await expect(load()).rejects.toThrow(/process \d+ is decoding these images just now/);
  });
});

describe.each([true, false])("files that cannot be read, stream: %s", (stream) => {
  test("are refused by name, or skipped and told once; labels and counts stay right", async () => {
    const { root, load, notices } = await madeFolder();
    writeFileSync(join(root, "train", "cat", "3.png"), "hello");
    writeFileSync(join(root, "test", "cat", "0.png"), "");
    await expect(load({ stream })).rejects.toThrow(
      /^[^\n]*train.cat.3\.png: not a readable image .*--bad-images skip \(and 1 more: .*test.cat.0\.png\)$/,
    );
    expect(notices).toEqual([]);
    const set = await load({ stream, badImages: "skip" });
    expect(set.train.labels.length + set.validation.labels.length).toBe(9);
    expect([...set.test.labels]).toEqual([0, 1]);
    expect([...allBytes(set.test).subarray(0, 3)]).toEqual([0, 5, 60]);
    expect(notices.join("\n")).toMatch(/train.cat.3\.png.*test.cat.0\.png/s);
    expect(notices.join("\n").match(/3\.png/g)?.length).toBe(1);
    writeFileSync(join(root, "test", "cat", "1.png"), "hello");
    await expect(load({ stream, badImages: "skip" })).rejects.toThrow(/test.cat: none of its images can be read/);
  });
});
