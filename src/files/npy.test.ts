import fc from "fast-check";
import { expect, test } from "vitest";
import { UserError } from "../core/errors.ts";
import { type NpyType, parseNpy, realTypes, wholeTypes } from "./npy.ts";

/** A version 1 file: magic, length of the header, header, values. */
function npy(header: string, values: Uint8Array = new Uint8Array(), version = 1): Buffer {
  const text = Buffer.from(`${header}\n`, "latin1");
  const start = Buffer.from([0x93, ...Buffer.from("NUMPY"), version, 0, text.length & 255, text.length >> 8]);
  const wide = version > 1 ? Buffer.from([0, 0]) : Buffer.from([]);
  return Buffer.concat([start, wide, text, values]);
}
const header = (descr: string, shape: string) => `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;

const typed = {
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  f4: Float32Array,
  f8: Float64Array,
};

test.each(Object.keys(typed) as (keyof typeof typed)[])(
  "%s of either byte order, wherever its values begin",
  (type) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 })), fc.nat(9), (numbers, spaces) => {
        const data = typed[type].from(numbers);
        const little = new Uint8Array(data.buffer);
        const width = data.BYTES_PER_ELEMENT;
        const big = little.map((_, i) => little[i - (i % width) + width - 1 - (i % width)]);
        for (const [order, values] of [
          ["<", little],
          [">", big],
        ] as const)
          expect(
            parseNpy("x", npy(header(`'${order}${type}'`, `(${numbers.length},)`) + " ".repeat(spaces), values), type),
          ).toEqual({
            shape: [numbers.length],
            data,
          });
      }),
      { numRuns: 20 },
    );
  },
);

test("64-bit integers and float16 of either byte order", () => {
  const eight = Uint8Array.of(1, 2, 0, 0, 0, 0, 0, 0);
  for (const type of ["i8", "u8"] as const) {
    expect([...parseNpy("x", npy(header(`'<${type}'`, "(1,)"), eight), type).data]).toEqual([513n]);
    expect([...parseNpy("x", npy(header(`'>${type}'`, "(1,)"), eight.toReversed()), type).data]).toEqual([513n]);
  }
  // 1.5 and −∞.
  const halves = Uint8Array.of(0x00, 0x3e, 0x00, 0xfc);
  const swapped = Uint8Array.of(0x3e, 0x00, 0xfc, 0x00);
  expect([...parseNpy("x", npy(header("'<f2'", "(2,)"), halves), "f2").data]).toEqual([1.5, -Infinity]);
  expect([...parseNpy("x", npy(header("'>f2'", "(2,)"), swapped), "f2").data]).toEqual([1.5, -Infinity]);
});

test("headers of Python 2, of version 2, with other quotes, and of a single number", () => {
  const two = Uint8Array.of(7, 8);
  const read = (bytes: Buffer) => parseNpy("x", bytes, "u1");
  expect(read(npy(header("'|u1'", "(2L, 1L)"), two)).shape).toEqual([2, 1]);
  expect(read(npy(header("'|u1'", "(2,)"), two, 2)).shape).toEqual([2]);
  expect(read(npy(`{"descr": "|u1", "fortran_order": False, "shape": (2,)}`, two)).shape).toEqual([2]);
  expect(read(npy(header("'|u1'", "()"), two.subarray(1)))).toEqual({ shape: [], data: Uint8Array.of(8) });
});

test.each<[string, Buffer, RegExp]>([
  [
    "an object array",
    npy(header("'|O'", "(2,)"), Uint8Array.of(0x80, 4)),
    /x: an array of Python objects, .*pickle; save numbers/,
  ],
  ["a structured array", npy(header("[('a', '<f4'), ('b', '<f4')]", "(2,)")), /fields a, b; save plain numbers/],
  ["an .npz", Buffer.from("PK\x03\x04 and more"), /x: a zip archive.*save the one array with numpy.save/],
  ["a pickle", Buffer.from([0x80, 4, 0x95]), /x: a Python pickle/],
  ["text", Buffer.from("1,2,3\n4,5,6\n"), /x: not a NumPy file, for it does not begin/],
  ["an empty file", Buffer.alloc(0), /x: not a NumPy file/],
  ["a file cut in its header", npy(header("'<f4'", "(2,)")).subarray(0, 40), /x: truncated within its header/],
  ["a file cut after 8 bytes", npy(header("'<f4'", "(2,)")).subarray(0, 8), /x: truncated within its header/],
  ["a shape that is none", npy(header("'<f4'", "(n,)")), /x: its header is damaged: .*\(n,\)/],
  [
    "complex numbers",
    npy(header("'<c8'", "(1,)"), new Uint8Array(8)),
    /element type c8; float16 or float32 or float64 or/,
  ],
  ["text in cells", npy(header("'<U3'", "(1,)"), new Uint8Array(12)), /element type U3; /],
  ["a later version", npy(header("'<f4'", "(0,)"), new Uint8Array(), 9), /version 9 of NumPy's format/],
  ["values that are missing", npy(header("'<f4'", "(2,)"), new Uint8Array(4)), /1 values, but its header says \[2\]/],
])("%s is refused with its reason", (_, bytes, reason) => {
  const read = () => parseNpy<NpyType>("x", bytes, ...realTypes, ...wholeTypes);
  expect(read).toThrow(UserError);
  expect(read).toThrow(reason);
});
