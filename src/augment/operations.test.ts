import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bitsDownBy, type OperationName, operations } from "./operations.ts";

/** What Pillow makes of the same image; see make-fixtures.py. */
const fixtures = JSON.parse(readFileSync(new URL("./fixtures/operations.json", import.meta.url), "utf8")) as {
  height: number;
  width: number;
  image: string;
  operations: [OperationName, number, string][];
};
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "base64"));
const image = { height: fixtures.height, width: fixtures.width, channels: 3, data: bytes(fixtures.image) };

test.each(fixtures.operations)("%s by %f is Pillow's", (name, magnitude, expected) => {
  const { data } = operations[name].apply(image, magnitude, 0);
  const wanted = bytes(expected);
  expect(data).toEqual(wanted);
});

test("every operation is compared", () => {
  expect(new Set(fixtures.operations.map(([name]) => name))).toEqual(new Set(Object.keys(operations)));
});

test("bits fall from 8 by the steps of torchvision", () => {
  const bits = bitsDownBy(4);
  expect(Array.from({ length: 10 }, (_, level) => bits(level, 10, image))).toEqual([8, 8, 7, 7, 6, 6, 5, 5, 4, 4]);
});
