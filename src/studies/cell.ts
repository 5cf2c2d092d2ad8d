import type { DataOptions } from "../data/index.ts";
import type { Combination } from "../evaluate/index.ts";
import type { PlannedRun } from "./planned-run.ts";
import type { AskedArm, NamedArm } from "./study.ts";

export interface AnyCell {
  readonly arm: string;
  readonly seed: number;
  /** For progress, e.g. `anchored, seed 1`. */
  readonly name: string;
  /** The folder of its results. */
  readonly run: string;
  /** The run that this one starts from, probes, asks, takes as its first member or is drawn of. */
  readonly needs?: string;
}

/** One trained arm with one seed: an ordinary run folder. */
export interface TrainedCell extends AnyCell, PlannedRun {
  readonly kind: "trained";
}

/** Cells that are a folder of predictions and results. */
interface DerivedCell extends AnyCell {
  readonly needs: string;
}

/** One probe with one seed. */
export interface ProbeCell extends DerivedCell {
  readonly kind: "probe";
  readonly data: DataOptions;
}

/** Another arm's run, judged another way. */
export interface AskedCell extends DerivedCell {
  readonly kind: "asked";
  readonly judge: AskedArm["judge"];
  /** Where its results lie. */
  readonly results: string;
}

/** A deep ensemble. */
export interface EnsembleCell extends DerivedCell {
  readonly kind: "ensemble";
  /** All members but the first, which is the run that it needs. */
  readonly others: readonly TrainedCell[];
  readonly combination?: Combination;
}

/** Networks drawn of what another arm's run has collected. */
export interface SamplesCell extends DerivedCell {
  readonly kind: "samples";
  readonly count: number;
  readonly combination?: Combination;
}

/** A classifier by the names of classes, of another arm's dual encoder: an ordinary run folder, which nothing was trained in. */
export interface NamedCell extends DerivedCell {
  readonly kind: "named";
  readonly data: NonNullable<NamedArm["data"]>;
}

/** Weights between another arm's run and the one that it needs. */
export interface InterpolatedCell extends DerivedCell {
  readonly kind: "interpolated";
  readonly from: string;
  readonly at: number;
  /** The run folder of the mixture. */
  readonly results: string;
}

export type Cell = TrainedCell | ProbeCell | AskedCell | EnsembleCell | SamplesCell | NamedCell | InterpolatedCell;
