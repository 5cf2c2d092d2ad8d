import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { UserError } from "../core/errors.ts";
import { readNpy, writeNpy } from "./npy.ts";
import { NpyRows } from "./npy-rows.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-npy-rows-"));
afterAll(() => rmSync(root, { recursive: true }));
const path = join(root, "rows.npy");

/** Turns the values of a file with 4 or 8 bytes each round, and says so in its header. */
function asBigEndian(from: string, to: string, width: 4 | 8): void {
  const bytes = readFileSync(from);
  const offset = 10 + bytes.readUInt16LE(8);
  bytes.write(bytes.toString("latin1", 0, offset).replace("<f", ">f"), 0, "latin1");
  if (width === 4) bytes.subarray(offset).swap32();
  else bytes.subarray(offset).swap64();
  writeFileSync(to, bytes);
}

test.each([
  [Float32Array, 4],
  [Float64Array, 8],
] as const)("%o in blocks is what reading it whole gives, in either byte order", (Type, width) => {
  writeNpy(path, { shape: [7, 3], data: (Type as Float64ArrayConstructor).from({ length: 21 }, (_, i) => i / 3) });
  const turned = join(root, "turned.npy");
  asBigEndian(path, turned, width);
  const { data } = readNpy(path, "f4", "f8");
  for (const file of [path, turned]) {
    const rows = new NpyRows(file, "f4", "f8");
    expect([rows.rows, rows.width]).toEqual([7, 3]);
    for (const [from, count] of [
      [0, 7],
      [2, 3],
      [6, 1],
      [7, 0],
    ] as const)
      expect(rows.read(from, count)).toEqual(data.subarray(3 * from, 3 * (from + count)).slice());
    expect(() => rows.read(5, 3)).toThrow(RangeError);
    rows[Symbol.dispose]();
  }
});

test.each<[string, (bytes: Buffer) => Buffer, string]>([
  ["truncated", (bytes) => bytes.subarray(0, -4), "truncated or has trailing bytes"],
  ["trailing", (bytes) => Buffer.concat([bytes, bytes]), "truncated or has trailing bytes"],
  [
    "of another type",
    (bytes) => Buffer.from(bytes.toString("latin1").replace("<f4", "<i4"), "latin1"),
    "float32 or float64 is needed",
  ],
  ["no array", () => Buffer.from("not an array"), "not a NumPy file"],
  ["short", () => Buffer.from("\x93NUM", "latin1"), "not a NumPy file"],
])("a file that is %s is refused", (_, spoil, message) => {
  writeNpy(path, { shape: [7, 3], data: new Float32Array(21) });
  writeFileSync(path, spoil(readFileSync(path)));
  expect(() => new NpyRows(path, "f4", "f8")).toThrow(UserError);
  expect(() => new NpyRows(path, "f4", "f8")).toThrow(message);
});

test("a missing file and one of one axis are refused", () => {
  writeNpy(path, { shape: [21], data: new Float32Array(21) });
  expect(() => new NpyRows(path, "f4")).toThrow("shape [21]; two axes are needed");
  expect(() => new NpyRows(join(root, "none.npy"), "f4")).toThrow("ENOENT");
});
