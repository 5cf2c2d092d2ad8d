import { type Listener, reporter, type StoredPredictions, UserError } from "../core/index.ts";
import type { ConformalSettings, LabelledSetResults, Results, StoredSet, Weights } from "../evaluate/index.ts";
import {
  bootstrapIntervals,
  judge,
  measure,
  reliabilityBins,
  riskCoverage,
  smoothReliability,
} from "../evaluate/index.ts";
import {
  conformalJudge,
  energyNotices,
  failureResults,
  fitIntervals,
  fitScalings,
  haveNoEnergy,
  judgeCorruptions,
  oodResults,
  rounded,
  scalingNotices,
  scalingResults,
  scoredSet,
} from "../evaluate/internal.ts";
import { loadPredictions, storedSets } from "../run/index.ts";
import { readOodScores, readPredictionBatch, readSensitivity } from "../run/internal.ts";

const RELIABILITY_BINS = 15;
const WITHOUT_SETS =
  "no validation images are predicted, and so no conformal sets are judged; add the suite calibration";

type JudgedResults = Pick<
  Results,
  "sets" | "ood" | "oodScores" | "scalings" | "conformal" | "corruptions" | "sensitivity" | "predictionBatch"
> & { readonly notices: string[] };

export interface JudgeStoredOptions extends Listener {
  /** As of `JudgeOptions`. */
  readonly conformal?: ConformalSettings;
}

/**
 * Everything that follows from the stored logits alone. Besides the test set one set is in memory at a time: a thousand
 * classes of 50,000 images are 200 MB.
 * @throws UserError where no test set was predicted, or a file is missing or damaged.
 */
export function judgeStored(
  run: string,
  weights: Weights | undefined,
  { conformal, ...listener }: JudgeStoredOptions,
): JudgedResults {
  const stored = storedSets(run).filter((entry) => entry.weights === weights);
  const load = ({ set, role }: StoredSet) => loadPredictions(run, set, weights, role);
  const of = (role: StoredSet["role"]) => stored.filter((entry) => entry.role === role);
  const [testEntry] = of("test");
  if (!testEntry)
    throw new UserError(`${run} has no stored predictions on a test set; predict one first (anchored evaluate)`);
  const labelled = [testEntry, ...of("shift")];
  const [validationEntry] = of("validation");
  const step = steps(
    listener,
    (validationEntry ? 1 + 3 * labelled.length : labelled.length) + of("ood").length + of("corruption").length,
  );

  const posthoc = validationEntry && step(() => fitPosthoc(load(validationEntry), conformal));
  const temperature = posthoc?.scalings.find(({ kind }) => kind === "temperature")?.temperature;
  const judgeSet = (entry: StoredSet, predictions: StoredPredictions) => {
    const results = step(() => labelledResults(entry, predictions, temperature));
    return {
      results,
      scalings: posthoc && step(() => scalingResults(posthoc, predictions, results.metrics)),
      conformal: posthoc && step(() => posthoc.conformal(predictions)),
    };
  };
  const test = load(testEntry);
  const judged = labelled.map((entry) => judgeSet(entry, entry === testEntry ? test : load(entry)));
  const known = scoredSet(test);
  const foreign = of("ood").map((entry) =>
    step(() => {
      const scored = scoredSet(load(entry));
      return { set: entry.set, noEnergy: haveNoEnergy(scored), results: oodResults(known, scored, temperature) };
    }),
  );
  const without = foreign.length > 0 && haveNoEnergy(known) ? [test.set] : [];
  without.push(...foreign.flatMap(({ set, noEnergy }) => (noEnergy ? [set] : [])));
  const corruptions = judgeCorruptions(stored, load, step);
  listener.onProgress?.(undefined);
  return {
    notices: [
      ...(conformal && !posthoc ? [WITHOUT_SETS] : []),
      ...(posthoc?.notices ?? []),
      ...energyNotices(without, 1 + foreign.length),
    ],
    sets: judged.map(({ results }) => results),
    ood: foreign.flatMap(({ results }) => results),
    ...(posthoc && {
      scalings: judged.flatMap(({ scalings }) => scalings ?? []),
      conformal: judged.flatMap(({ conformal }) => conformal ?? []),
    }),
    oodScores: readOodScores(run, weights),
    corruptions,
    sensitivity: readSensitivity(run, weights),
    predictionBatch: readPredictionBatch(run, weights),
  };
}

/** Runs one of `total` steps, and tells the listener of each. */
export type Step = <T>(work: () => T) => T;

function steps(listener: Listener, total: number): Step {
  const report = reporter(listener, "judging", "steps");
  let done = 0;
  return (work) => {
    report({ done, total });
    const result = work();
    report({ done: ++done, total });
    return result;
  };
}

/** What is fitted on the validation images, and then holds for every set. */
function fitPosthoc(validation: StoredPredictions, conformal: ConformalSettings | undefined) {
  const scalings = fitScalings(validation);
  const temperature = scalings.find(({ kind }) => kind === "temperature")!;
  return {
    notices: scalingNotices(scalings),
    scalings: scalings.filter(({ unbounded }) => unbounded === undefined),
    vennAbers: fitIntervals(validation),
    conformal: conformalJudge(validation, temperature, conformal),
  };
}

function labelledResults(
  entry: StoredSet,
  predictions: StoredPredictions,
  temperature: number | undefined,
): LabelledSetResults {
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
    failures: failureResults(judged, scoredSet(predictions), temperature),
  };
}
