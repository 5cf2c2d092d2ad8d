import { type DetectedBoxes, type ImageSet, imageCount } from "../../core/index.ts";

/** What COCO's files call the images and the classes of a set: images are numbered from 1, and so are classes. */
const numbered = (place: number): number => place + 1;

/**
 * What is there on a set's images, as COCO's JSON has it: for `readCocoObjects`, pycocotools and all others.
 * @param files names of the image files; by their numbers where absent
 * @throws TypeError for a set without boxes
 * @example
 * const { test } = await loadDetectionData({ name: "emoji-scenes", count: 100 });
 * console.log(JSON.stringify(cocoTruth(test)));
 */
export function cocoTruth(set: ImageSet, files?: readonly string[]) {
  const { name, boxes: column, width, height, classNames } = set;
  if (!column) throw new TypeError(`${name}: it has no boxes`);
  const { first, boxes, index, area, crowd } = column;
  return {
    info: { description: name },
    images: Array.from({ length: imageCount(set) }, (_, row) => ({
      id: numbered(row),
      file_name: files?.[row] ?? `${numbered(row)}.png`,
      width,
      height,
    })),
    annotations: Array.from({ length: imageCount(set) }, (_, row) =>
      Array.from({ length: first[row + 1] - first[row] }, (_, i) => {
        const at = first[row] + i;
        const [x, y, wide, high] = boxes.subarray(4 * at, 4 * at + 4);
        return {
          id: numbered(at),
          image_id: numbered(row),
          category_id: numbered(index[at]),
          bbox: [x, y, wide, high],
          area: area?.[at] ?? wide * high,
          iscrowd: crowd?.[at] ?? 0,
        };
      }),
    ).flat(),
    categories: classNames.map((own, k) => ({ id: numbered(k), name: own })),
  };
}

/** A detector's boxes, with what it says of how far they may be off. */
export interface DeviatingBoxes extends DetectedBoxes {
  /** [M] standard deviation of each score over references. */
  readonly scoreDeviation?: Float64Array;
  /** [M, 4] of left, upper, right and lower side, in pixels. */
  readonly sideDeviation?: Float64Array;
}

/**
 * Detections as COCO's JSON has them, `[{ image_id, category_id, bbox, score }]`, of images and classes as `cocoTruth` numbers
 * them; with `uncertainty`, `score_deviation` and `bbox_deviation` (left, upper, right, lower) where there are any.
 * @example
 * const found = cocoDetectionList(detections);
 */
export function cocoDetectionList(detections: DeviatingBoxes) {
  const { first, boxes, index, score, doubt, scoreDeviation, sideDeviation } = detections;
  return Array.from({ length: first.length - 1 }, (_, row) =>
    Array.from({ length: first[row + 1] - first[row] }, (_, i) => {
      const at = first[row] + i;
      return {
        image_id: numbered(row),
        category_id: numbered(index[at]),
        bbox: [...boxes.subarray(4 * at, 4 * at + 4)],
        score: score[at],
        ...(doubt && { uncertainty: doubt[at] }),
        ...(scoreDeviation && { score_deviation: scoreDeviation[at] }),
        ...(sideDeviation && { bbox_deviation: [...sideDeviation.subarray(4 * at, 4 * at + 4)] }),
      };
    }),
  ).flat();
}
