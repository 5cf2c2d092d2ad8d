import { z } from "zod";
import { imageAt, imageCount, Random } from "../../core/index.ts";
import { emojiParts } from "./emoji-parts.ts";
import { regressionDataSet } from "./entry.ts";
import { splitFields } from "./options.ts";
import { rotateBilinear } from "./rotate-bilinear.ts";

const options = z.strictObject({
  name: z.literal("emoji-rotation"),
  imageSize: z.int().min(8).max(256).default(32).meta({
    flag: "--image-size",
    help: "height and width in pixels",
    example: 32,
  }),
  rotations: z.int().min(1).max(20).default(1).meta({
    flag: "--rotations",
    help: "angles drawn for each drawing, each of which gives an image",
    example: 2,
  }),
  ...splitFields,
});

/**
 * Every drawing of the emoji data set, turned anticlockwise about its middle on white. The target is the angle in
 * degrees, uniform in [0, 90), as PAGER turns CIFAR-10. Split by concept; a further shift set holds the test concepts as
 * vendors that were not trained on draw them. Of a round drawing no model can tell the angle.
 */
export const emojiRotation = regressionDataSet({
  title: "Emoji rotation",
  description: "Emoji turned by an angle from 0 to 90 degrees, which is to be predicted; unseen vendors are a shift.",
  source: "the emoji data set's npm packages",
  options,

  async load(resolved, context) {
    const { imageSize, rotations, seed } = resolved;
    const parts = await emojiParts(imageSize, resolved, context);
    const count = rotations * parts.reduce((sum, { drawings }) => sum + imageCount(drawings), 0);
    const bytesPerImage = imageSize * imageSize * 3;
    const images = new Uint8Array(count * bytesPerImage);
    const angles = new Float64Array(count);
    const partOf: string[] = [];
    for (const { part, drawings } of parts) {
      const random = new Random(seed, "emoji rotation", part);
      for (let n = 0; n < rotations * imageCount(drawings); n++) {
        const row = partOf.push(part) - 1;
        angles[row] = 90 * random.uniform();
        const drawing = imageAt(drawings, Math.floor(n / rotations));
        images.set(rotateBilinear(drawing, imageSize, angles[row]), row * bytesPerImage);
      }
    }
    return {
      title: "Emoji rotation",
      stem: "emoji-rotation",
      count,
      inputs: { kind: "images", height: imageSize, width: imageSize, channels: 3, images },
      targets: { names: ["angle"], data: angles },
      parts: partOf,
    };
  },
});
