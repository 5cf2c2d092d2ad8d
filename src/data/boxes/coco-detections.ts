import { z } from "zod";
import { type DetectedBoxes, UserError } from "../../core/index.ts";
import { counted } from "../../core/internal.ts";
import { bbox, cocoId, keyOf, parseCocoFile, partOf } from "./coco-json.ts";
import type { CocoImage, CocoObjects } from "./coco-objects.ts";
import { type Remark, Remarks } from "./remarks.ts";
import { type BoxRow, columnsOf, repeated } from "./rows.ts";

/** What COCO files of detections hold, and what there is to say of them. */
export interface CocoDetections {
  readonly detections: DetectedBoxes;
  readonly remarks: readonly Remark[];
}

const detection = z.object({
  image_id: cocoId,
  category_id: cocoId,
  bbox,
  score: z.number("must be a number: how sure the detector is"),
  uncertainty: z.number().nullish(),
});
type Detection = z.output<typeof detection>;

const remarksOf = (path: string) =>
  new Remarks({
    "text-ids": (n, first) =>
      `${path}: ${counted(n, "detection")} with an id that is a text where the image or class has a number, or the other way round (${first}); taken as the same`,
    "unknown-image": (n, first) =>
      `${path}: ${counted(n, "detection")} skipped, of an image that is not in the ground truth (${first})`,
    "unknown-category": (n, first) =>
      `${path}: ${counted(n, "detection")} skipped, of a class that is not in the ground truth (${first})`,
    negative: (n, first) =>
      `${path}: ${counted(n, "detection")} of negative width or height (${first}); taken as empty, so it is wrong`,
    empty: (n, first) => `${path}: ${counted(n, "detection")} without width or height (${first}); it is wrong`,
    twice: (n, first) =>
      `${path}: ${counted(n, "detection")} with the image, class, box and score of another (${first}); each counts`,
    "without-detections": (n, first) =>
      `${path}: ${counted(n, "image")} of the ground truth without any detection (${first}); objects there count as missed`,
    normalised: (n) =>
      `${path}: all ${n} boxes lie within 0 to 1; COCO's are in pixels: if these are shares of the image, multiply them by its width and height`,
    corners: (n, first) =>
      `${path}: ${counted(n, "detection")} of x + width or y + height beyond the image, but width and height within (${first}): are these corners [x1, y1, x2, y2]? COCO's are [x, y, width, height]`,
    "some-uncertainty": (n, first) =>
      `${path}: ${counted(n, "detection")} without an uncertainty where others have one (${first}); it is used for none`,
  } satisfies Record<string, (count: number, first: string) => string>);
type DetectionRemarks = ReturnType<typeof remarksOf>;

/**
 * Reads detections in COCO's JSON, a list of `{ image_id, category_id, bbox, score }`, for the images and classes of ground
 * truth; several files are one list. A field `uncertainty`, where every detection has it, becomes the detections' doubt.
 * Nothing is left out in silence: see `remarks`.
 * @throws UserError for a file that is none, or that is of other images altogether
 * @example
 * const truth = readCocoObjects("instances_val2017.json");
 * const { detections, remarks } = readCocoDetections("detections.json", truth);
 * console.log(cocoFigures(cocoMatches(truth.objects, detections)).ap, remarks);
 */
