import { readFileSync } from "node:fs";
import type { DetectedBoxes, ObjectBoxes } from "../../core/index.ts";

interface Annotation {
  readonly image_id: number;
  readonly category_id: number;
  readonly bbox: readonly number[];
}

export interface Truth {
  readonly images: readonly { readonly id: number }[];
  readonly annotations: readonly (Annotation & { readonly area: number; readonly iscrowd: number })[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
}

export type Found = Annotation & { readonly score: number };

export interface CocoCase {
  readonly why: string;
  readonly ground: Truth;
  readonly detections: readonly Found[];
  /** pycocotools' twelve, −1 for none. */
  readonly stats: readonly number[];
}

/** Random boxes and what pycocotools says of them. */
export const cocoCases = JSON.parse(
  readFileSync(new URL("./fixtures/coco-ap.json", import.meta.url), "utf8"),
) as readonly CocoCase[];

/** Both as columns: images and classes by rising id. */
export function columnsOf({ ground, detections }: Pick<CocoCase, "ground" | "detections">) {
  const images = ground.images.map(({ id }) => id).sort((a, b) => a - b);
  const categories = ground.categories.toSorted((a, b) => a.id - b.id);
  const objects = images.map((id) => ground.annotations.filter((one) => one.image_id === id));
  const found = images.map((id) => detections.filter((one) => one.image_id === id));
  const column = (lists: readonly (readonly Annotation[])[]) => {
    const first = Int32Array.of(0, ...lists.map(({ length }) => length));
    for (let i = 1; i < first.length; i++) first[i] += first[i - 1];
    return {
      names: categories.map(({ name }) => name),
      first,
      boxes: Float64Array.from(lists.flat().flatMap(({ bbox }) => bbox)),
      index: Int32Array.from(lists.flat(), (one) => categories.findIndex(({ id }) => id === one.category_id)),
    };
  };
  return {
    objects: {
      ...column(objects),
      area: Float64Array.from(objects.flat(), ({ area }) => area),
      crowd: Uint8Array.from(objects.flat(), ({ iscrowd }) => iscrowd),
    } satisfies ObjectBoxes,
    detections: {
      ...column(found),
      score: Float64Array.from(found.flat(), ({ score }) => score),
    } satisfies DetectedBoxes,
  };
}
