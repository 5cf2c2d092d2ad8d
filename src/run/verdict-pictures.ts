import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type ImageSet, imageAt } from "../core/index.ts";
import { foreignGroups } from "../evaluate/internal.ts";
import { runPaths } from "../files/index.ts";
import { parseJson, readText, writeFileAtomic } from "../files/internal.ts";
import { pngUri } from "./png-uri.ts";

const png = z.string().startsWith("data:image/png;base64,");

const schema = z.object({
  version: z.literal(1),
  images: z.array(
    z.object({
      set: z.string(),
      group: z.enum(foreignGroups).optional(),
      /** Row in the image set. */
      row: z.number().int(),
      png,
      predicted: z.string(),
      /** Largest softmax probability. */
      confidence: z.number(),
      known: z.boolean(),
      /** What is least usual of it: the probabilities, or how far it lies from training images. */
      by: z.enum(["prediction", "distance"]),
      /** The most similar training images, the nearest first; `similarity` is a cosine of features. */
      nearest: z.array(z.object({ png, label: z.string(), similarity: z.number() })),
    }),
  ),
});

/** Some foreign images, what the verdict on each is, and what they are most like: `predictions/verdict.json`. */
export type VerdictPictures = z.infer<typeof schema>;

/** A picture before it is one: rows of image sets. */
export interface VerdictRow extends Omit<VerdictPictures["images"][number], "png" | "predicted" | "nearest"> {
  readonly predicted: number;
  readonly nearest: readonly { readonly row: number; readonly similarity: number }[];
}

const pathOf = (run: string) => join(runPaths(run).predictions, "verdict.json");

/**
 * @param of the images of a foreign set, by its name; rows of sets that are not here are left out
 * @param bank the training images that `nearest` counts
 */
export async function saveVerdictPictures(
  run: string,
  rows: readonly VerdictRow[],
  of: (set: string) => ImageSet | undefined,
  bank: ImageSet,
): Promise<void> {
  const saved: VerdictPictures = { version: 1, images: [] };
  for (const { predicted, nearest, ...row } of rows) {
    const set = of(row.set);
    if (!set) continue;
    saved.images.push({
      ...row,
      png: await pngUri(set, imageAt(set, row.row)),
      predicted: bank.classNames[predicted],
      nearest: await Promise.all(
        nearest.map(async (one) => ({
          png: await pngUri(bank, imageAt(bank, one.row)),
          label: bank.classNames[bank.labels[one.row]],
          similarity: one.similarity,
        })),
      ),
    });
  }
  writeFileAtomic(pathOf(run), `${JSON.stringify(saved, null, 1)}\n`);
}

/** `undefined` for a run without. @throws UserError where the file is damaged. */
export function readVerdictPictures(run: string): VerdictPictures | undefined {
  const path = pathOf(run);
  return existsSync(path) ? parseJson(readText(path, ""), schema, path) : undefined;
}
