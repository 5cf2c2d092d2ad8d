import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { type ImageSet, type ObjectBoxes, type PictureSource, Random, subset, UserError } from "../../core/index.ts";
import { boxesAt, counted, inParallel } from "../../core/internal.ts";
import { type CocoImage, type CocoObjects, readCocoObjects } from "../boxes/index.ts";
import { decodeLetterboxed, inSquare } from "../letterbox.ts";
import { detectionDataSet, type ResolvedDetectionContext } from "./entry.ts";
import { splitFields } from "./options.ts";

const MOST_BYTES = 2 ** 31;
/** The byte of what lies beside a picture in its square. */
const BACKGROUND = 127;

const options = z.strictObject({
  name: z.literal("coco"),
  folder: z.string().meta({ flag: "--folder", help: "the folder of the images", isPath: true }),
  annotations: z.string().meta({
    flag: "--annotations",
    value: "<file>",
    help: "coco: boxes in COCO's JSON, of the images in --folder; implies --data coco",
    isPath: true,
  }),
  testAnnotations: z.string().optional().meta({
    flag: "--test-annotations",
    value: "<file>",
    help: "coco: boxes of the images that are tested on (a part of the others is held out)",
    isPath: true,
  }),
  imageSize: z.int().min(32).max(1024).default(128).meta({
    flag: "--image-size",
    help: "side of the square that each picture is put into, whole",
    example: 128,
  }),
  badImages: z.enum(["refuse", "skip"]).default("refuse").meta({
    flag: "--bad-images",
    help: "what is done about pictures that are not there or cannot be read",
  }),
  ...splitFields,
});
type CocoOptions = z.output<typeof options>;

/**
 * A folder of pictures with boxes in COCO's JSON, `segmentation` not looked at. Each picture lies whole in a square, boxes are
 * clipped to it, and what was clipped, left out or renamed is said, a line each. Images without boxes are scenes without objects.
 */
export const coco = detectionDataSet({
  title: "COCO folder",
  description: "Your own pictures with boxes in COCO's JSON.",
  source: "a folder and a file of your own",
  options,
  augment: [{ name: "flip", options: {} }],
  background: BACKGROUND,

  async load(given, context) {
    const { folder, annotations, testAnnotations, seed, testFraction } = given;
    if (!existsSync(folder)) throw new UserError(`data.folder ${folder}: no such folder`);
    const stem = basename(resolve(annotations)).replace(/\.json$/i, "");
    const all = await read(given, annotations, `${stem}/train`, context);
    const title = basename(annotations);
    if (testAnnotations !== undefined) {
      const test = await read(given, testAnnotations, `${stem}/test`, context, all.classNames);
      return { title, train: all, test, shifts: [] };
    }
    const count = all.labels.length;
    const held = Math.min(count - 1, Math.max(1, Math.round(testFraction * count)));
    const order = new Random("coco test", seed).shuffle(Array.from({ length: count }, (_, row) => row));
    const rows = (from: number, to: number) => order.slice(from, to).sort((a, b) => a - b);
    return {
      title,
      train: subset(all, rows(held, count)),
      test: subset(all, rows(0, held), `${stem}/test`),
      shifts: [],
    };
  },
});

type Frame = PictureSource["pictures"][number]["frame"];

