import { type DetectedBoxes, type ImageSet, imageCount } from "../../core/index.ts";
import { inPicture } from "../letterbox.ts";

type Described = Pick<ImageSet, "width" | "height" | "classNames" | "source">;

/** What a set's images and classes are called: by its source, else by numbers from 1. */
const idsOf = ({ source }: Described) => ({
  image: (row: number) => source?.pictures[row].id ?? row + 1,
  category: (k: number) => source?.classIds[k] ?? k + 1,
});

/** Boxes of a set, one by one, in the pictures' own pixels; those beside their pictures are left out. */
function* boxesOf({ source }: Described, { first, boxes }: Pick<DetectedBoxes, "first" | "boxes">) {
  for (let row = 0; row + 1 < first.length; row++)
    for (let at = first[row]; at < first[row + 1]; at++) {
      const [x, y, width, height] = boxes.subarray(4 * at, 4 * at + 4);
      const frame = source?.pictures[row].frame;
      const box = frame ? inPicture([x, y, width, height], frame) : ([x, y, width, height] as const);
      if (box) yield { row, at, box, across: frame?.across ?? 1, down: frame?.down ?? 1 };
    }
}

/**
 * What is there on a set's images, as COCO's JSON has it: for `readCocoObjects`, pycocotools and all others. Images and classes are
 * called what the set's source calls them, else they are numbered from 1; boxes are in the pictures' own pixels.
 * @throws TypeError for a set without boxes
 * @example
 * const { test } = await loadDetectionData({ name: "emoji-scenes", count: 100 });
 * console.log(JSON.stringify(cocoTruth(test)));
 */
export function cocoTruth(set: ImageSet) {
  const { name, boxes: column, width, height, classNames, source } = set;
  if (!column) throw new TypeError(`${name}: it has no boxes`);
  const { index, area, crowd } = column;
  const ids = idsOf(set);
  return {
    info: { description: name },
    images: Array.from({ length: imageCount(set) }, (_, row) => ({
      id: ids.image(row),
      file_name: source?.pictures[row].file ?? `${row + 1}.png`,
      width: source?.pictures[row].frame.width ?? width,
      height: source?.pictures[row].frame.height ?? height,
    })),
    annotations: Array.from(boxesOf(set, column), ({ row, at, box, across, down }) => ({
      id: at + 1,
      image_id: ids.image(row),
      category_id: ids.category(index[at]),
      bbox: [...box],
      area: area ? area[at] / (across * down) : box[2] * box[3],
      iscrowd: crowd?.[at] ?? 0,
    })),
    categories: classNames.map((own, k) => ({ id: ids.category(k), name: own })),
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
 * Detections on a set as COCO's JSON has them, `[{ image_id, category_id, bbox, score }]`, as `cocoTruth` calls images and classes;
 * with `uncertainty`, `score_deviation` and `bbox_deviation` (left, upper, right, lower) where there are any.
 * @example
 * const { test } = await loadDetectionData({ name: "emoji-scenes", count: 100 });
 * const found = await loadDetector("runs/scenes").detect(test);
 * console.log(JSON.stringify(cocoDetectionList(test, found)));
 */
export function cocoDetectionList(set: Described, detections: DeviatingBoxes) {
  const { index, score, doubt, scoreDeviation, sideDeviation } = detections;
  const ids = idsOf(set);
  return Array.from(boxesOf(set, detections), ({ row, at, box, across, down }) => ({
    image_id: ids.image(row),
    category_id: ids.category(index[at]),
    bbox: [...box],
    score: score[at],
    ...(doubt && { uncertainty: doubt[at] }),
    ...(scoreDeviation && { score_deviation: scoreDeviation[at] }),
    ...(sideDeviation && {
      bbox_deviation: Array.from(sideDeviation.subarray(4 * at, 4 * at + 4), (side, i) =>
        i % 2 === 0 ? side / across : side / down,
      ),
    }),
  }));
}
