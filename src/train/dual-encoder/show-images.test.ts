import { readFileSync } from "node:fs";
import sharp from "sharp";
import { expect, test } from "vitest";
import { UserError } from "../../core/index.ts";
import { sha256 } from "../../files/internal.ts";
import { fixture } from "../../models/dual-encoder/testing.ts";
import { clip } from "../../models/index.ts";
import { coverBicubic, normalizedFor, readForDualEncoder } from "./show-images.ts";

const { cases }: { cases: { height: number; width: number; size: number; sha256: string }[] } = JSON.parse(
  readFileSync(new URL("./fixtures/covered.json", import.meta.url), "utf8"),
);

function pixels(count: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

test.each(cases)(
  "$height×$width at $size pixels is byte for byte Pillow's",
  ({ height, width, size, sha256: hash }) => {
    const { data, ...shape } = coverBicubic({ height, width, channels: 3, data: pixels(height * width * 3) }, size);
    expect(shape).toEqual({ height: size, width: size, channels: 3 });
    expect(sha256(data)).toBe(hash);
  },
);

const encoder = clip("tiny", fixture.size, { activation: "gelu" });

test("files and bytes are read at the encoder's size; what is no image is its error", async () => {
  const png = await sharp(Buffer.from(pixels(20 * 17 * 3)), { raw: { height: 20, width: 17, channels: 3 } })
    .png()
    .toBuffer();
  const sources = [{ name: "noise", bytes: png }, { name: "text", bytes: Buffer.from("no image") }, "nowhere.png"];
  const [read, text, missing] = await readForDualEncoder(sources, { encoder, channels: 3 });
  expect(read).toEqual(coverBicubic({ height: 20, width: 17, channels: 3, data: pixels(20 * 17 * 3) }, 16).data);
  for (const [error, name] of [
    [text, "text"],
    [missing, "nowhere.png"],
  ] as const) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(`${name}: not a readable image`);
  }
});

test("they are normalised channel by channel, grey ones too, as which files are not read", async () => {
  const normalization = { mean: [0, 0.5, 1], std: [1, 0.5, 0.25] };
  const { shape, data } = normalizedFor({ encoder, channels: 3, normalization }, [
    new Uint8Array(16 * 16 * 3).fill(255),
  ]);
  expect(shape).toEqual([1, 3, 16, 16]);
  expect([data[0], data[256], data[512]]).toEqual([1, 1, 0]);
  const grey = { encoder, channels: 1, normalization: { mean: [0.5], std: [0.5] } };
  expect(normalizedFor(grey, [new Uint8Array(16 * 16).fill(255)])).toMatchObject({ shape: [1, 1, 16, 16] });
  await expect(readForDualEncoder([], grey)).rejects.toThrow("its images have 1 channels");
});
