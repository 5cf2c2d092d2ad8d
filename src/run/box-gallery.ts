import { existsSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { z } from "zod";
import { type DetectedBoxes, type ImageSet, imageAt, type ObjectBoxes } from "../core/index.ts";
import { inSquare } from "../data/index.ts";
import { boxExamples } from "../evaluate/index.ts";
import { boxStrips } from "../evaluate/internal.ts";
import { runPaths } from "../files/index.ts";
import { parseJson, readText, writeFileAtomic } from "../files/internal.ts";

const box = z.object({
  kind: z.enum(["right", "wrong", "missed"]),
  class: z.string(),
  score: z.number().optional(),
  /** Mean deviation of the sides over references, in the box's own size. */
  doubt: z.number().optional(),
  /** x, y, width, height in the image's pixels. */
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
});
const schema = z.object({
  version: z.literal(1),
  set: z.string(),
  /** Pixels of the images. */
  width: z.number(),
  height: z.number(),
  images: z.array(
    z.object({
      strip: z.enum(boxStrips),
      /** Row in the image set. */
      row: z.number().int(),
      /** PNG as a data URI. */
      png: z.string().startsWith("data:image/png;base64,"),
      boxes: z.array(box),
    }),
  ),
});

/** Images with what a detector found on them, and what it missed: `predictions/boxes-gallery.json`. */
export type BoxGallery = z.infer<typeof schema>;
export type GalleryBox = z.infer<typeof box>;

const galleryPath = (run: string) => join(runPaths(run).predictions, "boxes-gallery.json");
const LARGEST_SIDE = 256;

/**
 * Saves images to look at, as `boxExamples` chooses them, with their boxes.
 * @param least [K] score from which on a class's detections are shown
 */
export async function saveBoxGallery(
  run: string,
  set: ImageSet,
  { objects, detections }: { readonly objects: ObjectBoxes; readonly detections: DetectedBoxes },
  least: readonly number[],
): Promise<void> {
  const { name, width, height, classNames, source } = set;
  const channels = set.channels as 1 | 3;
  const images: BoxGallery["images"] = [];
  for (const { strip, image: row, right, wrong, missed } of boxExamples(objects, detections, { least })) {
    const placed = ({ boxes }: { readonly boxes: Float64Array }, at: number): GalleryBox["box"] => {
      const [x, y, wide, high] = boxes.subarray(4 * at, 4 * at + 4);
      const frame = source?.pictures[row].frame;
      return frame ? [...inSquare([x, y, wide, high], frame)] : [x, y, wide, high];
    };
    const detected = (kind: "right" | "wrong") => (at: number) => ({
      kind,
      class: classNames[detections.index[at]],
      score: detections.score[at],
      ...(detections.doubt && { doubt: detections.doubt[at] }),
      box: placed(detections, at),
    });
    const png = await sharp(imageAt(set, row), { raw: { width, height, channels } })
      .resize({ width: LARGEST_SIDE, height: LARGEST_SIDE, fit: "inside", withoutEnlargement: true })
      .png({ compressionLevel: 9 })
      .toBuffer();
    images.push({
      strip,
      row,
      png: `data:image/png;base64,${png.toString("base64")}`,
      boxes: [
        ...missed.map((at) => ({
          kind: "missed" as const,
          class: classNames[objects.index[at]],
          box: placed(objects, at),
        })),
        ...wrong.map(detected("wrong")),
        ...right.map(detected("right")),
      ],
    });
  }
  writeFileAtomic(galleryPath(run), `${JSON.stringify({ version: 1, set: name, width, height, images })}\n`);
}

/**
 * The saved images; `undefined` for a run without them. @throws UserError where they are damaged
 * @example
 * const gallery = readBoxGallery("runs/scenes");
 * console.log(gallery?.images.length ?? "evaluate the run first");
 */
export function readBoxGallery(run: string): BoxGallery | undefined {
  const path = galleryPath(run);
  return existsSync(path) ? parseJson(readText(path, ""), schema, path) : undefined;
}
