import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type ImageSet, imageAt } from "../core/index.ts";
import { type StoredPredictions, softmax } from "../evaluate/index.ts";
import { checkPredictions, rowMeans } from "../evaluate/internal.ts";
import { runPaths } from "../files/index.ts";
import { parseJson, readText, writeFileAtomic } from "../files/internal.ts";
import { pngUri } from "./png-uri.ts";

const strips = ["least-certain", "confidently-wrong", "most-certain"] as const;

const schema = z.object({
  version: z.literal(1),
  set: z.string(),
  images: z.array(
    z.object({
      strip: z.enum(strips),
      /** Row in the image set. */
      row: z.number().int(),
      /** PNG as a data URI. */
      png: z.string().startsWith("data:image/png;base64,"),
      label: z.string(),
      predicted: z.string(),
      /** Largest softmax probability. */
      confidence: z.number(),
      /** Std over references, mean over classes; absent for models without references. */
      uncertainty: z.number().optional(),
    }),
  ),
});

/** The images that a model is most and least certain of, and its surest mistakes: `predictions/gallery.json`. */
export type Gallery = z.infer<typeof schema>;

/** The part of an `ImageSet` that a gallery shows. */
export type GalleryImages = Pick<ImageSet, "images" | "height" | "width" | "channels" | "labels" | "classNames">;

const galleryPath = (run: string) => join(runPaths(run).predictions, "gallery.json");

/**
 * Saves the images that a model is least and most certain of, and those that it gets wrong with the greatest
 * confidence, `each` of a kind. Images larger than 96 px are shrunk.
 * @throws TypeError where images and predictions are not of the same set.
 * @example
 * const { test } = dataSet;
 * await saveGallery(run, test, predictions, 8);
 */
export async function saveGallery(
  run: string,
  images: GalleryImages,
  predictions: StoredPredictions,
  each = 8,
): Promise<Gallery> {
  checkPredictions(predictions);
  const { set, logits, uncertainty, labels, classes } = predictions;
  const { classNames } = images;
  if (images.labels.some((label, row) => label !== labels[row]) || images.labels.length !== labels.length)
    throw new TypeError(`saveGallery: the images and the predictions on ${set} do not have the same labels`);
  const { confidence, predicted } = softmax(logits, classes);
  const std = uncertainty && rowMeans(uncertainty, classes);
  // Equal confidences keep the order of the set, so that a gallery repeats.
  const byConfidence = Array.from(labels.keys()).sort((a, b) => confidence[a] - confidence[b] || a - b);
  const descending = [...byConfidence].reverse();
  const chosen = {
    "least-certain": byConfidence.slice(0, each),
    "confidently-wrong": descending.filter((row) => predicted[row] !== labels[row]).slice(0, each),
    "most-certain": descending.slice(0, each),
  };
  const gallery: Gallery = { version: 1, set, images: [] };
  for (const strip of strips)
    for (const row of chosen[strip]) {
      gallery.images.push({
        strip,
        row,
        png: await pngUri(images, imageAt(images, row)),
        label: classNames[labels[row]],
        predicted: classNames[predicted[row]],
        confidence: confidence[row],
        uncertainty: std?.[row],
      });
    }
  writeFileAtomic(galleryPath(run), `${JSON.stringify(gallery, null, 1)}\n`);
  return gallery;
}

/**
 * The saved gallery; `undefined` for a run without one. @throws UserError where it is damaged.
 * @example
 * const gallery = readGallery(run);
 * if (gallery) console.log(gallery);
 */
export function readGallery(run: string): Gallery | undefined {
  const path = galleryPath(run);
  return existsSync(path) ? parseJson(readText(path, ""), schema, path) : undefined;
}
