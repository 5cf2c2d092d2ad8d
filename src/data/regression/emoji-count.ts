import { z } from "zod";
import { type ImageSet, imageAt, imageCount, Random, UserError } from "../../core/index.ts";
import { emojiParts } from "./emoji-parts.ts";
import { regressionDataSet } from "./entry.ts";
import { splitFields } from "./options.ts";
import { placeSquares } from "./place-squares.ts";

const MOST_EMOJI = 9;
/** An emoji is this part of the scene's height: nine of them cover 36 % of it. */
const EMOJI_SHARE = 0.2;
const MOST_BYTES = 2 ** 30;

const options = z.strictObject({
  name: z.literal("emoji-count"),
  imageSize: z.int().min(40).max(256).default(64).meta({
    flag: "--image-size",
    help: "height and width of a scene in pixels",
    example: 64,
  }),
  count: z.int().min(20).max(100_000).default(5000).meta({ flag: "--count", help: "scenes", example: 5000 }),
  ...splitFields,
});

/**
 * Scenes of one to nine small emoji that do not overlap, on white. The target is their count, uniform in 1 … 9. Split by
 * concept: a scene of the test set shows none that was trained on. A further shift set, as large as the test set, shows
 * the test concepts as vendors that were not trained on draw them.
 */
export const emojiCount = regressionDataSet({
  title: "Emoji count",
  description: "Scenes of 1 to 9 small emoji, whose number is to be predicted; unseen vendors are a shift.",
  source: "the emoji data set's npm packages",
  options,

  async load(resolved, context) {
    const { imageSize, count, seed, testFraction = 0.2, validationFraction } = resolved;
    const emojiSize = Math.floor(EMOJI_SHARE * imageSize);
    const parts = await emojiParts(emojiSize, { ...resolved, testFraction }, context);
    const test = Math.round(testFraction * count);
    const validation = Math.round(validationFraction * (count - test));
    const scenesOf = (part: string) =>
      part === "train" ? count - test - validation : part === "validation" ? validation : test;
    const partOf = parts.flatMap(({ part }) => Array.from({ length: scenesOf(part) }, () => part));
    const bytesPerImage = imageSize * imageSize * 3;
    if (partOf.length * bytesPerImage > MOST_BYTES)
      throw new UserError(
        `emoji-count: ${partOf.length} scenes of ${imageSize}×${imageSize} pixels fill more than 1 GiB of memory; lower count or imageSize`,
      );
    const images = new Uint8Array(partOf.length * bytesPerImage).fill(255);
    const counts = new Float64Array(partOf.length);
    let row = 0;
    for (const { part, drawings } of parts) {
      const random = new Random(seed, "emoji count", part);
      for (const end = row + scenesOf(part); row < end; row++) {
        counts[row] = 1 + random.integer(MOST_EMOJI);
        const scene = images.subarray(row * bytesPerImage, (row + 1) * bytesPerImage);
        drawScene(scene, imageSize, drawings, counts[row], random);
      }
    }
    return {
      title: "Emoji count",
      stem: "emoji-count",
      count: partOf.length,
      inputs: { kind: "images", height: imageSize, width: imageSize, channels: 3, images },
      targets: { names: ["count"], data: counts },
      parts: partOf,
    };
  },
});

/** Puts `count` drawings, chosen at random, onto a scene of [size, size, 3] bytes. */
function drawScene(scene: Uint8Array, size: number, drawings: ImageSet, count: number, random: Random): void {
  for (const [left, top] of placeSquares(count, drawings.width, size, random)) {
    const drawing = imageAt(drawings, random.integer(imageCount(drawings)));
    const rowBytes = drawings.width * 3;
    for (let y = 0; y < drawings.height; y++)
      scene.set(drawing.subarray(y * rowBytes, (y + 1) * rowBytes), ((top + y) * size + left) * 3);
  }
}
