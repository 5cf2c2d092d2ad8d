import type { DataOptions } from "../data/index.ts";
import type { JudgeOptions } from "../judge/options.ts";
import type { Measure } from "../report/index.ts";
import type { RunConfigInput } from "../run/index.ts";

interface AnyArm {
  /** Arms that this one is compared with, in place of the study's baselines. */
  readonly comparedWith?: readonly string[];
}

/** One config, trained once a seed. */
export interface TrainedArm extends AnyArm {
  /** Its seed is the study's to set; the data's own seed, which decides the splits, too where the study says `splitsBySeed`. */
  readonly config: RunConfigInput;
  /** A setting of which the value with the best validation accuracy, over the first seeds, is used for all of them. */
  readonly choose?: Choice;
  /** An arm whose choice is used here, too. */
  readonly chooseAs?: string;
  /** An arm whose run of the same seed gives the first weights, as `--init RUN` does; its cost counts here, too. */
  readonly startsFrom?: string;
  readonly probes?: undefined;
}

/** A linear classifier on the frozen features of another arm's run of the same seed (docs/adaptation.md). */
export interface ProbeArm extends AnyArm {
  /** The arm that is trained; its cost counts here, too. */
  readonly probes: string;
  /** What of the data is not as in that arm, e.g. `{ label: "concept" }`. */
  readonly data?: Partial<Omit<DataOptions, "dataDir" | "onProgress" | "onNotice">>;
  readonly config?: undefined;
  readonly choose?: undefined;
  readonly chooseAs?: undefined;
  readonly startsFrom?: undefined;
}

/** What is compared: judged once a seed. */
export type StudyArm = TrainedArm | ProbeArm;

export interface Choice {
  /** Dotted path in the config, e.g. `schedule.peak`. */
  readonly path: string;
  readonly values: readonly number[];
  /** On how many seeds; 1 where absent. */
  readonly seeds?: number;
}

/** An experiment of several arms with several seeds each, as plain data. */
export interface Study {
  readonly title: string;
  /** By name, which is the arm's folder, too. */
  readonly arms: Readonly<Record<string, StudyArm>>;
  /** How many seeds: 0, 1, … */
  readonly seeds: number;
  /** Whether a seed decides the splits of the data, too, so that repetitions are independent; else all share one split. */
  readonly splitsBySeed?: boolean;
  /** Arms that every arm is compared with, seed by seed. */
  readonly baselines: readonly string[];
  /**
   * What 95 % intervals of differences are over. `seeds` (the default): Student's t, paired by seed. `images`: bootstrap
   * over the images of all seeds together, of measures that are means over images; for few seeds with images of their own.
   */
  readonly intervalsOver?: "seeds" | "images";
  readonly judge?: Pick<JudgeOptions, "suites" | "ood" | "oodCount" | "protocol" | "k" | "corruptions" | "severities">;
  /** In place of accuracy, calibration and likelihood of every set. */
  readonly measures?: readonly Measure[];
}
