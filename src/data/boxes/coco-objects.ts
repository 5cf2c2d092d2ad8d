import { z } from "zod";
import { type ObjectBoxes, UserError } from "../../core/index.ts";
import { counted } from "../../core/internal.ts";
import { bbox, byId, type CocoId, cocoId, keyOf, parseCocoFile, partOf } from "./coco-json.ts";
import { type Remark, Remarks } from "./remarks.ts";
import { type BoxRow, columnsOf, repeated } from "./rows.ts";

export interface CocoImage {
  readonly id: CocoId;
  readonly file_name?: string;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
}

export interface CocoCategory {
  readonly id: CocoId;
  readonly name: string;
}

/** What a COCO file of ground truth holds, and what there is to say of it. */
export interface CocoObjects {
  readonly path: string;
  /** [N] by rising id, also those without objects */
  readonly images: readonly CocoImage[];
  /** [K] by rising id, which may have gaps; names are all different */
  readonly categories: readonly CocoCategory[];
  readonly objects: ObjectBoxes;
  readonly remarks: readonly Remark[];
}

export interface CocoObjectsOptions {
  /**
   * Whether boxes end where their image does, and those of which less than a pixel's width or height remains are left out:
   * for training. Judging takes boxes as they are, as pycocotools does. Default false.
   */
  readonly clip?: boolean;
}

const pixels = z.number().positive().optional();
const image = z.object({
  id: cocoId,
  file_name: z.string().optional(),
  width: pixels,
  height: pixels,
});
const category = z.object({ id: cocoId, name: z.string().optional() });
const annotation = z.object({
  id: cocoId.optional(),
  image_id: cocoId,
  category_id: cocoId,
  bbox: bbox.nullish(),
  area: z.number().nullish(),
  iscrowd: z.union([z.literal([0, 1]), z.boolean()], "must be 0 or 1").nullish(),
  ignore: z.unknown().optional(),
});
type Annotation = z.output<typeof annotation>;

const shape = "must be an object with the lists images, annotations and categories";
const list = z.array(z.unknown(), shape);
const top = z.object({ images: list, annotations: list, categories: list }, shape);

const boxes = (count: number): string => (count === 1 ? "1 box" : `${count.toLocaleString("en")} boxes`);

const remarksOf = (path: string) =>
  new Remarks({
    "same-image": (n, first) => `${path}: ${counted(n, "image")} listed twice, alike (${first}); each is taken once`,
    "text-ids": (n, first) =>
      `${path}: ${counted(n, "annotation")} with an id that is a text where the image or class has a number, or the other way round (${first}); taken as the same`,
    unnamed: (n, first) =>
      `${path}: ${n === 1 ? "1 class" : `${n} classes`} without a name (${first}); named by the id`,
    "same-name": (n, first) =>
      `${path}: ${n === 1 ? "1 class has" : `${n} classes have`} the name of another (${first}); the id was added to the name`,
    "unknown-image": (n, first) =>
      `${path}: ${counted(n, "annotation")} skipped, of an image that is not listed (${first})`,
    "unknown-category": (n, first) =>
      `${path}: ${counted(n, "annotation")} skipped, of a class that is not listed (${first})`,
    "no-box": (n, first) => `${path}: ${counted(n, "annotation")} without a bbox skipped (${first})`,
    clipped: (n, first) => `${path}: ${boxes(n)} clipped to the image (${first})`,
    small: (n, first) => `${path}: ${boxes(n)} less than a pixel wide or high left out (${first})`,
    negative: (n, first) => `${path}: ${boxes(n)} of negative width or height taken as empty (${first})`,
    empty: (n, first) =>
      `${path}: ${boxes(n)} without width or height (${first}): nothing can find such an object, and it counts as missed`,
    outside: (n, first) =>
      `${path}: ${n === 1 ? "1 box reaches" : `${n} boxes reach`} beyond the image by over a pixel (${first}); taken as given`,
    "no-area": (n, first) =>
      `${path}: ${counted(n, "annotation")} without an area (${first}); taken as width × height, which in COCO is the mask's`,
    ignore: (n, first) =>
      `${path}: ${counted(n, "annotation")} with "ignore" (${first}); COCO's protocol looks at iscrowd alone, so they count`,
    "id-0": (n, first) =>
      `${path}: ${counted(n, "annotation")} of id 0 (${first}), which pycocotools never counts as found; here it counts`,
    "same-id": (n, first) =>
      `${path}: ${counted(n, "annotation")} with the id of another (${first}); each counts, where pycocotools takes one for both`,
    twice: (n, first) =>
      `${path}: ${counted(n, "annotation")} with the image, class and box of another (${first}); each counts`,
  } satisfies Record<string, (count: number, first: string) => string>);
type ObjectRemarks = ReturnType<typeof remarksOf>;

/**
 * Reads ground truth in COCO's JSON: boxes alone, `segmentation` is not looked at. Nothing is left out in silence: see
 * `remarks`.
 * @throws UserError for a file that is none, and for what has no single meaning, such as two images of one id
 * @example
 * const { images, categories, objects, remarks } = readCocoObjects("instances_val2017.json");
 * for (const { text } of remarks) console.log(text);
 */
