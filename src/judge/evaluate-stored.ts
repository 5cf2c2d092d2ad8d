import type { Listener } from "../core/index.ts";
import type { Results, Weights } from "../evaluate/index.ts";
import { resultsHeading, runFacts, versioned, writeResults } from "../run/internal.ts";
import { judgeStored } from "./judge-stored.ts";

/** What a caller knows and the run folder does not say. */
export interface EvaluateOptions extends Listener {
  /** Number of trained values of the model. */
  readonly parameters?: number;
  /** What reports call the run; the folder's name where absent. */
  readonly name?: string;
  /** What the user typed. */
  readonly command?: string;
  readonly date?: Date;
  /** Whose predictions are judged, where a run has two kinds of weights. */
  readonly weights?: Weights;
  /** What results must say of the data. */
  readonly notices?: readonly string[];
}

/** What a caller knows of another program's predictions. */
export interface ExternalEvaluateOptions extends Listener, Pick<EvaluateOptions, "date"> {
  /** What results must say of the files. */
  readonly notices?: readonly string[];
}

/**
 * Computes every metric of a run from its stored predictions (no model is run) and writes `results.json`.
 * @throws UserError where the folder lacks its config, log or predictions, or one of them is damaged.
 * @example
 * const results = evaluateStored(run); // from the stored predictions: no model is run
 */
export function evaluateStored(run: string, options: EvaluateOptions = {}): Results {
  const { training, settings, ...facts } = runFacts(run);
  const judged = judgeStored(run, options.weights, options);
  return writtenResults(run, {
    ...versioned("classification"),
    ...resultsHeading(run, options.date),
    ...(options.name !== undefined && { run: options.name }),
    ...facts,
    parameters: options.parameters,
    command: options.command,
    training,
    weights: options.weights,
    settings: {
      ...settings,
      ...(options.weights && { weights: options.weights }),
      ...(judged.sets[0].mirrored && { mirrored: true }),
    },
    ...judged,
    notices: [...(options.notices ?? []), ...judged.notices],
  });
}

/**
 * As `evaluateStored`, for a folder of predictions that another program made: nothing is known of its training.
 * @param name what reports call the model
 * @example
 * const results = evaluateExternal("results/torch", "resnet50 of torchvision");
 */
export function evaluateExternal(run: string, name: string, options: ExternalEvaluateOptions = {}): Results {
  const judged = judgeStored(run, undefined, options);
  return writtenResults(run, {
    ...versioned("classification"),
    ...resultsHeading(run, options.date),
    external: true,
    data: { name, title: name },
    model: name,
    method: name,
    training: {},
    settings: { model: name },
    ...judged,
    notices: [...(options.notices ?? []), ...judged.notices],
  });
}

function writtenResults(run: string, { notices, ...others }: Results): Results {
  const results = { ...others, ...(notices?.length && { notices }) };
  writeResults(run, results);
  return results;
}
