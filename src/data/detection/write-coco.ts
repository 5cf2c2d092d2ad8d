import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { type DataSet, imageAt, imageCount, type Listener, reporter, UserError } from "../../core/index.ts";
import { inParallel } from "../../core/internal.ts";
import { writeFileAtomic } from "../../files/internal.ts";
import { cocoTruth } from "../boxes/index.ts";

/** What was written of a set. */
export interface WrittenSet {
  readonly set: string;
  readonly images: number;
  readonly objects: number;
  /** COCO's JSON. */
  readonly annotations: string;
}

/**
 * Writes a data set with boxes for others: `images/<part>/<n>.png`, and COCO's JSON for each part in `annotations/<part>.json`,
 * whose file names begin at `images`.
 * @throws UserError for a folder that is not empty, or cannot be written
 * @example
 * const data = await loadDetectionData({ name: "emoji-scenes", count: 100 });
 * for (const { annotations } of await writeCocoFolder(data, "scenes")) console.log(annotations);
 */
export async function writeCocoFolder(data: DataSet, out: string, listener: Listener = {}): Promise<WrittenSet[]> {
  if (existsSync(out) && readdirSync(out).length > 0)
    throw new UserError(`options.out ${out}: the folder is not empty; name a new one`);
  const written: WrittenSet[] = [];
  for (const set of [data.train, data.validation, data.test, ...data.shifts]) {
    const part = set.name.replace(/^.*\//, "").replaceAll(" ", "-");
    const { width, height } = set;
    const channels = set.channels as 1 | 3;
    mkdirSync(join(out, "images", part), { recursive: true });
    const tell = reporter(listener, `writing ${part}`, "images");
    let done = 0;
    const rows = Array.from({ length: imageCount(set) }, (_, row) => row);
    await inParallel(rows, 2 * availableParallelism(), async (row) => {
      const png = sharp(imageAt(set, row), { raw: { width, height, channels } }).png();
      await png.toFile(join(out, "images", part, `${row + 1}.png`));
      tell({ done: ++done, total: rows.length });
    });
    const truth = cocoTruth({ ...set, source: undefined });
    const images = truth.images.map(({ file_name: file, ...image }) => ({ ...image, file_name: `${part}/${file}` }));
    const annotations = join(out, "annotations", `${part}.json`);
    writeFileAtomic(annotations, `${JSON.stringify({ ...truth, images })}\n`);
    written.push({ set: set.name, images: rows.length, objects: truth.annotations.length, annotations });
  }
  listener.onProgress?.(undefined);
  return written;
}
