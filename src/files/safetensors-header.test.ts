import { expect, test } from "vitest";
import { readTensors } from "./safetensors-header.ts";

const file = (header: object | string, data = 8): Buffer => {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, Buffer.alloc(data)]);
};
const floats = (begin: number, end: number) => ({
  dtype: "F32",
  shape: [(end - begin) / 4],
  data_offsets: [begin, end],
});

test("tensors come in the order of their bytes, empty ones too", () => {
  const { tensors, metadata } = readTensors(
    file({ __metadata__: { a: "b" }, late: floats(4, 8), none: floats(4, 4), early: floats(0, 4) }),
  );
  expect([...tensors.keys()]).toEqual(["early", "none", "late"]);
  expect(metadata).toEqual({ a: "b" });
  expect(readTensors(file({}, 0)).tensors.size).toBe(0);
});

test.each<[string, Buffer, RegExp]>([
  ["overlapping tensors", file({ a: floats(0, 8), b: floats(4, 8) }), /b begins at byte 4, within a, which ends at 8/],
  ["one place for two tensors", file({ a: floats(0, 8), b: floats(0, 8) }), /b begins at byte 0, within a/],
  ["a gap", file({ a: floats(4, 8) }), /bytes 0 to 4, before tensor a, belong to no tensor/],
  ["a cut file", file({ a: floats(0, 12) }), /a lies beyond the end: truncated/],
  ["trailing bytes", file({ a: floats(0, 4) }), /8 bytes of data where the header counts 4/],
  ["a type that is none", file({ a: { ...floats(0, 8), dtype: "F33" } }), /a has type F33; known: F64/],
  ["a shape of another size", file({ a: { ...floats(0, 8), shape: [3] } }), /a does not fill its shape/],
  ["a negative size", file({ a: { ...floats(0, 8), shape: [-2] } }), /a lacks a shape/],
  ["a single offset", file({ a: { ...floats(0, 8), data_offsets: [0] } }), /a lacks its two offsets/],
  ["a list in place of a header", file("[1]"), /no JSON object/],
  ["a tensor that is null", file({ a: null }), /a has type undefined/],
])("%s: refused", (_, bytes, message) => {
  expect(() => readTensors(bytes)).toThrow(message);
});
