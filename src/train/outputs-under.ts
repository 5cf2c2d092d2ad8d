import { normalizeImages } from "../augment/index.ts";
import { HostArray, type HostArrays, type ImageSet, imageCount, type Normalization, UserError } from "../core/index.ts";
import { checkImageSet } from "../core/internal.ts";
import type { RunRecord } from "../run/index.ts";
import { alone } from "./group/group.ts";
import { inSharedBatches } from "./group/shared-batches.ts";
import type { PredictionParts, PredictOptions } from "./predict-set.ts";
import type { ReferenceChooser } from "./transductor.ts";

const isChooser = (references: HostArray | ReferenceChooser | undefined): references is ReferenceChooser =>
  references !== undefined && "choose" in references;

/** What the images that a network was trained on are like. */
type SeenImages = Pick<RunRecord["data"], "channels" | "height" | "width" | "normalization">;

interface OutputParts extends Pick<PredictionParts, "forward" | "variables" | "noise" | "group"> {
  readonly record: { readonly data: SeenImages };
}

/**
 * A network's outputs [N × O] on every image, in order, under each reference, R of them (1 for a chooser, and for methods
 * without).
 * @throws UserError for images of another shape
 */
export async function outputsUnder(
  { forward, record: { data }, variables, noise, group = alone }: OutputParts,
  references: HostArray | ReferenceChooser | undefined,
  set: ImageSet,
  { mirror = false, onProgress }: Pick<PredictOptions, "mirror" | "onProgress"> = {},
): Promise<Float32Array[]> {
  checkImages(set, data);
  const count = references && !isChooser(references) ? references.shape[0] : 1;
  const run = async (images: HostArray, factors: HostArrays | undefined) =>
    forward.run(variables, images, isChooser(references) ? await references.choose(images) : references, factors);
  const size = forward.batchSize(count);
  const batches = { count: imageCount(set), size, axis: 1, onProgress };
  const outputs = await inSharedBatches(group, batches, async ({ rows, from }) => {
    const factors = noise?.(from, size, count);
    const images = imagesOf(set, rows, data.normalization);
    const own = await run(images, factors);
    return mirror ? meanArray(own, await run(mirrored(images), factors)) : own;
  });
  return parted(outputs?.data ?? new Float32Array(), count);
}

/** Equal parts of an array, in its memory. */
export const parted = (values: Float32Array, count: number): Float32Array[] => {
  const size = values.length / count;
  return Array.from({ length: count }, (_, i) => values.subarray(i * size, (i + 1) * size));
};

/** @throws UserError for images of another shape than the network was trained on, or that are damaged */
export function checkImages(set: ImageSet, { channels, height, width }: SeenImages): void {
  if (set.channels !== channels || set.height !== height || set.width !== width)
    throw new UserError(
      `${set.name} has ${set.width}×${set.height} images of ${set.channels} channels, the model was trained on ${width}×${height} of ${channels}; convert them with matchImages`,
    );
  checkImageSet(set);
}

/** Entry by entry; summed in float64. */
export function meanOf(first: Float32Array, ...others: readonly Float32Array[]): Float32Array {
  if (others.length === 0) return first;
  return first.map((value, i) => others.reduce((sum, one) => sum + one[i], value) / (others.length + 1));
}

const meanArray = (first: HostArray<"float32">, second: HostArray<"float32">): HostArray<"float32"> =>
  HostArray.float32(first.shape, meanOf(first.data, second.data));

/** Columns `from` to `to`, exclusive, of rows of `width`. */
export function columnsOf(rows: Float32Array, width: number, from: number, to: number): Float32Array {
  const count = rows.length / width;
  const taken = new Float32Array(count * (to - from));
  for (let row = 0; row < count; row++)
    taken.set(rows.subarray(row * width + from, row * width + to), row * (to - from));
  return taken;
}

/** Images [N, C, H, W], each row of pixels from right to left. */
function mirrored({ shape, data }: HostArray): HostArray {
  const width = shape[3];
  const turned = Float32Array.from(data as Float32Array);
  for (let at = 0; at < turned.length; at += width) turned.subarray(at, at + width).reverse();
  return HostArray.float32(shape, turned);
}

/** [rows, C, H, W], normalised. */
export const imagesOf = (set: ImageSet, rows: Int32Array, normalization: Normalization): HostArray =>
  HostArray.float32([rows.length, set.channels, set.height, set.width], normalizeImages(set, rows, normalization));
