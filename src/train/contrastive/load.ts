import { type HostArray, UserError } from "../../core/index.ts";
import { runPaths } from "../../files/index.ts";
import type { Activation, Variables } from "../../models/index.ts";
import { loadCheckpoint } from "../../run/index.ts";
import { readTokenizer, type StoredTokenizer } from "../dual-encoder/stored-tokenizer.ts";
import { buildDualEncoder, type ContrastiveRecord, type DualNetwork, readContrastiveRun } from "./record.ts";

/** A dual encoder's run, as it predicts. */
export interface LoadedContrastiveRun extends DualNetwork, StoredTokenizer {
  readonly record: ContrastiveRecord;
  /** The moving average of its weights, where it keeps one. */
  readonly variables: Variables;
  /** [R, C, H, W], of anchored ones. */
  readonly references?: HostArray;
  readonly step: number;
}

/**
 * Reads what a dual encoder's run folder holds.
 * @param activation what a CLIP folder would be told, and a run is not
 * @throws UserError where `run` is no such folder, or damaged
 */
export function loadContrastiveRun(run: string, activation?: Activation): LoadedContrastiveRun {
  if (activation)
    throw new UserError(`options.activation ${activation}: ${run} says itself which its towers have; leave it out`);
  const record = readContrastiveRun(run);
  const { params, state, average, references, progress } = loadCheckpoint(runPaths(run).checkpoint);
  return {
    record,
    ...buildDualEncoder(record),
    variables: average ?? { params, state },
    references,
    ...readTokenizer(run),
    step: progress.step,
  };
}
