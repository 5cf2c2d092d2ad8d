import type { LabelledSetResults, Results, Weights } from "../evaluate/index.ts";
import { storedSets } from "../run/index.ts";
import { resultsHeading, runFacts, versioned, writeResults } from "../run/internal.ts";
import { type JudgeStoredOptions, judgeStored } from "./judge-stored.ts";

/** What a caller knows and the run folder does not say. */
export interface EvaluateOptions extends JudgeStoredOptions {
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
export interface ExternalEvaluateOptions extends JudgeStoredOptions, Pick<EvaluateOptions, "date"> {
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
  const variant = variantOf(run, options.weights);
  const own = {
    ...facts,
    parameters: options.parameters,
    command: options.command,
    training,
    weights: options.weights,
    variant,
    passes: passesOf(judged.sets[0]) * (variant?.passes ?? 1),
    settings: {
      ...settings,
      ...(options.weights && { weights: options.weights }),
      ...(judged.sets[0].mirrored && { mirrored: true }),
    },
    notices: [...(variant?.notice ? [variant.notice] : []), ...(options.notices ?? [])],
  };
  return writtenResults(run, own, judged, options);
}

/** How the folder's predictions were asked for. */
const variantOf = (folder: string, weights?: Weights): Results["variant"] =>
  storedSets(folder).find((entry) => entry.role === "test" && entry.weights === weights)?.variant;

/**
 * As `evaluateStored`, for a folder of predictions that another program made: nothing is known of its training.
 * @param name what reports call the model
 * @example
 * const results = evaluateExternal("results/torch", "resnet50 of torchvision");
 */
export function evaluateExternal(run: string, name: string, options: ExternalEvaluateOptions = {}): Results {
  const judged = judgeStored(run, undefined, options);
  const facts = {
    external: true,
    data: { name, title: name },
    model: name,
    method: name,
    variant: variantOf(run),
    training: {},
    settings: { model: name },
    notices: options.notices && [...options.notices],
  };
  return writtenResults(run, facts, judged, { date: options.date });
}

/** What an image costs, in passes through the network: one reference each under `blt`, which chooses. */
const passesOf = ({ protocol, references = 1, mirrored }: LabelledSetResults): number =>
  (protocol === "blt" ? 1 : references) * (mirrored ? 2 : 1);

/** What results say of an ensemble, from its members. */
export type EnsembleFacts = Pick<
  Results,
  | "data"
  | "model"
  | "method"
  | "maskProbability"
  | "maskTarget"
  | "seed"
  | "parameters"
  | "command"
  | "training"
  | "settings"
  | "members"
  | "combination"
  | "passes"
  | "classNames"
  | "notices"
>;

/** As `evaluateStored`, for a folder of what several runs have predicted together. */
export function evaluateEnsemble(
  folder: string,
  facts: EnsembleFacts,
  options: Pick<EvaluateOptions, "name" | "date"> & JudgeStoredOptions,
): Results {
  return writtenResults(folder, facts, judgeStored(folder, undefined, options), options);
}

type Judged = ReturnType<typeof judgeStored>;

/** What results say besides their heading and what is judged of stored predictions. */
type Facts = Omit<Results, "version" | "task" | keyof ReturnType<typeof resultsHeading> | keyof Judged> &
  Pick<Results, "notices">;

function writtenResults(
  run: string,
  { notices = [], ...facts }: Facts,
  { notices: found, ...judged }: Judged,
  { name, date }: Pick<EvaluateOptions, "name" | "date">,
): Results {
  const all = [...notices, ...found];
  const results: Results = {
    ...versioned("classification"),
    ...resultsHeading(run, date),
    ...(name !== undefined && { run: name }),
    ...facts,
    ...judged,
    ...(all.length > 0 && { notices: all }),
  };
  writeResults(run, results);
  return results;
}
