import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../core/index.ts";
import { inBatches } from "../../core/internal.ts";
import type { TextTokenizer } from "../../data/index.ts";
import { type Device, openOnnx } from "../../engine/index.ts";
import { parseJson } from "../../files/internal.ts";
import { readTokenizer } from "../../train/internal.ts";
import { type DualEncoderCard, dualEncoderCard, towerFiles } from "./card.ts";

export interface OpenTowersOptions {
  /** One per core by default. */
  readonly threads?: number;
  readonly device?: Device;
  /** Images × references, or texts, of one run of a tower: bounds the memory. Default 32. */
  readonly rows?: number;
}

/** Points [N × d] of length 1. */
export interface Embeddings {
  readonly count: number;
  readonly data: Float32Array;
}

/** Both towers of a dual encoder, opened from their files. */
export interface OpenedTowers {
  readonly card: DualEncoderCard;
  /**
   * uint8 images [N × H × W × C] in the size of the card; `agreement` [N] of what is asked with several references.
   * @throws RangeError where the bytes are no whole number of images
   */
  embedImages(images: Uint8Array): Promise<Embeddings & { readonly agreement?: Float32Array }>;
  embedTexts(texts: readonly string[]): Promise<Embeddings>;
  dispose(): Promise<void>;
}

/**
 * Opens a folder that `writeTowers` has written.
 * @throws UserError where a file is missing or damaged
 * @example
 * const towers = await openTowers("pairs-onnx");
 * const { data } = await towers.embedTexts(["a photo of a cat"]); // [d]
 * await towers.dispose();
 */
export async function openTowers(folder: string, options: OpenTowersOptions = {}): Promise<OpenedTowers> {
  const path = join(folder, towerFiles.card);
  if (!existsSync(path)) throw new UserError(`${path} is missing; anchored export of a dual encoder writes it`);
  const card = parseJson(readFileSync(path, "utf8"), dualEncoderCard, path);
  const [image, text] = [card.image.file, card.text.file].map((name) => {
    const file = join(folder, name);
    if (!existsSync(file)) throw new UserError(`${file} is missing; export the dual encoder again`);
    return readFileSync(file);
  });
  return openTowerBytes({ card, image, text, tokenizer: readTokenizer(folder).tokenizer }, options);
}

/** As `openTowers`, of bytes. */
export async function openTowerBytes(
  {
    card,
    tokenizer,
    ...files
  }: {
    readonly card: DualEncoderCard;
    readonly image: Uint8Array;
    readonly text: Uint8Array;
    readonly tokenizer: TextTokenizer;
  },
  { rows = 32, ...options }: OpenTowersOptions = {},
): Promise<OpenedTowers> {
  const { height, width, channels, references } = card.image;
  const bytesPerImage = height * width * channels;
  const image = await openOnnx(files.image, options);
  const text = await openOnnx(files.text, options);
  return {
    card,
    async embedImages(images) {
      const count = images.length / bytesPerImage;
      if (!Number.isInteger(count))
        throw new RangeError(`${images.length} bytes are no whole number of ${width}×${height} images of ${channels}`);
      const size = Math.max(1, Math.floor(rows / Math.max(1, references)));
      const { embedding, agreement } = await inBatches({ count, size }, ({ from, to }) =>
        image.run({
          images: {
            shape: [to - from, height, width, channels],
            data: images.subarray(from * bytesPerImage, to * bytesPerImage),
          },
        }),
      );
      return {
        count,
        data: (embedding?.data ?? new Float32Array()) as Float32Array,
        ...(agreement && { agreement: agreement.data as Float32Array }),
      };
    },
    async embedTexts(texts) {
      const count = texts.length;
      const { context } = card.text;
      const { data: tokens } = tokenizer.encode(texts, context);
      const { embedding } = await inBatches({ count, size: rows }, ({ from, to }) =>
        text.run({ tokens: { shape: [to - from, context], data: tokens.subarray(from * context, to * context) } }),
      );
      return { count, data: (embedding?.data ?? new Float32Array()) as Float32Array };
    },
    async dispose() {
      await image.dispose();
      await text.dispose();
    },
  };
}
