import { basename, dirname, resolve } from "node:path";
import { UserError } from "../../core/index.ts";
import { readCocoDetections, readCocoObjects } from "../../data/index.ts";
import { type DetectionResults, type JudgeBoxesOptions, judgeBoxes } from "../../evaluate/index.ts";
import { resultsHeading, versioned, writeResults } from "../../run/internal.ts";
import { requireNoRun } from "../result-folders.ts";

export interface JudgeDetectionsOptions extends JudgeBoxesOptions {
  /** COCO's JSON of detections, `[{ image_id, category_id, bbox, score }]`; several files are one list. */
  readonly detections: string | readonly string[];
  /** COCO's JSON of what is there, `{ images, annotations, categories }`. */
  readonly ground: string;
  /** What reports call the detector; the file's name where absent. */
  readonly name?: string;
  /** Folder that the results are written to, for reports; they are written nowhere where absent. */
  readonly out?: string;
  readonly date?: Date;
}

/**
 * Judges anybody's detections; no model is run. What there is to say of the files stands in the results' notices.
 * @throws UserError for files that are none or do not fit together, or a folder that holds a run of ours
 * @example
 * const { figures, classes } = judgeDetections({ detections: "detections.json", ground: "instances_val2017.json" });
 */
export function judgeDetections(options: JudgeDetectionsOptions): DetectionResults {
  const { detections: files, ground, out, date, ...asked } = options;
  const { resamples, minScore } = asked;
  if (resamples !== undefined && !(Number.isInteger(resamples) && resamples >= 0 && resamples <= 100_000))
    throw new UserError(
      `options.resamples ${resamples}: a whole number from 0, for no intervals, to 100,000 is needed`,
    );
  if (out !== undefined) requireNoRun("options.out", out);
  const first = typeof files === "string" ? files : files[0];
  const truth = readCocoObjects(ground);
  const found = readCocoDetections(files, truth);
  const name = options.name ?? nameOf(first);
  const { notices = [], ...judged } = judgeBoxes(truth.objects, found.detections, asked);
  const said = [...[...truth.remarks, ...found.remarks].map(({ text }) => text), ...notices];
  const results: DetectionResults = {
    ...versioned("detection"),
    ...resultsHeading(out ?? name, date),
    data: { name: nameOf(ground), title: basename(ground) },
    model: name,
    method: name,
    external: true,
    settings: { model: name, ...(minScore !== undefined && { minScore }) },
    ...(said.length > 0 && { notices: said }),
    ...judged,
  };
  if (out !== undefined) writeResults(out, results);
  return results;
}

/** Of a file that says nothing by its own name, its folder's, too. */
function nameOf(path: string): string {
  const own = basename(path).replace(/\.json$/i, "");
  return /^(detections|predictions|results|bbox|annotations|ground|ground-truth)$/i.test(own)
    ? `${basename(dirname(resolve(path)))}/${own}`
    : own;
}
