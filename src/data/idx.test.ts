import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sizeOf, UserError } from "../core/index.ts";
import { readIdx } from "./idx.ts";
import { scratchFolder } from "./test-images.ts";

const encode = (shape: readonly number[], data: Uint8Array, type = 8): Buffer => {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, type, shape.length]);
  shape.forEach((size, axis) => {
    header.writeUInt32BE(size, 4 + 4 * axis);
  });
  return Buffer.concat([header, data]);
};

test("what was written is read, plain or gzipped", () => {
  const file = join(scratchFolder(), "x");
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      (shape, zip) => {
        const data = Uint8Array.from({ length: sizeOf(shape) }, (_, i) => i * 7);
        const bytes = encode(shape, data);
        writeFileSync(file, zip ? gzipSync(bytes) : bytes);
        const read = readIdx(file, shape);
        expect(read.shape).toEqual(shape);
        expect(Uint8Array.from(read.data)).toEqual(data);
      },
    ),
    { numRuns: 30 },
  );
});

const good = encode([2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6));

describe.each([
  ["empty", Buffer.alloc(0), /not an IDX file/],
  ["text", Buffer.from("hello, world"), /not an IDX file/],
  ["floats", encode([2, 3], new Uint8Array(6), 0x0d), /IDX type 0xd, expected 0x8/],
  ["header only in part", good.subarray(0, 7), /truncated within its header/],
  ["truncated", good.subarray(0, 17), /expected 18 bytes for 2×3, found 17/],
  ["too long", Buffer.concat([good, Buffer.of(0)]), /expected 18 bytes for 2×3, found 19/],
  ["another shape", encode([3, 2], new Uint8Array(6)), /expected an array of 2×3, found 3×2/],
  ["truncated gzip", gzipSync(good).subarray(0, 20), /truncated or damaged gzip file of 20 bytes/],
])("an IDX file that is %s", (_, bytes, message) => {
  test("is refused by name", () => {
    const file = join(scratchFolder(), "images-idx3-ubyte");
    writeFileSync(file, bytes);
    expect(() => readIdx(file, [2, 3])).toThrow(UserError);
    expect(() => readIdx(file, [2, 3])).toThrow(message);
    expect(() => readIdx(file, [2, 3])).toThrow(file);
  });
});

test("a missing file is named", () => {
  expect(() => readIdx("/nowhere/at-all")).toThrow("cannot read /nowhere/at-all: no such file");
});
