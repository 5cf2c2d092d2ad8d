import { type Listener, largestClass } from "../../core/index.ts";
import type { ForeignGroup, LastLayer } from "../../evaluate/index.ts";
import { classifierOf } from "../../models/internal.ts";
import { loadPredictions, type RunRecord, storedSets } from "../../run/index.ts";
import { chooseWeights, featuresFile, logitsFile } from "../../run/internal.ts";
import { buildNetwork } from "../../train/internal.ts";
import type { OpenRun } from "../open-run.ts";
import { measureOodScores, type TrainingFiles } from "./measure.ts";
import type { ScoreName } from "./names.ts";
import type { VerdictExample } from "./verdict-examples.ts";

/** `measureOodScores` of a run whose sets are predicted, with their features, and the verdict where the run could be given one. */
export async function measureRunScores(
  run: OpenRun,
  names: readonly ScoreName[],
  { trainImages, groups, ...listener }: RunScoreOptions,
): Promise<readonly VerdictExample[]> {
  const { results, weights, checkpointSha256, options } = run;
  const { classifier, without } = classifierOfRun(run);
  if (without) listener.onNotice?.(`${run.run}: scores that need the classifier are left out, for ${without}`);
  return measureOodScores(
    results,
    names,
    {
      featuresOf: (entry) => featuresFile(results, entry),
      training: trainingOf(run, trainImages),
      classifier,
      groups,
      verdict: classifier !== undefined,
    },
    {
      ...listener,
      weights,
      checkpointSha256,
      threads: options.threads,
      fewerReferences: options.corruptionReferences !== undefined,
    },
  );
}

export interface RunScoreOptions extends Listener {
  /** How many there are; scores may be fitted on a part. */
  readonly trainImages: number;
  readonly groups: ReadonlyMap<string, ForeignGroup>;
}

/** The last layer, scaled as the features are; or why the logits are not linear in the features. */
export function classifierOfRun({ run, record, checkpoint, options }: OpenRun): {
  readonly classifier?: LastLayer;
  readonly without?: string;
} {
  const { model, method } = buildNetwork(record);
  if (method.task.output.reading)
    return { without: `${method.name} reads its outputs: logits are not linear in the features` };
  if (method.task.members > 1)
    return {
      without: `the answer is the mean of ${method.task.members} members: its logits are not linear in the features`,
    };
  if (options.calibrate)
    return { without: "options.calibrate scales each image's logits by the spread over its references" };
  const { weight, bias } = classifierOf(model, chooseWeights(run, checkpoint, options.weights).params);
  const { logitScale = 1 } = model;
  const added = bias?.data ?? new Float32Array(weight.shape[0]);
  return { classifier: { weight: weight.data, bias: added.map((value) => logitScale * value) } };
}

/** Whether labels of the training are wrong by design. */
export function hasWrongLabels({ config }: RunRecord): boolean {
  const { labelNoise, humanLabels } = config.data as { labelNoise?: unknown; humanLabels?: unknown };
  return Boolean(labelNoise) || humanLabels !== undefined;
}

/** Labels that are wrong by design say nothing of the features: there the predicted classes stand in. */
function trainingOf({ results, weights, record }: OpenRun, of: number): TrainingFiles | undefined {
  const entry = storedSets(results).find((one) => one.role === "train" && one.weights === weights);
  const features = entry && featuresFile(results, entry);
  if (!features) return undefined;
  const wrong = hasWrongLabels(record);
  const { logits, labels, classes } = loadPredictions(results, entry.set, weights, "train");
  return {
    features,
    logits: logitsFile(results, entry),
    labels: wrong ? labels.map((_, row) => largestClass(logits, row, classes)) : labels,
    labelsAre: wrong ? "predicted" : "given",
    of,
  };
}
