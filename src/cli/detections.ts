import { type Command, Option } from "commander";
import { toJson, UserError } from "../core/index.ts";
import { type JudgeDetectionsOptions, judgeDetections } from "../judge/index.ts";
import { detectionClassesText, resultsText } from "../report/index.ts";
import { real, whole } from "./numbers.ts";
import { noteTo } from "./progress.ts";
import { ownCommand, type Terminal } from "./terminal.ts";

/** Flags of `evaluate` about detections alone. */
export interface DetectionFlags {
  readonly detections?: readonly string[];
  readonly ground?: string;
  readonly perClass?: boolean;
  readonly resamples?: number;
  readonly minScore?: number;
}

/** What says something of detections only. */
const own = {
  "--ground": "ground",
  "--per-class": "perClass",
  "--resamples": "resamples",
  "--min-score": "minScore",
} as const;

const ofRuns: readonly string[] = ["perClass", "resamples"];

/** Options that serve detections, by their names. */
export const servesDetections: readonly string[] = ["detections", ...Object.values(own), "name", "out", "json"];

export const detectionExamples = `
Boxes of anybody's detector, in COCO's JSON (docs/detection.md):
  $ anchored evaluate --detections detections.json --ground instances_val2017.json
  $ anchored evaluate --detections part0.json part1.json --ground truth.json --per-class --out judged`;

/** @returns the option that names the detections */
export function addDetectionOptions(command: Command): Option {
  const detections = new Option(
    "--detections <files...>",
    "another program's boxes in COCO's JSON, [{ image_id, category_id, bbox, score }]; several files are one list",
  );
  command
    .addOption(detections)
    .option("--ground <file>", "what is there, in COCO's JSON: { images, annotations, categories }")
    .option("--per-class", "--detections, and runs of detectors: print the figures of each class, too")
    .option(
      "--resamples <n>",
      "--detections, and runs of detectors: draws of the images that intervals come from, 0 for no intervals (default: 300)",
      whole({ min: 0, max: 100_000, example: 1000 })("--resamples"),
    )
    .option(
      "--min-score <s>",
      "--detections: leave those of a lower score out of calibration and confusion (default: none, and below each class's operating score)",
      real({ example: 0.05 })("--min-score"),
    );
  return detections;
}

/** @throws UserError for a flag about files of detections where none are given; a detector's runs have the others, too */
export function refuseDetectionFlags(flags: DetectionFlags): void {
  for (const [flag, name] of Object.entries(own))
    if (flags[name] !== undefined && !ofRuns.includes(name))
      throw new UserError(
        `${flag}${flags[name] === true ? "" : ` ${flags[name]}`}: it belongs to --detections; add --detections FILE.json, or leave it out`,
      );
}

/** Judges detections and prints what came out. @returns the exit code */
export function evaluateDetections(
  terminal: Terminal,
  { detections = [], ground, perClass, json, ...given }: DetectionFlags & { readonly json?: boolean },
): number {
  if (ground === undefined)
    throw new UserError(
      `--detections ${detections[0]}: without what is there nothing can be judged; add --ground FILE.json`,
    );
  const { out, name, resamples, minScore } = given as Pick<
    JudgeDetectionsOptions,
    "out" | "name" | "resamples" | "minScore"
  >;
  const results = judgeDetections({ detections, ground, out, name, resamples, minScore });
  results.notices?.forEach(noteTo(terminal));
  terminal.out(json ? toJson([results]) : resultsText([results]));
  if (perClass && !json) terminal.out(`\n${detectionClassesText(results)}`);
  terminal.note(
    out === undefined ? `next: add --out DIR, then ${ownCommand()} report DIR` : `next: ${ownCommand()} report ${out}`,
  );
  return 0;
}
