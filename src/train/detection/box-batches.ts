import { augmentationsFromJson, augmentWithBoxes, type BatchTask, normalizeImages } from "../../augment/index.ts";
import { augmentationStream } from "../../augment/internal.ts";
import { type Batch, type DataSet, HostArray, type ImageSet, imageAt, imageCount } from "../../core/index.ts";
import { CENTER_NET_STRIDE } from "../../models/index.ts";
import { type CellBox, centerTargetSize, drawCenterTargets, type MapShape } from "../../tasks/index.ts";
import type { BatchSource } from "../batches.ts";
import type { DetectionRecord } from "./record.ts";

/** The objects at one image, x, y, width, height in pixels, as the maps have them. */
const inCells = (boxes: Float64Array, index: ArrayLike<number>): CellBox[] =>
  Array.from(index, (own, i) => {
    const [x, y, width, height] = boxes.subarray(4 * i, 4 * i + 4).map((pixels) => pixels / CENTER_NET_STRIDE);
    return { x, y, width, height, index: own };
  });

/** Boxes and classes of one image; crowds are not learnt. */
function objectsOf({ boxes: column }: ImageSet, row: number): { boxes: Float64Array; index: Int32Array } {
  const { first, boxes, index, crowd } = column!;
  const places = Array.from({ length: first[row + 1] - first[row] }, (_, i) => first[row] + i).filter(
    (place) => !crowd?.[place],
  );
  return {
    boxes: Float64Array.from(places.flatMap((place) => [...boxes.subarray(4 * place, 4 * place + 4)])),
    index: Int32Array.from(places, (place) => index[place]),
  };
}

/** [N, (K + 5)·h·w] what is learnt of the images at `rows`, as they are. */
export function centerTargets(
  set: ImageSet,
  rows: ArrayLike<number>,
  shape: MapShape,
  { radius }: Pick<DetectionRecord["config"]["task"], "radius">,
): HostArray<"float32"> {
  const size = centerTargetSize(shape);
  const targets = HostArray.zeros([rows.length, size]);
  for (let i = 0; i < rows.length; i++) {
    const { boxes, index } = objectsOf(set, rows[i]);
    drawCenterTargets(inCells(boxes, index), shape, radius, targets.data.subarray(i * size, (i + 1) * size));
  }
  return targets;
}

/** What `centerLoss` divides by: objects of these images over images, of one object at least. */
export function objectsPerExample(set: ImageSet, rows: ArrayLike<number>): HostArray<"float32"> {
  let objects = 0;
  for (let i = 0; i < rows.length; i++) objects += objectsOf(set, rows[i]).index.length;
  return HostArray.scalar(Math.max(1, objects) / rows.length) as HostArray<"float32">;
}

/** Images, augmented and normalised, and what is learnt of the boxes on them. */
export function boxSource(
  { augment: chosen, seed, task }: DetectionRecord["config"],
  { train, normalization }: DataSet,
  shape: MapShape,
): BatchSource {
  const augment = augmentationsFromJson(chosen);
  const { channels, height, width } = train;
  const size = centerTargetSize(shape);
  const make = async ({ epoch, rows, repetitions, only }: BatchTask): Promise<Batch> => {
    const moved = new Uint8Array(rows.length * height * width * channels);
    const targets = new Float32Array(rows.length * size);
    const needed = (i: number) => !only || only.some(({ from, to }) => i >= from && i < to);
    for (let i = 0; i < rows.length; i++) {
      if (!needed(i)) continue;
      const row = rows[i];
      const random = augmentationStream(seed, { epoch, repetitions }, row, i);
      const { boxes, index } = objectsOf(train, row);
      const start = { image: { height, width, channels, data: imageAt(train, row) }, boxes };
      const { image, boxes: followed } = augmentWithBoxes(augment, start, random);
      moved.set(image.data, i * image.data.length);
      drawCenterTargets(inCells(followed, index), shape, task.radius, targets.subarray(i * size, (i + 1) * size));
    }
    const all = Array.from(rows.keys());
    return { images: normalizeImages({ ...train, images: moved }, all, normalization, only), targets };
  };
  return {
    count: imageCount(train),
    shape: { channels, height, width, targetSize: size },
    make,
    plain: (rows) => ({
      images: normalizeImages(train, rows, normalization),
      targets: centerTargets(train, rows, shape, task).data,
    }),
    shared: (rows) => ({ objectsPerExample: objectsPerExample(train, rows) }),
    ahead: 0,
    stepTook() {},
    async close() {},
  };
}
