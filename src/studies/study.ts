import type { JudgeOptions } from "../judge/options.ts";
import type { Measure } from "../report/index.ts";
import type { RunConfigInput } from "../run/index.ts";

/** What is compared: one config, trained once a seed. */
export interface StudyArm {
  /** Its seed is the study's to set; the data's own seed, which decides the splits, stays for all seeds. */
  readonly config: RunConfigInput;
  /** A setting of which the value with the best validation accuracy, over the first seeds, is used for all of them. */
  readonly choose?: Choice;
  /** An arm whose choice is used here, too. */
  readonly chooseAs?: string;
  /** An arm whose run of the same seed gives the first weights; its cost counts here, too. */
  readonly startsFrom?: string;
}

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
  /** Arms that every arm is held against, seed by seed. */
  readonly baselines: readonly string[];
  readonly judge?: Pick<JudgeOptions, "suites" | "ood" | "oodCount" | "protocol" | "k" | "corruptions" | "severities">;
  /** In place of accuracy, calibration and likelihood of every set. */
  readonly measures?: readonly Measure[];
}
