import { adaptation } from "./adaptation.ts";
import { anchorDepthCifar10, anchorDepthEmoji } from "./anchor-depth.ts";
import { arf } from "./arf.ts";
import { equalCompute } from "./equal-compute.ts";
import { masking } from "./masking.ts";
import { oatCifar10, oatEmoji, oatEmojiLongTailed, oatFashionMnist, oatFashionMnistLongTailed } from "./oat.ts";
import type { Study } from "./study.ts";
import { uncertainty } from "./uncertainty.ts";

export type {
  AskedArm,
  Choice,
  EnsembleArm,
  InterpolatedArm,
  NamedArm,
  ProbeArm,
  SamplesArm,
  Study,
  StudyArm,
  TrainedArm,
} from "./study.ts";

/**
 * Every study by the name that `anchored study` takes; its file's comment gives cost and measured result.
 * @example
 * await runStudy(studies.masking, { out: "studies/masking", seeds: 3, threads: 1, onNotice: console.log });
 */
export const studies = {
  masking,
  "equal-compute": equalCompute,
  adaptation,
  "anchor-depth": anchorDepthEmoji,
  "anchor-depth-cifar10": anchorDepthCifar10,
  uncertainty,
  arf,
  oat: oatEmoji,
  "oat-long-tailed": oatEmojiLongTailed,
  "oat-fashion-mnist": oatFashionMnist,
  "oat-fashion-mnist-long-tailed": oatFashionMnistLongTailed,
  "oat-cifar10": oatCifar10,
} as const satisfies Record<string, Study>;

export type StudyName = keyof typeof studies;
/**
 * The names of all studies that come with the package.
 * @example
 * console.log(studyNames);
 */
export const studyNames = Object.keys(studies) as StudyName[];
export { outcomePaths, writeOutcome } from "./outcome.ts";
export { isJudged, type PlanListener, type PlannedRun, type PlanProgress, trainAndJudge } from "./planned-run.ts";
export { type QuickstartName, quickstartNames, quickstartPlan, quickstarts } from "./quickstart.ts";
export { readStudy } from "./read-study.ts";
export { runStudy, type StudyOptions, studyCells } from "./run-study.ts";
