import type { StoredPredictions } from "../core/index.ts";
import { runPaths, UserError, writeFileAtomic } from "../core/index.ts";
import { bootstrapIntervals } from "./bootstrap.ts";
import { reliabilityBins } from "./calibration.ts";
import { judgeCorruptions } from "./corruption-results.ts";
import { judge } from "./judged.ts";
import { measure } from "./metrics.ts";
import { energyNotices, oodResults } from "./ood-results.ts";
import { conformalResults, fitScalings, scalingNotices, scalingResults } from "./posthoc-results.ts";
import { readPredictionBatch } from "./prediction-batch-results.ts";
import type { LabelledSetResults, Results } from "./results.ts";
import { heading, resultsJson } from "./results-heading.ts";
import { riskCoverage } from "./risk-coverage.ts";
import { rounded } from "./rounded.ts";
import { runFacts } from "./run-facts.ts";
import { readSensitivity } from "./sensitivity-results.ts";
import { smoothReliability } from "./smooth-ece.ts";
import { loadPredictions, type StoredSet, storedSets, type Weights } from "./stored.ts";

/** What a caller knows and the run folder does not say. */
export interface EvaluateOptions {
  /** Number of trained values of the model. */
  readonly parameters?: number;
  /** What the user typed. */
  readonly command?: string;
  readonly date?: Date;
  /** Whose predictions are judged, where a run has two kinds of weights. */
  readonly weights?: Weights;
  /** What results must say of the data. */
  readonly notices?: readonly string[];
}

/** What a caller knows of another program's predictions. */
export interface ExternalEvaluateOptions extends Pick<EvaluateOptions, "date"> {
  /** What results must say of the files. */
  readonly notices?: readonly string[];
}

const RELIABILITY_BINS = 15;

/**
 * Computes every metric of a run from its stored predictions (no model is run) and writes `results.json`.
 * @throws UserError where the folder lacks its config, log or predictions, or one of them is damaged.
 */
export function evaluateStored(run: string, options: EvaluateOptions = {}): Results {
  const { training, settings, ...facts } = runFacts(run);
  const judged = judgeStored(run, options.weights);
  return writeResults(run, {
    version: 1,
    ...heading(run, options.date),
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
 */
export function evaluateExternal(run: string, name: string, options: ExternalEvaluateOptions = {}): Results {
  const judged = judgeStored(run);
  return writeResults(run, {
    version: 1,
    ...heading(run, options.date),
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

function writeResults(run: string, { notices, ...others }: Results): Results {
  const results = { ...others, ...(notices?.length && { notices }) };
  writeFileAtomic(runPaths(run).results, resultsJson(results));
  return results;
}

type JudgedResults = Pick<
  Results,
  "notices" | "sets" | "ood" | "scalings" | "conformal" | "corruptions" | "sensitivity" | "predictionBatch"
>;

/** Everything that follows from the stored logits alone. */
function judgeStored(run: string, weights?: Weights): Omit<JudgedResults, "notices"> & { readonly notices: string[] } {
  const stored = storedSets(run).filter((entry) => entry.weights === weights);
  const load = ({ set, role }: StoredSet) => loadPredictions(run, set, weights, role);
  const of = (role: StoredSet["role"]) =>
    stored.filter((entry) => entry.role === role).map((entry) => ({ entry, predictions: load(entry) }));
  const [test] = of("test");
  if (!test)
    throw new UserError(`${run} has no stored predictions on a test set; predict one first (anchored evaluate)`);
  const labelled = [test, ...of("shift")];
  const sets = labelled.map(({ entry, predictions }) => labelledResults(entry, predictions));
  const validation = of("validation")[0]?.predictions;
  const scalings = validation && fitScalings(validation);
  const temperature = scalings?.find(({ kind }) => kind === "temperature");
  const applied = scalings?.filter(({ unbounded }) => unbounded === undefined);
  const held = labelled.map(({ predictions }) => predictions);
  const foreign = of("ood").map(({ predictions }) => predictions);
  return {
    notices: [...scalingNotices(scalings ?? []), ...energyNotices(test.predictions, foreign)],
    sets,
    ood: foreign.flatMap((predictions) =>
      oodResults(test.predictions, predictions, applied?.find(({ kind }) => kind === "temperature")?.temperature),
    ),
    ...(validation &&
      applied &&
      temperature && {
        scalings: scalingResults(applied, held),
        conformal: conformalResults(validation, held, temperature),
      }),
    corruptions: judgeCorruptions(stored, load),
    sensitivity: readSensitivity(run, weights),
    predictionBatch: readPredictionBatch(run, weights),
  };
}

function labelledResults(entry: StoredSet, predictions: StoredPredictions): LabelledSetResults {
  const judged = judge(predictions);
  const { set, role, images, protocol, references, mirrored } = entry;
  return {
    set,
    role: role as "test" | "shift",
    images,
    protocol,
    references,
    mirrored,
    metrics: measure(judged),
    intervals: bootstrapIntervals(judged) as LabelledSetResults["intervals"],
    reliability: reliabilityBins(judged, RELIABILITY_BINS),
    smoothReliability: rounded(smoothReliability(judged.confidence, judged.correct)),
    riskCoverage: rounded(riskCoverage(judged)),
  };
}
