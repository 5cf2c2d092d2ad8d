import { expect, test } from "vitest";
import { boxesAt, type ObjectBoxes, scaledBoxes } from "./boxes.ts";

const objects: ObjectBoxes = {
  names: ["a", "b"],
  first: Int32Array.of(0, 2, 2, 3),
  boxes: Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
  index: Int32Array.of(0, 1, 1),
  area: Float64Array.of(5, 40, 100),
  crowd: Uint8Array.of(0, 0, 1),
};

test("boxes of chosen images, in their order and as often as they are chosen", () => {
  expect(boxesAt(objects, [2, 1, 0, 2])).toEqual({
    names: ["a", "b"],
    first: Int32Array.of(0, 1, 1, 3, 4),
    boxes: Float64Array.of(8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
    index: Int32Array.of(1, 0, 1, 1),
    area: Float64Array.of(100, 5, 40, 100),
    crowd: Uint8Array.of(1, 0, 0, 1),
  });
  expect(boxesAt(objects, []).first).toEqual(Int32Array.of(0));
});

test("boxes follow images of another size, and so do areas", () => {
  const { boxes, area } = scaledBoxes(objects, 2, 0.5);
  expect([...boxes.subarray(0, 4)]).toEqual([0, 0.5, 4, 1.5]);
  expect(area).toEqual(objects.area);
});