export function readCocoObjects(path: string, { clip = false }: CocoObjectsOptions = {}): CocoObjects {
  const whole = parseCocoFile(path);
  if (Array.isArray(whole))
    throw new UserError(
      `${path}: a list, as of detections; ground truth is an object with the lists images, annotations and categories`,
    );
  const { images: listed, annotations, categories: classes } = partOf(whole, top, path);
  const remarks = remarksOf(path);
  const images = imagesOf(path, partOf(listed, z.array(image), `${path}, image`), remarks);
  const categories = categoriesOf(path, partOf(classes, z.array(category), `${path}, category`), remarks);
  const rows = rowsOf(
    partOf(annotations, z.array(annotation), `${path}, annotation`),
    images,
    categories,
    remarks,
    clip,
  );
  const { column, order } = columnsOf(rows, images.length);
  for (const row of repeated(rows, { first: column.first, order }))
    remarks.add("twice", `of image ${images[rows[row].image].id}`);
  const objects: ObjectBoxes = {
    names: categories.map(({ name }) => name),
    ...column,
    area: order.map((row) => rows[row].area),
    crowd: Uint8Array.from(order, (row) => rows[row].crowd),
  };
  return { path, images, categories, objects, remarks: remarks.list() };
}

/** @throws UserError for two that differ and have one id */
function imagesOf(path: string, listed: readonly z.output<typeof image>[], remarks: ObjectRemarks): CocoImage[] {
  if (listed.length === 0)
    throw new UserError(`${path}: no images are listed; those without objects belong there, too`);
  const byKey = new Map<string, CocoImage>();
  for (const one of listed) {
    const before = byKey.get(keyOf(one.id));
    if (!before) byKey.set(keyOf(one.id), one);
    else if (JSON.stringify(before) === JSON.stringify(one)) remarks.add("same-image", `id ${one.id}`);
    else
      throw new UserError(
        `${path}: two images have the id ${one.id} (${before.file_name ?? "unnamed"} and ${one.file_name ?? "unnamed"}); give each its own`,
      );
  }
  return [...byKey.values()].sort(byId);
}

/** @throws UserError for two of one id */
function categoriesOf(
  path: string,
  listed: readonly z.output<typeof category>[],
  remarks: ObjectRemarks,
): CocoCategory[] {
  if (listed.length === 0) throw new UserError(`${path}: no categories are listed; at least one is needed`);
  const ids = new Set<string>();
  const names = new Set<string>();
  return listed.toSorted(byId).map(({ id, name }) => {
    if (ids.has(keyOf(id))) throw new UserError(`${path}: two categories have the id ${id}; give each its own`);
    ids.add(keyOf(id));
    let own = name ?? `class ${id}`;
    if (name === undefined) remarks.add("unnamed", `id ${id}`);
    else if (names.has(name)) {
      remarks.add("same-name", `"${name}", id ${id}`);
      own = `${name} (id ${id})`;
    }
    names.add(own);
    return { id, name: own };
  });
}

interface ObjectRow extends BoxRow {
  readonly area: number;
  readonly crowd: number;
}

function rowsOf(
  annotations: readonly Annotation[],
  images: readonly CocoImage[],
  categories: readonly CocoCategory[],
  remarks: ObjectRemarks,
  clip: boolean,
): ObjectRow[] {
  const imageOf = new Map(images.map(({ id }, i) => [keyOf(id), i]));
  const classOf = new Map(categories.map(({ id }, k) => [keyOf(id), k]));
  const ids = new Set<string>();
  const rows: ObjectRow[] = [];
  for (const [at, given] of annotations.entries()) {
    const where = given.id === undefined ? `entry ${at + 1}` : `id ${given.id}`;
    const place = imageOf.get(keyOf(given.image_id));
    const index = classOf.get(keyOf(given.category_id));
    if (place === undefined) remarks.add("unknown-image", `${where}: image ${given.image_id}`);
    else if (index === undefined) remarks.add("unknown-category", `${where}: class ${given.category_id}`);
    else if (!given.bbox) remarks.add("no-box", where);
    else {
      const sameKind =
        typeof given.image_id === typeof images[place].id && typeof given.category_id === typeof categories[index].id;
      if (!sameKind) remarks.add("text-ids", where);
      if (given.id !== undefined) {
        if (Number(given.id) === 0) remarks.add("id-0", `of image ${given.image_id}`);
        if (ids.has(keyOf(given.id))) remarks.add("same-id", where);
        ids.add(keyOf(given.id));
      }
      const box = keptBox(given.bbox, images[place], remarks, where, clip);
      if (!box) continue;
      if (given.ignore && !given.iscrowd) remarks.add("ignore", where);
      if (typeof given.area !== "number") remarks.add("no-area", where);
      rows.push({
        image: place,
        index,
        box,
        area: given.area ?? box[2] * box[3],
        crowd: given.iscrowd ? 1 : 0,
      });
    }
  }
  return rows;
}

type Box = BoxRow["box"];

/** The box as it is to be used; `undefined` where it is left out. */
function keptBox(given: Box, image: CocoImage, remarks: ObjectRemarks, where: string, clip: boolean): Box | undefined {
  if (given[2] < 0 || given[3] < 0) remarks.add("negative", where);
  const [x, y, width, height] = [given[0], given[1], Math.max(0, given[2]), Math.max(0, given[3])];
  const [right, bottom] = [image.width ?? Infinity, image.height ?? Infinity];
  const over = Math.max(-x, -y, x + width - right, y + height - bottom);
  if (!clip) {
    if (given[2] === 0 || given[3] === 0) remarks.add("empty", where);
    if (over > 1) remarks.add("outside", where);
    return [x, y, width, height];
  }
  const [left, upper] = [Math.max(0, x), Math.max(0, y)];
  const [wide, high] = [Math.min(right, x + width) - left, Math.min(bottom, y + height) - upper];
  if (wide < 1 || high < 1) {
    remarks.add("small", where);
    return undefined;
  }
  if (over <= 0) return [x, y, width, height];
  remarks.add("clipped", where);
  return [left, upper, wide, high];
}
