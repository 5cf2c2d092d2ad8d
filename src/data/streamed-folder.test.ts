import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { type DataSet, type ImageSet, subset } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { ImageFile } from "../files/index.ts";
import { fingerprintOf, scratchPrefix } from "../files/internal.ts";
import { endedProcess, leaveLock } from "../files/testing.ts";
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

  test.each<[string, (path: string, replacement: string) => void]>([
    ["written over", (path, replacement) => copyFileSync(replacement, path)],
    ["moved over", (path, replacement) => renameSync(replacement, path)],
    [
      "in a folder that was moved over",
      (path, replacement) => {
        const folder = dirname(path);
        cpSync(folder, `${folder}.new`, { recursive: true, preserveTimestamps: true });
        copyFileSync(replacement, join(`${folder}.new`, basename(path)));
        utimesSync(join(`${folder}.new`, basename(path)), 1, 1);
        rmSync(folder, { recursive: true });
        renameSync(`${folder}.new`, folder);
      },
    ],
    [
      "behind a link that leads elsewhere now",
      (path, replacement) => {
        rmSync(path);
        symlinkSync(replacement, path);
      },
    ],
  ])("sees a file %s by one of equal length and time", async (_, replace) => {
    const { root, load } = await madeFolder();
    const path = join(root, "test", "dog", "0.png");
    const replacement = join(scratchFolder(), "other.png");
    const write = (to: string, background: string) =>
      sharp({ create: { width: 9, height: 9, channels: 3, background } })
        .png({ compressionLevel: 0 })
        .toFile(to);
    await write(path, "#ff0000");
    utimesSync(path, 1, 1);
    await load();
    await write(replacement, "#0000ff");
    utimesSync(replacement, 1, 1);
    const { size } = statSync(path);
    replace(path, replacement);
    utimesSync(path, 1, 1);
    expect(statSync(path)).toMatchObject({ size, mtimeMs: 1000 });
    expect([...allBytes((await load()).test).subarray(-3)]).toEqual([0, 0, 255]);
  });

  test("survives a process that was killed: half a line, an image that is not there", async () => {
    const { load, decoded, cache } = await madeFolder();
    const want = allBytes((await load()).train);
    appendFileSync(join(cache(), "index.jsonl"), '["train/cat');
    const images = join(cache(), readdirSync(cache()).find((name) => name.startsWith("images-"))!);
    truncateSync(images, statSync(images).size - 10);
    leaveLock(join(cache(), "decoding"), { pid: endedProcess() });
    const [left, ofOthers] = [`${scratchPrefix()}999999999-0.bin`, "scratch-0123456789ab-999999999-0.bin"];
    for (const name of [left, ofOthers]) writeFileSync(join(cache(), name), "");
    expect(allBytes((await load()).train)).toEqual(want);
    expect(decoded).toEqual([15, 1]);
    expect([left, ofOthers].map((name) => existsSync(join(cache(), name)))).toEqual([false, true]);
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

  test("that was cut in the middle of a line is whole after the next load", async () => {
    const { load, decoded, cache, notices } = await madeFolder();
    const want = allBytes((await load()).train);
    const index = join(cache(), "index.jsonl");
    truncateSync(index, statSync(index).size - 10);
    await load();
    expect(allBytes((await load()).train)).toEqual(want);
    expect(decoded).toEqual([15, 1, 0]);
    expect(notices).toEqual([]);
  });

  test("whose last image was lost gives its place to another, and keeps no statistics of it", async () => {
    const { root, load, cache } = await madeFolder();
    await load();
    const images = join(cache(), readdirSync(cache()).find((name) => name.startsWith("images-"))!);
    truncateSync(images, statSync(images).size - 10);
    // The image that lay there is out of the way while others are decoded, and then comes back, as it was.
    const last = JSON.parse(readFileSync(join(cache(), "index.jsonl"), "utf8").trim().split("\n").at(-1)!)[0] as string;
    const sketches = join(root, "sketch");
    expect(last).toMatch(/^sketch/);
    renameSync(sketches, `${root}-sketch`);
    const extra = join(root, "test", "dog", "1.png");
    await sharp({ create: { width: 9, height: 9, channels: 3, background: "#0000ff" } })
      .png()
      .toFile(extra);
    await load();
    renameSync(`${root}-sketch`, sketches);
    const [streamed, inMemory] = [await load(), await load({ stream: false })];
    for (const [i, set] of setsOf(streamed).entries()) {
      expect(allBytes(set)).toEqual(allBytes(setsOf(inMemory)[i]));
      expect(fingerprintOf(set)).toBe(fingerprintOf(setsOf(inMemory)[i]));
    }
  });

  test("is filled by one of two loads at once; both have their own images under their own labels", async () => {
    const { load, decoded, notices } = await madeFolder();
    const inMemory = await load({ stream: false });
    const both = await Promise.all([load(), load()]);
    for (const streamed of both)
      for (const [i, set] of setsOf(streamed).entries()) {
        expect(set.labels).toEqual(setsOf(inMemory)[i].labels);
        expect(allBytes(set)).toEqual(allBytes(setsOf(inMemory)[i]));
      }
    expect(decoded).toEqual([15, 0, 15]);
    expect(
      notices.filter((line) => /another load is decoding these images; waiting/.test(line)).length,
    ).toBeGreaterThan(0);
  });

  test("that is whole is read where nothing can be written, and while another load fills it", async () => {
    const { load, cache } = await madeFolder();
    const want = allBytes((await load()).train);
    mkdirSync(join(cache(), "decoding.lock"));
    expect(allBytes((await load()).train)).toEqual(want);
  });
});

describe.each([true, false])("files that cannot be read, stream: %s", (stream) => {
  test("are refused by name, or skipped and told once; labels and counts stay right", async () => {
    const { root, load, notices } = await madeFolder();
    writeFileSync(join(root, "train", "cat", "3.png"), "hello");
    writeFileSync(join(root, "test", "cat", "0.png"), "");
    await expect(load({ stream })).rejects.toThrow(
      /^[^\n]*train.cat.3\.png: not a readable image .*data.badImages skip \(and 1 more: .*test.cat.0\.png\)$/,
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
