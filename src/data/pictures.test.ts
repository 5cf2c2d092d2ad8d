import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { readPictures } from "./index.ts";
import { scratchFolder } from "./test-images.ts";

const write = (path: string, red: number) =>
  sharp({ create: { width: 30, height: 20, channels: 3, background: { r: red, g: 10, b: 20 } } }).toFile(path);

test("every picture below a folder as a square, and a fingerprint of them", async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, "deeper"));
  await write(join(folder, "b.png"), 200);
  await write(join(folder, "deeper", "a.tiff"), 100);
  writeFileSync(join(folder, "notes.txt"), "no picture");
  const { images, sha256 } = await readPictures(folder, { side: 9, channels: 3 });
  expect(images.map(({ height, width, data }) => [height, width, data[0]])).toEqual([
    [9, 9, 200],
    [9, 9, 100],
  ]);
  expect((await readPictures(folder, { side: 9, channels: 3 })).sha256).toBe(sha256);
  expect((await readPictures(folder, { side: 9, channels: 1 })).images[0].data.length).toBe(81);
  await write(join(folder, "b.png"), 201);
  expect((await readPictures(folder, { side: 9, channels: 3 })).sha256).not.toBe(sha256);
});

test("a folder that is missing, empty, holds a damaged file or too much is told", async () => {
  const folder = scratchFolder();
  const read = (side = 9) => readPictures(folder, { side, channels: 3 });
  await expect(readPictures("/nowhere/at-all", { side: 9, channels: 3 })).rejects.toThrow(/no such file or folder/);
  await expect(read()).rejects.toThrow(/no pictures in it/);
  writeFileSync(join(folder, "a.png"), "hello");
  await expect(read()).rejects.toThrow(/a\.png: not a readable image/);
  await expect(read(20_000)).rejects.toThrow(/1 pictures .* more than 1 GiB .* at most 0/);
});
