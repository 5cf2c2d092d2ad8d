import { basename, resolve } from "node:path";
import type { Predictions } from "../core/index.ts";
import { runPaths, UserError, writeFileAtomic } from "../core/index.ts";
import { reliabilityBins } from "./calibration.ts";
import { judge } from "./judged.ts";
import { thisMachine, versions } from "./machine.ts";
import { measure } from "./metrics.ts";
import { auroc, histogram, oodScoreNames, oodScores } from "./ood.ts";
import type { LabelledSetResults, OodResults, Results } from "./results.ts";
import { readRunConfig } from "./run-config.ts";
import { type LogLine, readRunLog } from "./run-log.ts";
import { loadPredictions, type StoredSet, storedSets } from "./stored.ts";

/** What a caller knows and the run folder does not say. */
export interface EvaluateOptions {
  /** Number of trained values of the model. */
  readonly parameters?: number;
  /** What the user typed. */
  readonly command?: string;
  readonly date?: Date;
}

const RELIABILITY_BINS = 15;
/** Fine, so that a figure can cut off an empty end and still have bins to join. */
const HISTOGRAM_BINS = 1000;

/**
 * Computes every metric of a run from its stored predictions (no model is run) and writes `results.json`.
 * @throws UserError where the folder lacks its config, log or predictions, or one of them is damaged.
 */
export function evaluateStored(run: string, options: EvaluateOptions = {}): Results {
  const config = readRunConfig(run);
  const log = readRunLog(run);
  const stored = storedSets(run);
  const test = stored.find(({ role }) => role === "test");
  if (!test)
    throw new UserError(`${run} has no stored predictions on a test set; predict one first (anchored evaluate)`);

  const testPredictions = loadPredictions(run, test.set);
  const load = (entry: StoredSet) => (entry === test ? testPredictions : loadPredictions(run, entry.set));
  const results: Results = {
    version: 1,
    run: basename(resolve(run)),
    date: (options.date ?? new Date()).toISOString(),
    data: { name: config.data, title: config.title },
    model: config.model,
    method: config.method,
    maskProbability: config.maskProbability,
    maskTarget: config.maskTarget,
    seed: config.seed,
    parameters: options.parameters,
    command: options.command,
    training: trainingFacts(log),
    settings: config.settings,
    sets: stored.filter(({ role }) => role !== "ood").map((entry) => labelledResults(entry, load(entry))),
    ood: stored.filter(({ role }) => role === "ood").flatMap((entry) => oodResults(testPredictions, load(entry))),
    machine: thisMachine(),
    versions: versions(),
  };
  writeFileAtomic(runPaths(run).results, `${stringify(results)}\n`);
  return results;
}

/** Indented JSON, but a list of numbers on one line. */
const stringify = (value: unknown): string =>
  JSON.stringify(value, null, 1).replace(/\[[\d\s,.eE+-]+\]/g, (numbers) => numbers.replace(/\s+/g, ""));

function labelledResults(entry: StoredSet, predictions: Predictions): LabelledSetResults {
  const judged = judge(predictions);
  const { set, role, images, protocol, references } = entry;
  return {
    set,
    role: role as "test" | "shift",
    images,
    protocol,
    references,
    metrics: measure(judged),
    reliability: reliabilityBins(judged, RELIABILITY_BINS),
  };
}

function oodResults(id: Predictions, ood: Predictions): OodResults[] {
  return oodScoreNames.flatMap((score) => {
    const { shown, direction, range } = oodScores[score];
    const [inside, outside] = [shown(id), shown(ood)];
    if (!inside || !outside) return [];
    const counts = (values: Float64Array) => histogram(values, range[0], range[1], HISTOGRAM_BINS);
    return {
      set: ood.set,
      against: id.set,
      score,
      // Where the score falls as images get stranger, the roles swap.
      auroc: direction > 0 ? auroc(inside, outside) : auroc(outside, inside),
      histogram: { lower: range[0], upper: range[1], id: counts(inside), ood: counts(outside) },
    };
  });
}

function trainingFacts(log: readonly LogLine[]): Results["training"] {
  const last = (key: "epoch" | "step" | "seconds") =>
    log.findLast((line) => typeof line[key] === "number")?.[key] ?? undefined;
  const epochs = log.filter(({ event }) => event === "epoch").length;
  const speeds = log.flatMap(({ imagesPerSecond }) => imagesPerSecond ?? []).sort((a, b) => a - b);
  return {
    epochs: epochs || last("epoch"),
    steps: last("step"),
    seconds: last("seconds"),
    imagesPerSecond: speeds[Math.floor(speeds.length / 2)],
  };
}