async function read(
  { folder, imageSize, badImages }: CocoOptions,
  path: string,
  name: string,
  { onProgress, onNotice }: ResolvedDetectionContext,
  classNames?: readonly string[],
): Promise<ImageSet> {
  const found = readCocoObjects(path, { clip: true });
  for (const { text } of found.remarks) onNotice?.(text);
  const { images } = found;
  const bytes = imageSize ** 2 * 3;
  if (images.length * bytes > MOST_BYTES)
    throw new UserError(
      `${path}: ${images.length} images of ${imageSize}×${imageSize} pixels fill more than 2 GiB of memory; lower data.imageSize, or list fewer`,
    );
  const pixels = new Uint8Array(images.length * bytes);
  const frames = new Array<Frame | UserError>(images.length);
  let done = 0;
  await inParallel(images, 2 * availableParallelism(), async (image, i) => {
    frames[i] = await decoded(folder, path, image, imageSize, pixels.subarray(i * bytes, (i + 1) * bytes));
    onProgress?.({ label: `reading ${name}`, done: ++done, total: images.length, unit: "images" });
  });
  const bad = frames.filter((frame) => frame instanceof UserError);
  if (bad.length > 0 && badImages === "refuse") throw bad[0];
  if (bad.length > 0) onNotice?.(`${path}: skipped ${counted(bad.length, "image")} (${bad[0].message})`);
  const rows = [...frames.keys()].filter((i) => !(frames[i] instanceof UserError));
  if (rows.length < 2)
    throw new UserError(`${path}: ${counted(rows.length, "image")} can be read; at least 2 are needed`);
  const pictures = images.map(({ id, file_name: file = String(id) }, i) => ({ id, file, frame: frames[i] as Frame }));
  const column = withClasses(path, found, classNames);
  const whole: ImageSet = {
    ...{ name, height: imageSize, width: imageSize, channels: 3, images: pixels },
    labels: new Int32Array(images.length).fill(-1),
    classNames: column.names,
    source: { pictures, classIds: classIdsOf(found, column.names) },
  };
  const kept = rows.length < images.length ? subset(whole, rows) : whole;
  return { ...kept, boxes: inSquares(boxesAt(column, rows), kept.source!, imageSize) };
}

/** @returns how the picture lies in its square, whose pixels are written, or what is wrong with it */
async function decoded(
  folder: string,
  path: string,
  image: CocoImage,
  size: number,
  out: Uint8Array,
): Promise<Frame | UserError> {
  const { file_name: file, width, height } = image;
  try {
    if (file === undefined) throw new UserError(`${path}: image ${image.id} has no file_name`);
    const where = join(folder, file);
    if (!existsSync(where))
      throw new UserError(`${where}: not there, but ${path} lists it; give the folder by data.folder`);
    const { pixels, frame } = await decodeLetterboxed(where, size, { background: BACKGROUND });
    if ((width !== undefined && width !== frame.width) || (height !== undefined && height !== frame.height))
      throw new UserError(
        `${where}: ${frame.width}×${frame.height} pixels, turned as its EXIF tag says, but ${path} has boxes for ${width}×${height}, which would lie elsewhere`,
      );
    out.set(pixels);
    return frame;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** The objects, by the classes of the training where they are given. @throws UserError for one that is not trained on */
function withClasses(path: string, { objects }: CocoObjects, classNames = objects.names): ObjectBoxes {
  const places = objects.names.map((name) => classNames.indexOf(name));
  const strange = objects.index.findIndex((k) => places[k] < 0);
  if (strange >= 0)
    throw new UserError(
      `${path}: the class ${objects.names[objects.index[strange]]} is not trained on; there are ${classNames.join(", ")}`,
    );
  return { ...objects, names: classNames, index: objects.index.map((k) => places[k]) };
}

/** What this file calls the classes; one that it lacks is called by its name. */
const classIdsOf = ({ categories }: CocoObjects, names: readonly string[]): PictureSource["classIds"] =>
  names.map((name) => categories.find((category) => category.name === name)?.id ?? name);

/** Boxes in pictures as boxes in squares. */
function inSquares(column: ObjectBoxes, { pictures }: PictureSource, size: number): ObjectBoxes {
  const { first, boxes, area } = column;
  const squared = new Float64Array(boxes.length);
  const areas = area && new Float64Array(area.length);
  for (const [row, { frame }] of pictures.entries())
    for (let at = first[row]; at < first[row + 1]; at++) {
      const [x, y, width, height] = boxes.subarray(4 * at, 4 * at + 4);
      const [left, top, wide, high] = inSquare([x, y, width, height], frame);
      squared.set([left, top, Math.min(wide, size - left), Math.min(high, size - top)], 4 * at);
      if (areas) areas[at] = area[at] * frame.across * frame.down;
    }
  return { ...column, boxes: squared, ...(areas && { area: areas }) };
}
