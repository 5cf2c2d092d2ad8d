import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type ImageSet, imageCount, UserError } from "../../core/index.ts";
import {
  type BoxCorruptionCell,
  type BoxCorruptionResults,
  cocoFigures,
  cocoMatches,
  corruptionSets,
  meanBoxPerformance,
} from "../../evaluate/index.ts";
import { orderedBoxCells } from "../../evaluate/internal.ts";
import { runPaths } from "../../files/index.ts";
import { fingerprintOf, parseJson, readText, sha256, writeFileAtomic } from "../../files/internal.ts";
import type { Detector } from "../../train/index.ts";
import { boxesSha256 } from "../../train/internal.ts";
import { corruptedSets } from "../corrupted-sets.ts";
import { firstImages } from "../image-sets.ts";
import type { CorruptionOptions } from "../options.ts";

/** Corruptions that move what is on an image by so much that its box is somewhere else. */
const MOVING = ["pinch_and_twirl", "ripple"];

export interface JudgeCorruptedOptions extends CorruptionOptions {
  readonly signal?: AbortSignal;
  readonly onNotice?: (line: string) => void;
  readonly onProgress?: (progress: { label: string; done: number; total: number; unit: "images" } | undefined) => void;
}

const stored = z.object({
  cells: z.record(
    z.string(),
    z.object({ corruption: z.string(), severity: z.number(), ap: z.number().optional(), ap50: z.number().optional() }),
  ),
});

/**
 * AP of a detector on the test set under each corruption. Boxes stay where they are, also under those that move an image a little, as
 * Michaelis et al. 2019 have it (elastic transform, zoom blur). What was judged before is read from the folder.
 * @param checkpoint what says which weights are asked, under how many references
 * @throws UserError for corruptions that boxes cannot follow
 */
export async function judgeCorruptedBoxes(
  folder: string,
  test: ImageSet,
  checkpoint: string,
  detector: () => Detector,
  { corruptionReferences: references = 1, ...options }: JudgeCorruptedOptions,
): Promise<BoxCorruptionResults> {
  const names = options.corruptions ?? corruptionSets["C, 19 corruptions"];
  const moving = names.find((name) => MOVING.includes(name));
  if (moving !== undefined)
    throw new UserError(`options.corruptions ${moving}: it moves what boxes are around; leave it out`);
  const suite = await corruptedSets(test, { ...options, corruptions: names });
  const path = join(runPaths(folder).predictions, "corruptions.json");
  const known = existsSync(path) ? parseJson(readText(path, ""), stored, path).cells : {};
  const keyOf = (fingerprint: string) =>
    sha256(JSON.stringify([fingerprint, boxesSha256(test.boxes!), checkpoint, references]));
  const judged = async (set: ImageSet): Promise<Pick<BoxCorruptionCell, "ap" | "ap50">> => {
    const { anchored } = detector();
    const found = await detector().detect(set, { ...(anchored && { k: references }) });
    const { ap, ap50 } = cocoFigures(cocoMatches(set.boxes!, found));
    return { ap, ap50 };
  };
  const keep = (key: string, cell: BoxCorruptionCell) => {
    known[key] = cell;
    writeFileAtomic(path, `${JSON.stringify({ cells: known })}\n`);
  };
  try {
    const few = firstImages(test, options.corruptCount);
    const cleanKey = keyOf(fingerprintOf(few));
    if (!known[cleanKey]) keep(cleanKey, { corruption: "none", severity: 0, ...(await judged(few)) });
    const missing = suite.cells.filter(({ fingerprint }) => !known[keyOf(fingerprint)]);
    let done = 0;
    for await (const { cell, set } of suite.images(missing, options.signal)) {
      options.signal?.throwIfAborted();
      const { name, severity, standIn } = cell.corruption;
      const corruption = standIn ? `${name}*` : name;
      const { boxes } = few;
      keep(keyOf(cell.fingerprint), { corruption, severity, ...(await judged({ ...set, boxes })) });
      done += imageCount(few);
      const total = missing.length * imageCount(few);
      options.onProgress?.({ label: "corruptions", done, total, unit: "images" });
    }
    const { corruption: _, severity: __, ...clean } = known[cleanKey];
    const cells = orderedBoxCells(suite.cells.map(({ fingerprint }) => known[keyOf(fingerprint)]));
    return {
      cells,
      images: imageCount(few),
      benchmark: suite.cells[0].corruption.benchmark,
      ...(detector().anchored && { references }),
      clean,
      means: meanBoxPerformance(cells, clean),
    };
  } finally {
    await suite.close();
  }
}
