import { z } from "zod";

export const DUAL_ENCODER_FORMAT = "anchored-dual-encoder/1";

/** Names of the files in a folder of exported towers. */
export const towerFiles = {
  image: "image.onnx",
  text: "text.onnx",
  card: "dual-encoder.json",
} as const;

const numbers = z.array(z.number());

/** The schema of `DualEncoderCard`. */
export const dualEncoderCard = z.object({
  format: z.literal(DUAL_ENCODER_FORMAT),
  /** What to call it, e.g. `clip-small anchored on Emoji subgroups`. */
  name: z.string(),
  model: z.string(),
  method: z.string(),
  /** d: numbers of an embedding. */
  embedding: z.int(),
  /** exp(logit scale): what cosines are multiplied by before a softmax over texts. */
  scale: z.number(),
  image: z.object({
    file: z.literal(towerFiles.image),
    height: z.int(),
    width: z.int(),
    channels: z.int(),
    /** Per channel, in [0, 1]; done inside the file. */
    normalization: z.object({ mean: numbers, std: numbers }),
    /** R; 0 for methods without. `agreement` is an output where there are at least two. */
    references: z.int(),
  }),
  text: z.object({
    file: z.literal(towerFiles.text),
    /** T: tokens of a text, start and end among them. */
    context: z.int(),
    vocabulary: z.int(),
    /** The id that ends a text; of a text that is cut it stays the last. */
    end: z.int(),
    /** What stands behind the end. */
    padding: z.int(),
    tokenizer: z.string(),
    tokenizerConfig: z.string().optional(),
  }),
  /** Ways to name a class that it was trained or is usually asked with. */
  templates: z.array(z.string()),
  precision: z.enum(["float32", "float16"]),
  /** Title of the data set that it was trained on; absent where it was not trained here. */
  data: z.string().optional(),
  parameters: z.int(),
});

/** What `dual-encoder.json` beside the towers holds. */
export type DualEncoderCard = Readonly<z.infer<typeof dualEncoderCard>>;