export function readCocoDetections(paths: string | readonly string[], truth: CocoObjects): CocoDetections {
  const files = typeof paths === "string" ? [paths] : paths;
  if (files.length === 0) throw new UserError("detections: no file is named; at least one is needed");
  const path = files.length === 1 ? files[0] : `${files[0]} and ${counted(files.length - 1, "other file")}`;
  const given = files.flatMap(detectionsOf);
  const remarks = remarksOf(path);
  const rows = rowsOf(given, truth, remarks);
  if (given.length > 0 && rows.length === 0)
    throw new UserError(
      `${path}: none of its ${given.length} detections is of an image and a class of ${truth.path} (the first: image ${given[0].image_id}, class ${given[0].category_id}); give the ground truth of these images`,
    );
  const { column, order } = columnsOf(rows, truth.images.length);
  for (const row of repeated(rows, { first: column.first, order }))
    remarks.add("twice", `of image ${truth.images[rows[row].image].id}`);
  remarkOnAll(rows, truth.images, remarks);
  const score = order.map((row) => rows[row].score);
  const certain = rows.findIndex(({ uncertainty }) => typeof uncertainty !== "number");
  const doubt = rows.length > 0 && certain < 0 ? order.map((row) => rows[row].uncertainty!) : undefined;
  return {
    detections: { names: truth.objects.names, ...column, score, ...(doubt && { doubt }) },
    remarks: remarks.list(),
  };
}

function detectionsOf(path: string): Detection[] {
  const whole = parseCocoFile(path);
  if (!Array.isArray(whole))
    throw new UserError(
      `${path}: ${typeof whole === "object" && whole !== null && "annotations" in whole ? "an object with annotations, as ground truth" : "no list"}; detections are a list of { image_id, category_id, bbox, score }`,
    );
  return partOf(whole, z.array(detection), `${path}, detection`);
}

interface DetectionRow extends BoxRow {
  readonly score: number;
  readonly uncertainty: number | null | undefined;
}

function rowsOf(given: readonly Detection[], { images, categories }: CocoObjects, remarks: DetectionRemarks) {
  const imageOf = new Map(images.map(({ id }, i) => [keyOf(id), i]));
  const classOf = new Map(categories.map(({ id }, k) => [keyOf(id), k]));
  const rows: DetectionRow[] = [];
  for (const [at, { image_id, category_id, bbox, score, uncertainty }] of given.entries()) {
    const where = `entry ${at + 1}`;
    const image = imageOf.get(keyOf(image_id));
    const index = classOf.get(keyOf(category_id));
    if (image === undefined) remarks.add("unknown-image", `${where}: image ${image_id}`);
    else if (index === undefined) remarks.add("unknown-category", `${where}: class ${category_id}`);
    else {
      if (typeof image_id !== typeof images[image].id || typeof category_id !== typeof categories[index].id)
        remarks.add("text-ids", where);
      const [x, y, width, height] = bbox;
      if (width < 0 || height < 0) remarks.add("negative", where);
      else if (width === 0 || height === 0) remarks.add("empty", where);
      const box = [x, y, Math.max(0, width), Math.max(0, height)] as const;
      rows.push({ image, index, box, score, uncertainty });
    }
  }
  return rows;
}

/** What only all of them together say. */
function remarkOnAll(rows: readonly DetectionRow[], images: readonly CocoImage[], remarks: DetectionRemarks): void {
  const found = new Set(rows.map(({ image }) => image));
  for (const [place, { id }] of images.entries())
    if (!found.has(place)) remarks.add("without-detections", `image ${id}`);
  if (rows.length === 0) return;
  if (rows.every(({ box }) => box.every((value) => value >= 0 && value <= 1)))
    remarks.add("normalised", "", rows.length);
  const corners = rows.filter((row) => looksLikeCorners(row, images[row.image]));
  // Detectors reach a little beyond an image; corners do so for about half of all boxes.
  if (corners.length > 0.2 * rows.length)
    remarks.add("corners", `[${corners[0].box.join(", ")}] of image ${images[corners[0].image].id}`, corners.length);
  const without = rows.filter(({ uncertainty }) => typeof uncertainty !== "number");
  if (without.length > 0 && without.length < rows.length)
    remarks.add("some-uncertainty", `of image ${images[without[0].image].id}`, without.length);
}

function looksLikeCorners({ box: [x, y, width, height] }: BoxRow, image: CocoImage): boolean {
  if (image.width === undefined || image.height === undefined) return false;
  const beyond = x + width > 1.02 * image.width || y + height > 1.02 * image.height;
  return beyond && width >= x && height >= y && width <= 1.02 * image.width && height <= 1.02 * image.height;
}
