import { UserError } from "../core/index.ts";
import { inBatches } from "../core/internal.ts";
import { type Answered, type Device, modelMetadata, type OpenedModel, openOnnx } from "../engine/index.ts";
import { cardFromMetadata, type ModelCard } from "./card.ts";

/** Answers for N images and K classes; what each is: docs/export.md. */
export interface Answers {
  readonly count: number;
  /** [N × K] */
  readonly logits: Float32Array;
  /** [N × K], each row summing to 1. */
  readonly probabilities: Float32Array;
  /** [N × K]; absent for models that are not asked with at least two references. */
  readonly uncertainty?: Float32Array;
  /** [N] one number for each image: the larger, the less the model knows it. */
  readonly score: Float32Array;
  /** With a verdict: [N] the least of `knownParts`; an image is known where it reaches the card's threshold. */
  readonly knownScore?: Float32Array;
  /** [N × P] z-scores among validation images of what the verdict looks at. */
  readonly knownParts?: Float32Array;
  /** [N × B] cosines of an image's features to those of the card's `nearest` training images. */
  readonly similarity?: Float32Array;
  /** [N] names of the most probable classes. */
  readonly label: readonly string[];
}

/** A trained classifier, whatever it was opened from. */
export interface Classifier {
  readonly card: ModelCard;
  readonly classes: readonly string[];
  /**
   * uint8 images [N × H × W × C] of any N, in the size of the card.
   * @throws RangeError where the bytes are no whole number of images.
   */
  predict(images: Uint8Array): Promise<Answers>;
  dispose(): Promise<void>;
}

export interface OpenOptions {
  /** One per core by default. */
  readonly threads?: number;
  readonly device?: Device;
  /** Images × references of one run of the network: bounds the memory. Default 128. */
  readonly rows?: number;
}

/**
 * As `openModel`, from the bytes of a file; `name` is what messages call it.
 * @example
 * import { readFileSync } from "node:fs";
 * const classifier = await openBytes(readFileSync("model.onnx"), "model.onnx");
 */
export async function openBytes(
  bytes: Uint8Array,
  name: string,
  { rows = 128, ...options }: OpenOptions = {},
): Promise<Classifier> {
  const damaged = (error: unknown) => {
    const reason = (error as Error).message.split("\n")[0];
    return new UserError(`${name}: no readable ONNX model (${reason}); export the run again`);
  };
  let metadata: Record<string, string>;
  try {
    metadata = modelMetadata(bytes);
  } catch (error) {
    throw damaged(error);
  }
  const card = cardFromMetadata(metadata, name);
  const opened = await openOnnx(bytes, options).catch((error: unknown) => {
    throw error instanceof UserError ? error : damaged(error);
  });
  const { height, width, channels, classes } = card;
  const bytesPerImage = height * width * channels;
  const atOnce = Math.max(1, Math.floor(rows / Math.max(1, card.references)));
  return {
    card,
    classes,
    async predict(images) {
      const count = images.length / bytesPerImage;
      if (!Number.isInteger(count))
        throw new RangeError(`${images.length} bytes are no whole number of ${width}×${height} images of ${channels}`);
      const joined = await inBatches({ count, size: atOnce }, async ({ from, to }) => {
        const data = images.subarray(from * bytesPerImage, to * bytesPerImage);
        return opened.run({ images: { shape: [to - from, height, width, channels], data } });
      });
      return answersOf(joined, count, opened);
    },
    dispose: () => opened.dispose(),
  };
}

function answersOf(joined: Partial<Record<string, Answered>>, count: number, { outputs }: OpenedModel): Answers {
  const all = (name: string) => (joined[name]?.data ?? new Float32Array()) as Float32Array;
  return {
    count,
    logits: all("logits"),
    probabilities: all("probabilities"),
    ...(outputs.includes("uncertainty") && { uncertainty: all("uncertainty") }),
    score: all("score"),
    ...(outputs.includes("known_score") && { knownScore: all("known_score"), knownParts: all("known_parts") }),
    ...(outputs.includes("similarity") && { similarity: all("similarity") }),
    label: (joined.label?.data ?? []) as string[],
  };
}
