import fc from "fast-check";
import { expect, test } from "vitest";
import { channelStatistics } from "./normalization.ts";
import { imageSet } from "./test-images.ts";

test("mean and std of each channel equal the textbook's", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 12, maxLength: 12 }), (images) => {
      const { mean, std } = channelStatistics(imageSet({ height: 2, width: 2, channels: 3, images }));
      for (let c = 0; c < 3; c++) {
        const values = [0, 1, 2, 3].map((p) => images[p * 3 + c] / 255);
        const average = values.reduce((a, b) => a + b) / 4;
        const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / 4);
        expect(mean[c]).toBeCloseTo(average, 12);
        expect(std[c]).toBeCloseTo(deviation > 1e-9 ? deviation : 1, 9);
      }
    }),
  );
});

test("no images: refused by name", () => {
  const none = imageSet({ height: 2, width: 2, channels: 3, images: new Uint8Array(0) });
  expect(() => channelStatistics(none)).toThrow(/made\/up: no images/);
});
