import sharp from "sharp";
import { expect, test } from "vitest";
import { decodeLetterboxed, inPicture, inSquare } from "./letterbox.ts";

const red = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#ff0000" } })
    .png()
    .toBuffer();

test.each([
  [100, 50, 32, { left: 0, top: 8, across: 0.32, down: 0.32 }],
  [50, 100, 32, { left: 8, top: 0, across: 0.32, down: 0.32 }],
  [10, 10, 32, { left: 0, top: 0, across: 3.2, down: 3.2 }],
  [300, 2, 32, { left: 0, top: 15, across: 32 / 300, down: 0.5 }],
])("a picture of %i × %i lies whole in the middle of a square", async (width, height, size, frame) => {
  const { pixels, frame: found, picture } = await decodeLetterboxed(await red(width, height), size, { background: 9 });
  expect(found).toEqual({ width, height, ...frame });
  expect([picture.width, picture.height]).toEqual([width, height]);
  const at = (x: number, y: number) => [...pixels.subarray(3 * (y * size + x), 3 * (y * size + x) + 3)];
  expect(at(size / 2, Math.max(frame.top, size / 2 - 1))).toEqual([255, 0, 0]);
  if (frame.top > 0) expect(at(size / 2, frame.top - 1)).toEqual([9, 9, 9]);
  if (frame.left > 0) expect(at(frame.left - 1, size / 2)).toEqual([9, 9, 9]);
  const box = [1, 1, width / 2, height - 1] as const;
  inPicture(inSquare(box, found), found)!.forEach((value, i) => {
    expect(value).toBeCloseTo(box[i], 9);
  });
});

test("boxes end where the picture does; beside it there is none", async () => {
  const { frame } = await decodeLetterboxed(await red(100, 50), 32);
  expect(inPicture([-5, 0, 100, 100], frame)).toEqual([0, 0, 100, 50]);
  expect(inPicture([0, 0, 32, 8], frame)).toBeUndefined();
});

test("grey where the network sees grey", async () => {
  const { pixels } = await decodeLetterboxed(await red(4, 4), 8, { channels: 1 });
  expect([...new Set(pixels)]).toEqual([76]);
});
