import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import type { ImageSet } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { foreignSets, foreignSource } from "./foreign-sets.ts";

const like = (channels: number, count = 100): ImageSet => ({
  ...{ name: "own/test", height: 8, width: 8, channels },
  images: new Uint8Array(count * 64 * channels),
  labels: new Int32Array(count),
  classNames: ["a", "b"],
});

/** `count` pictures of one colour, of which red is the number, some of them in a subfolder. */
async function pictures(count: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "anchored-foreign-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "more"));
  for (let i = 0; i < count; i++)
    await sharp({ create: { width: 9, height: 20, channels: 3, background: { r: i, g: 100, b: 200 } } })
      .png()
      .toFile(join(folder, i % 2 === 0 ? "more" : "", `${i}.png`));
  return folder;
}

const notices: string[] = [];
const setsOf = (texts: readonly string[], set: ImageSet, oodCount?: number) =>
  foreignSets(
    texts,
    { run: "runs/own", data: { name: "folder", seed: 0 }, like: set },
    () => Promise.reject(new Error("no data set is asked for")),
    { oodCount, onNotice: (line) => notices.push(line) },
  );
const reds = (set: ImageSet) => [...allBytes(set)].filter((_, i) => i % 192 === 0);

test("pictures of one's own, in the shape of the run's, are as many as are there, or as are asked for", async () => {
  const folder = await pictures(6);
  writeFileSync(join(folder, "notes.txt"), "");
  const [all] = await setsOf([`mnist=${folder}`], like(3));
  expect(all).toMatchObject({ name: "mnist/pictures", height: 8, width: 8, channels: 3 });
  expect(reds(all).sort()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(notices).toEqual([expect.stringMatching(/left out 1 of 7 files.*1 \.txt/)]);
  const [some] = await setsOf([`screens=${folder}`], like(3), 4);
  expect(new Set(reds(some)).size).toBe(4);
  expect(allBytes((await setsOf([`screens=${folder}`], like(3), 4))[0])).toEqual(allBytes(some));
  const [grey] = await setsOf([`grey=${folder}`], like(1), 1);
  expect(grey.images.length).toBe(64);
  // BT.601 of (r, 100, 200), r from 0 to 5.
  expect(allBytes(grey)[0]).toBeGreaterThanOrEqual(82);
  expect(allBytes(grey)[0]).toBeLessThanOrEqual(83);
});

test.each<[string, (folder: string) => readonly string[], RegExp]>([
  ["no name", (folder) => [`=${folder}`], /options.ood =.*: must be NAME=FOLDER/],
  ["a name with a slash", (folder) => [`a/b=${folder}`], /must be NAME=FOLDER, the name without slashes/],
  ["no folder", () => ["a="], /options.ood a=: must be NAME=FOLDER/],
  ["a folder that is not there", () => ["a=/nowhere/at-all"], /nowhere.at-all/],
  ["a folder without pictures", (folder) => [`a=${folder}/empty`], /empty: no pictures in it/],
  ["a name given twice", (folder) => [`a=${folder}`, `a=${folder}/more`], /options.ood a=.*more: the name is taken/],
  ["a data set that is not known", () => ["imagenet"], /options.ood imagenet: must be one of emoji, .*or NAME=FOLDER/],
  ["the run's own data", () => ["folder"], /options.ood folder: runs\/own was trained on it/],
])("%s is refused in a line", async (_, texts, message) => {
  const folder = await pictures(1);
  mkdirSync(join(folder, "empty"));
  const error = await setsOf(texts(folder), like(3)).catch((e) => e);
  expect(error.message).toMatch(message);
  expect(error.message).not.toContain("\n");
});

test("names of data sets and of their negatives are what they were", () => {
  expect(foreignSource("mnist")).toEqual({ data: "mnist", inverted: false });
  expect(foreignSource("emoji-inverted")).toEqual({ data: "emoji", inverted: true });
});

test("textures are made: in the run's shape, of two colours or clouds between them, always the same, all different", async () => {
  for (const channels of [1, 3]) {
    const [set] = await setsOf(["textures"], like(channels), 9);
    const [again] = await setsOf(["textures"], like(channels, 4));
    const bytes = allBytes(set);
    expect([set.name, set.channels, bytes.length]).toEqual(["textures", channels, 9 * 64 * channels]);
    expect(allBytes(again)).toEqual(bytes.slice(0, 4 * 64 * channels));
    const each = Array.from({ length: 9 }, (_, n) => bytes.slice(n * 64 * channels, (n + 1) * 64 * channels));
    expect(new Set(each.map(String)).size).toBe(9);
    const levels = each.map((image) => new Set([...image].filter((_, i) => i % channels === 0)).size);
    for (const [n, count] of levels.entries()) expect(n % 3 === 2 ? count > 2 : count <= 2).toBe(true);
  }
});
