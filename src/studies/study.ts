import type { DataOptions } from "../data/index.ts";
import type { Combination } from "../evaluate/index.ts";
import type { LaplaceJudgeOptions } from "../judge/index.ts";
import type { InferenceOptions, JudgeOptions } from "../judge/options.ts";
import type { Measure } from "../report/index.ts";
import type { RunConfigInput } from "../run/index.ts";

/** What each kind of arm is known by. */
interface Kinds {
  /** One config, trained once a seed. Its seed is the study's to set; the data's own seed, which decides the splits, too where the study says `splitsBySeed`. */
  readonly config: RunConfigInput;
  /** The arm whose frozen network is probed; its cost counts here, too. */
  readonly probes: string;
  /** The arm whose run of the same seed is judged another way; its cost counts here, too. */
  readonly asks: string;
  /** The arm whose run of the same seed is the first member of a deep ensemble; all members' cost counts here. */
  readonly ensembles: string;
  /** The arm, with `swag` in its config, of whose run of the same seed networks are drawn; its cost counts here, too. */
  readonly samples: string;
  /** The arm of a dual encoder whose run of the same seed becomes a classifier by the names of classes; its cost counts here, too. */
  readonly names: string;
  /** Two arms, between whose runs of the same seed weights are taken; the second's cost counts here, too. */
  readonly interpolates: readonly [from: string, to: string];
}

/** An arm of one kind, which has nothing of the others. */
type ArmOf<Kind extends keyof Kinds> = Pick<Kinds, Kind> & {
  readonly [Other in Exclude<keyof Kinds, Kind>]?: undefined;
} & {
  /** Arms that this one is compared with, in place of the study's baselines. */
  readonly comparedWith?: readonly string[];
  /**
   * Arms whose numbers of the same seed stand in this one's row, for `besideMeasure` to find by these names; they have no row
   * of their own.
   */
  readonly beside?: Readonly<Record<string, string>>;
};

/** An arm that trains nothing from settings of its own. */
interface Derived {
  readonly choose?: undefined;
  readonly chooseAs?: undefined;
  readonly startsFrom?: undefined;
}

/** One config, trained once a seed. A dual encoder is not judged itself: arms of its `names` are. */
export type TrainedArm = ArmOf<"config"> & {
  /** A setting of which the value with the best validation accuracy, over the first seeds, is used for all of them. */
  readonly choose?: Choice;
  /** An arm whose choice is used here, too. */
  readonly chooseAs?: string;
  /** An arm whose run of the same seed gives the first weights, as `--init RUN` does; its cost counts here, too. */
  readonly startsFrom?: string;
};

/** A linear classifier on the frozen features of another arm's run of the same seed (docs/adaptation.md). */
export interface ProbeArm extends ArmOf<"probes">, Derived {
  /** What of the data is not as in that arm, e.g. `{ label: "concept" }`. */
  readonly data?: Partial<Omit<DataOptions, "dataDir" | "onProgress" | "onNotice">>;
}

/** Another arm's run of the same seed, judged as `judge` says in place of the study: under fewer references, say. */
export interface AskedArm extends ArmOf<"asks">, Derived {
  readonly judge: ArmJudge;
}

/** How a run is asked. */
export type ArmJudge = Partial<InferenceOptions> &
  LaplaceJudgeOptions &
  Pick<JudgeOptions, "corruptionReferences" | "oodScores">;

/** A deep ensemble: another arm's run of the same seed and more like it, with seeds of their own. */
export interface EnsembleArm extends ArmOf<"ensembles">, Derived {
  /** How many, at least 2. */
  readonly members: number;
  /** Default `probabilities`. */
  readonly combination?: Combination;
}

/** SWAG: networks drawn of what another arm's run of the same seed has collected, judged as one. */
export interface SamplesArm extends ArmOf<"samples">, Derived {
  /** How many, at least 2. */
  readonly count: number;
  /** Default `probabilities`. */
  readonly combination?: Combination;
}

/** A classifier that a dual encoder makes of the names of classes (docs/vision-language.md): nothing is trained. */
export interface NamedArm extends ArmOf<"names">, Derived {
  /** What of the data is not as in the training of the dual encoder, e.g. `{ subgroups: ["heart", "time"] }`. */
  readonly data?: Partial<Omit<DataOptions, "dataDir" | "onProgress" | "onNotice">>;
}

/** Weights between two runs of one shape (WiSE-FT, Wortsman et al., CVPR 2022). */
export interface InterpolatedArm extends ArmOf<"interpolates">, Derived {
  /** α: 0 the first, 1 the second. */
  readonly at: number;
}

/** What is compared: judged once a seed. */
export type StudyArm = TrainedArm | ProbeArm | AskedArm | EnsembleArm | SamplesArm | NamedArm | InterpolatedArm;

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

/** How a study's cells are judged. */
export type StudyJudge = NonNullable<Study["judge"]> & { readonly threads: number };
