import type { Listener } from "../core/index.ts";
import type { Benchmark, Severity } from "../corrupt/index.ts";
import type { Device } from "../engine/index.ts";
import type { ConformalSettings, Weights } from "../evaluate/index.ts";
import { type Group, protocols, type RunDataOptions } from "../train/index.ts";
import type { OodScoreOptions } from "./ood-scores/options.ts";
import type { VariantOptions } from "./variant-options.ts";

/**
 * What a run can be judged on. `corruptions` alone is 145 sets, so it is not among the default ones.
 * @example
 * await judgeRuns([run], { suites: suites.filter((name) => name !== "corruptions") });
 */
export const suites = [
  "clean",
  "calibration",
  "shift",
  "ood",
  "sensitivity",
  "prediction-batch",
  "corruptions",
] as const;
export type Suite = (typeof suites)[number];
export const defaultSuites: readonly Suite[] = suites.filter((suite) => suite !== "corruptions");

export { protocols };
export type Protocol = (typeof protocols)[number];

/** How a model is asked, where there are several ways. */
export interface InferenceOptions extends VariantOptions {
  readonly protocol: Protocol;
  /** References of protocol `k`; all that the run keeps where absent. */
  readonly k?: number;
  /** The ImageNet code's scaling of the mean logits by their spread. */
  readonly calibrate?: boolean;
  /** Outputs that are read relative to an anchor: images of one, or the `stored` one; as in training where absent. */
  readonly predictionBatch?: number | "stored";
  /** Test-time augmentation: each image and its mirror image. */
  readonly mirror?: boolean;
}

export interface CorruptionOptions {
  /** Published names; all 29 where absent. */
  readonly corruptions?: readonly string[];
  readonly severities?: readonly Severity[];
  readonly benchmark?: Benchmark;
  /** Only so many of the test images, always the same ones; all where absent. */
  readonly corruptCount?: number;
  /** References that anchored models are asked with here, for 145 sets take their time; 1 where absent. */
  readonly corruptionReferences?: number;
  /** Folder with photographs of frost. */
  readonly frostDir?: string;
  /** Folder with the published `.npy` files, read in place of making images. */
  readonly published?: string;
}

export interface JudgeOptions
  extends CorruptionOptions,
    Partial<InferenceOptions>,
    OodScoreOptions,
    RunDataOptions,
    Listener {
  /** Where predictions and results go, of several runs a folder each; into the runs' own folders where absent. */
  readonly out?: string;
  readonly suites?: readonly Suite[];
  /** What the model should not know: a data set's test images by its name, `NAME-inverted`, made `letters` and `textures`, or pictures as `NAME=FOLDER`. */
  readonly ood?: readonly string[];
  /** How many of their images; as many as there are test images where absent. */
  readonly oodCount?: number;
  /** Which predict, where a run keeps a moving average of them: that where absent. */
  readonly weights?: Weights;
  readonly device?: Device;
  /** Threads of the predictions; a thread a core where absent. */
  readonly threads?: number;
  /**
   * Store what the classifier is linear in, `<set>.features.npy` beside the logits, for all sets (corrupted ones where `oodScores` asks for scores); and
   * the same of the training images, as they are: `trainingBank`. Default not.
   */
  readonly features?: boolean;
  /** Of how many training images, and where calibration is not judged of how many validation images, at most; 50,000, and all. */
  readonly featureCount?: number;
  /** α of conformal sets of classes, and parameters of their methods; the published ones where absent. */
  readonly conformal?: ConformalSettings;
  /** Predict again what is stored already. */
  readonly fresh?: boolean;
  /**
   * Ranks that share the image sets out, and all read the run and its data; this process by itself where absent. All get
   * the results, and rank 0 alone writes.
   */
  readonly group?: Group;
}
