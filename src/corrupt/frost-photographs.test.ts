import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { readFrostPhotographs } from "./frost-photographs.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "anchored-frost-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const save = (name: string, value: number) =>
  sharp({ create: { width: 7, height: 5, channels: 3, background: { r: value, g: value, b: value } } })
    .png()
    .toFile(join(folder, name));

test("the first five by name, as RGB; the sixth is never used", async () => {
  for (let n = 6; n > 0; n--) await save(`frost${n}.png`, 10 * n);
  writeFileSync(join(folder, "notes.txt"), "not a photograph");
  const photographs = await readFrostPhotographs(folder);
  expect(photographs.map(({ data }) => data[0])).toEqual([10, 20, 30, 40, 50]);
  expect(photographs[0]).toMatchObject({ height: 5, width: 7, channels: 3 });
});

test("a missing folder, one without photographs and a damaged file are named", async () => {
  await expect(readFrostPhotographs(join(folder, "no"))).rejects.toThrow(/no such folder/);
  await expect(readFrostPhotographs(folder)).rejects.toThrow(/no photographs/);
  writeFileSync(join(folder, "frost1.png"), "not an image");
  await expect(readFrostPhotographs(folder)).rejects.toThrow(UserError);
});
