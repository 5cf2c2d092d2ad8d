import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { writeNpy } from "../files/index.ts";
import { cifar10cMd5, readPublished } from "./published.ts";
import { corruptions } from "./table.ts";

const COUNT = 3;
let folder: string;
let md5: Record<string, string>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "anchored-published-"));
  const shape = [5 * COUNT, 2, 2, 3];
  const data = Uint8Array.from({ length: 5 * COUNT * 12 }, (_, i) => i % 251);
  writeNpy(join(folder, "fog.npy"), { shape, data });
  writeNpy(join(folder, "labels.npy"), {
    shape: [5 * COUNT],
    data: Uint8Array.from({ length: 5 * COUNT }, (_, i) => i % COUNT),
  });
  const sum = (name: string) =>
    createHash("md5")
      .update(readFileSync(join(folder, `${name}.npy`)))
      .digest("hex");
  md5 = { fog: sum("fog"), labels: sum("labels") };
});
afterEach(() => rmSync(folder, { recursive: true }));
const classNames = ["a", "b", "c"];

test("gives the rows of a severity with their labels, verified", () => {
  const fog = readPublished(folder, "fog", { classNames, md5 });
  expect(fog.verified).toBe(true);
  const third = fog.at(3);
  expect([...third.labels]).toEqual([0, 1, 2]);
  expect([...allBytes(third)]).toEqual(Array.from({ length: COUNT * 12 }, (_, i) => (2 * COUNT * 12 + i) % 251));
  expect([third.height, third.width, third.channels]).toEqual([2, 2, 3]);
  expect(readPublished(folder, "fog", { classNames, md5: {} }).verified).toBe(false);
});

test("a folder without labels has those of the test set", () => {
  rmSync(join(folder, "labels.npy"));
  const labels = Int32Array.of(2, 1, 0);
  expect(readPublished(folder, "fog", { classNames, md5: {}, labels }).at(2).labels).toEqual(labels);
  expect(() => readPublished(folder, "fog", { classNames, md5: {} })).toThrow(/labels.npy is missing/);
});

test("refuses one flipped bit, a missing file, another shape", () => {
  expect(() => readPublished(folder, "fog", { classNames })).toThrow(/labels.npy|fog.npy: MD5 .*published is/);
  expect(() => readPublished(folder, "snow", { classNames, md5 })).toThrow(/snow.npy is missing; unpack/);
  const path = join(folder, "fog.npy");
  const bytes = readFileSync(path);
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(path, bytes);
  expect(() => readPublished(folder, "fog", { classNames, md5 })).toThrow(UserError);
  writeNpy(path, { shape: [4, 2, 2, 3], data: new Uint8Array(48) });
  expect(() => readPublished(folder, "fog", { classNames, md5: {} })).toThrow(/shape \[4, 2, 2, 3\]/);
});

test("every corruption of CIFAR-10-C has its sum", () => {
  const published = corruptions.filter(({ suite }) => suite === "c" || suite === "c-extra").map(({ name }) => name);
  expect(Object.keys(cifar10cMd5)).toEqual(expect.arrayContaining(published));
});
