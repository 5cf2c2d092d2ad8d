import { evenly } from "./evenly.ts";

/**
 * The twelve figures of COCO, in its own order.
 * @example
 * for (const name of cocoFigureNames) console.log(cocoFigureTitles[name]);
 */
export const cocoFigureNames = [
  "ap",
  "ap50",
  "ap75",
  "apSmall",
  "apMedium",
  "apLarge",
  "ar1",
  "ar10",
  "ar100",
  "arSmall",
  "arMedium",
  "arLarge",
] as const;

export type CocoFigureName = (typeof cocoFigureNames)[number];

/** Shares from 0 to 1; a figure that no object counts for is left out. */
export type CocoFigures = Readonly<Partial<Record<CocoFigureName, number>>>;

/**
 * [10] IoU from 0.50 to 0.95, of the last bits that NumPy gives them.
 * @example
 * console.log(cocoThresholds[5]); // 0.75
 */
export const cocoThresholds = evenly(0.5, 0.95, 10);
/**
 * [101] recalls at which precision is read.
 * @example
 * console.log(cocoRecalls.length); // 101
 */
export const cocoRecalls = evenly(0, 1, 101);
/** All, small, medium and large ones in square pixels; both ends within. */
export const cocoAreas = [
  [0, 1e5 ** 2],
  [0, 32 ** 2],
  [32 ** 2, 96 ** 2],
  [96 ** 2, 1e5 ** 2],
] as const;
/** Detections of a class on an image. */
export const COCO_MOST = 100;

interface Figure {
  readonly title: string;
  readonly of: "precision" | "recall";
  /** Place in `cocoAreas`. */
  readonly area: number;
  /** Place in `cocoThresholds`; all of them where absent. */
  readonly threshold?: number;
  readonly most: number;
}

export const cocoFigureTable: { readonly [Name in CocoFigureName]: Figure } = {
  ap: { title: "AP, mean over IoU 0.50 to 0.95", of: "precision", area: 0, most: COCO_MOST },
  ap50: { title: "AP at IoU 0.50", of: "precision", area: 0, threshold: 0, most: COCO_MOST },
  ap75: { title: "AP at IoU 0.75", of: "precision", area: 0, threshold: 5, most: COCO_MOST },
  apSmall: { title: "AP of small objects (up to 32² pixels)", of: "precision", area: 1, most: COCO_MOST },
  apMedium: { title: "AP of medium objects", of: "precision", area: 2, most: COCO_MOST },
  apLarge: { title: "AP of large objects (from 96² pixels)", of: "precision", area: 3, most: COCO_MOST },
  ar1: { title: "recall with 1 detection of a class on an image", of: "recall", area: 0, most: 1 },
  ar10: { title: "recall with 10", of: "recall", area: 0, most: 10 },
  ar100: { title: "recall with 100", of: "recall", area: 0, most: COCO_MOST },
  arSmall: { title: "recall of small objects", of: "recall", area: 1, most: COCO_MOST },
  arMedium: { title: "recall of medium objects", of: "recall", area: 2, most: COCO_MOST },
  arLarge: { title: "recall of large objects", of: "recall", area: 3, most: COCO_MOST },
};

/**
 * What each of COCO's figures is, in words.
 * @example
 * console.log(cocoFigureTitles.ap50); // AP at IoU 0.50
 */
export const cocoFigureTitles = Object.fromEntries(
  cocoFigureNames.map((name) => [name, cocoFigureTable[name].title]),
) as Readonly<Record<CocoFigureName, string>>;
