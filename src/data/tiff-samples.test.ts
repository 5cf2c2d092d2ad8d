import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { decodeImage } from "./index.ts";
import { scratchFolder } from "./test-images.ts";

interface Made {
  readonly photometric: number;
  readonly bits: number;
  readonly samples: number;
  readonly format?: number;
  readonly extra?: readonly number[];
  readonly bigEndian?: boolean;
  readonly big?: boolean;
  readonly pixel: readonly number[];
}

/** A TIFF of 8×8 pixels, each with the samples of `pixel`, which are `bits` wide, uncompressed. */
function tiff({ photometric, bits, samples, format, extra, bigEndian = false, big = false, pixel }: Made): Buffer {
  const data = Buffer.alloc(64 * samples * (bits / 8));
  for (let i = 0; i < 64 * samples; i++) {
    const at = i * (bits / 8);
    const value = pixel[i % samples];
    if (format === 3 && bits === 32) bigEndian ? data.writeFloatBE(value, at) : data.writeFloatLE(value, at);
    else bigEndian ? data.writeUIntBE(value, at, bits / 8) : data.writeUIntLE(value, at, bits / 8);
  }
  const word = big ? 8 : 4;
  const write = (value: number, length: number) => {
    const bytes = Buffer.alloc(length);
    if (length === 8) bigEndian ? bytes.writeBigUInt64BE(BigInt(value)) : bytes.writeBigUInt64LE(BigInt(value));
    else bigEndian ? bytes.writeUIntBE(value, 0, length) : bytes.writeUIntLE(value, 0, length);
    return bytes;
  };
  const header = big ? 16 : 8;
  const entries: [tag: number, values: readonly number[]][] = [
    [256, [8]],
    [257, [8]],
    [258, Array(samples).fill(bits)],
    [259, [1]],
    [262, [photometric]],
    [273, [header]],
    [277, [samples]],
    [278, [8]],
    [279, [data.length]],
    ...(extra ? [[338, extra] as [number, readonly number[]]] : []),
    ...(format ? [[339, Array(samples).fill(format)] as [number, readonly number[]]] : []),
  ];
  const directory = header + data.length;
  let behind = directory + (big ? 8 : 2) + entries.length * (4 + 2 * word) + word;
  const long: Buffer[] = [];
  const lines = entries.map(([tag, values]) => {
    const bytes = Buffer.concat(values.map((value) => write(value, 2)));
    const place =
      bytes.length <= word ? Buffer.concat([bytes, Buffer.alloc(word - bytes.length)]) : write(behind, word);
    if (bytes.length > word) {
      long.push(bytes);
      behind += bytes.length;
    }
    return Buffer.concat([write(tag, 2), write(3, 2), write(values.length, word), place]);
  });
  return Buffer.concat([
    Buffer.from(bigEndian ? "MM" : "II"),
    write(big ? 43 : 42, 2),
    ...(big ? [write(8, 2), write(0, 2)] : []),
    write(directory, word),
    data,
    write(entries.length, big ? 8 : 2),
    ...lines,
    write(0, word),
    ...long,
  ]);
}

const grey = { photometric: 1, bits: 8, samples: 1, pixel: [100] };
const rgb = { photometric: 2, bits: 8, samples: 3, pixel: [10, 100, 200] };

describe.each([
  [
    "its path",
    (bytes: Buffer) => {
      const path = join(scratchFolder(), "made.tif");
      writeFileSync(path, bytes);
      return path;
    },
  ],
  ["its bytes", (bytes: Buffer) => bytes],
])("a TIFF by %s", (_, given) => {
  test.each<[string, Made, number[]]>([
    ["grey", grey, [100, 100, 100]],
    ["grey of 16 bits", { ...grey, bits: 16, pixel: [100 * 257] }, [100, 100, 100]],
    ["grey of 16 bits, big-endian", { ...grey, bits: 16, pixel: [100 * 257], bigEndian: true }, [100, 100, 100]],
    ["grey whose 0 is white", { ...grey, photometric: 0 }, [155, 155, 155]],
    ["grey, transparent", { ...grey, samples: 2, extra: [2], pixel: [100, 0] }, [255, 255, 255]],
    ["colour", rgb, [10, 100, 200]],
    ["colour, transparent", { ...rgb, samples: 4, extra: [2], pixel: [10, 100, 200, 0] }, [255, 255, 255]],
    ["colour, opaque", { ...rgb, samples: 4, extra: [2], pixel: [10, 100, 200, 255] }, [10, 100, 200]],
    ["colour of 16 bits in BigTIFF", { ...rgb, bits: 16, pixel: [2570, 25700, 51400], big: true }, [10, 100, 200]],
  ])("that is %s is the picture", async (_, made, want) => {
    expect([...(await decodeImage(given(tiff(made)), 8)).subarray(0, 3)]).toEqual(want);
  });

  test.each<[string, Made, RegExp]>([
    ["float", { ...grey, bits: 32, format: 3, pixel: [0.5] }, /32-bit floating-point samples/],
    ["float, big-endian", { ...grey, bits: 32, format: 3, pixel: [0.5], bigEndian: true }, /32-bit floating-point/],
    ["float in BigTIFF", { ...rgb, bits: 32, format: 3, pixel: [0.1, 0.5, 1], big: true }, /32-bit floating-point/],
    ["half float", { ...grey, bits: 16, format: 3 }, /16-bit floating-point samples/],
    ["signed", { ...grey, bits: 16, format: 2 }, /16-bit signed samples/],
    ["32 bits", { ...grey, bits: 32, pixel: [2 ** 31] }, /32-bit samples/],
    ["YCbCr", { ...rgb, photometric: 6 }, /YCbCr/],
    ["grey and something", { ...grey, samples: 2, extra: [0], pixel: [100, 50] }, /2 samples .* 1 is grey/],
    ["grey and something that has no name", { ...grey, samples: 2, pixel: [100, 50] }, /2 samples/],
    ["colour and something", { ...rgb, samples: 4, extra: [0], pixel: [1, 2, 3, 4] }, /4 samples .* 3 are colours/],
    ["multispectral", { ...rgb, samples: 5, extra: [0, 0], pixel: [1, 2, 3, 4, 5] }, /5 samples/],
    ["multispectral with alpha", { ...rgb, samples: 5, extra: [2, 0], pixel: [1, 2, 3, 4, 5] }, /5 samples/],
    ["raw of a camera", { ...grey, photometric: 32803 }, /colour space 32803/],
  ])("that is %s is refused by what it is", async (_, made, message) => {
    const error = await decodeImage(given(tiff(made)), 8).catch((e) => e);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("\n");
  });
});

test("a TIFF that ends too early is damaged, wherever it ends", async () => {
  const whole = tiff({ ...rgb, samples: 4, extra: [2], pixel: [10, 100, 200, 255] });
  for (let length = 4; length < whole.length; length += 7)
    await expect(decodeImage(whole.subarray(0, length), 8)).rejects.toThrow(/not a readable image/);
});
