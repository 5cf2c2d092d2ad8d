import { type Batch, type ImageSet, imageAt, type Normalization, type Random, UserError } from "../core/index.ts";
import type { Augmentation, Image } from "./augmentation.ts";

export interface BatchOptions {
  readonly normalization: Normalization;
  /** Applied in order to each image; none where absent. */
  readonly augment?: readonly Augmentation[];
  /**
   * The stream an image's augmentations draw from, by its row in the set and its place in the batch. A stream named by seed, epoch and row,
   * `(row) => new Random("augment", seed, epoch, row)`, makes the result independent of batch size and order.
   */
  readonly random: (row: number, place: number) => Random;
  /** Places of the batch whose images are made; those of others stay zeros. All where absent. */
  readonly only?: readonly Places[];
}

/** Neighbouring places of a batch. */
export interface Places {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/**
 * The images at `rows`, augmented → images [N, C, H, W] normalised, targets [N, K] one-hot.
 * @example
 * const { images: seen, targets } = makeBatch(images, [0, 1, 2], {
 *   normalization: dataSet.normalization,
 *   augment: [crop({ pad: 4 }), flip()],
 *   random: (row) => new Random("augment", 0, row),
 * });
 */
export function makeBatch(set: ImageSet, rows: ArrayLike<number>, options: BatchOptions): Batch {
  const { augment = [], random, only = [{ from: 0, to: rows.length }] } = options;
  const { height, width, channels } = set;
  const classes = set.classNames.length;
  const bytesPerImage = height * width * channels;
  const scale = scaleTables(set, options.normalization);
  const images = new Float32Array(rows.length * bytesPerImage);
  const targets = new Float32Array(rows.length * classes);
  for (let i = 0; i < rows.length; i++) targets[i * classes + set.labels[rows[i]]] = 1;
  for (const i of placesIn(only)) {
    const row = rows[i];
    let image: Image = { height, width, channels, data: imageAt(set, row) };
    if (augment.length > 0) {
      const stream = random(row, i);
      for (const { apply } of augment) image = apply(image, stream);
    }
    writeNormalized(image.data, channels, scale, images, i * bytesPerImage);
  }
  return { images, targets };
}

/**
 * The images at `rows` as they are → [N, C, H, W], normalised: for references and evaluation. With `only`, those of other
 * places stay zeros.
 * @example
 * const seen = normalizeImages(images, [0, 1, 2], dataSet.normalization); // float32 [3, C, H, W]
 */
export function normalizeImages(
  set: ImageSet,
  rows: ArrayLike<number>,
  normalization: Normalization,
  only: readonly Places[] = [{ from: 0, to: rows.length }],
): Float32Array {
  const bytesPerImage = set.height * set.width * set.channels;
  const scale = scaleTables(set, normalization);
  const images = new Float32Array(rows.length * bytesPerImage);
  for (const i of placesIn(only))
    writeNormalized(imageAt(set, rows[i]), set.channels, scale, images, i * bytesPerImage);
  return images;
}

function* placesIn(spans: readonly Places[]): Generator<number> {
  for (const { from, to } of spans) for (let place = from; place < to; place++) yield place;
}

/** For each channel, the normalised value of each of the 256 bytes. */
function scaleTables(set: ImageSet, { mean, std }: Normalization): Float32Array[] {
  if (mean.length !== set.channels || std.length !== set.channels)
    throw new UserError(
      `${set.name} has ${set.channels} channels, the normalization ${mean.length}; convert the images with matchImages`,
    );
  return mean.map((m, c) => Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - m) / std[c]));
}

/** HWC bytes → CHW floats at `at`. */
function writeNormalized(
  data: Uint8Array,
  channels: number,
  scale: readonly Float32Array[],
  out: Float32Array,
  at: number,
): void {
  for (let c = 0; c < channels; c++) {
    const table = scale[c];
    for (let from = c; from < data.length; from += channels) out[at++] = table[data[from]];
  }
}
