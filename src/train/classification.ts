import {
  checkImageSet,
  checkLabels,
  type DataSet,
  type HostArray,
  imageCount,
  type Normalization,
} from "../core/index.ts";
import { headOnly, type Variables } from "../models/index.ts";
import { createOptimizer } from "../optim/index.ts";
import type { RunConfig, Validation } from "../run/index.ts";
import { describeRun, type Pretraining, readRun } from "../run/index.ts";
import { trainBatches } from "./batches.ts";
import { claimFolder } from "./claim-folder.ts";
import { fewSteps } from "./few-steps.ts";
import { heavyStep } from "./forecast.ts";
import { createForward } from "./forward.ts";
import { initialWeights } from "./initial-weights.ts";
import { runTraining } from "./loop.ts";
import { mixingPicturesOf } from "./mixing-pictures.ts";
import { buildNetwork } from "./network.ts";
import { outputAnchorOf, predictSet } from "./predict-set.ts";
import { findPretraining, otherSplit } from "./pretraining.ts";
import { noReferences, referenceSet } from "./reference-set.ts";
import { accuracyOf, correctCount, meanNll } from "./scores.ts";
import { startingPoint } from "./starting-point.ts";
import type { Training, TrainOptions, TrainSummary } from "./training.ts";

/** Images that a first layer is fitted to, where it is: enough for its patches' covariance. */
const FITTED_IMAGES = 5000;

/**
 * Trains a classifier, as the config describes it, into a run folder.
 * @throws UserError as `runTraining`, and for options out of range
 * @example
 * const data = { name: "emoji", seed: 0 };
 * await train(resolveConfig({ data, epochs: 5 }), await loadDataSet(data), { run: "runs/mine" });
 */
export const train = async (config: RunConfig, dataSet: DataSet, options: TrainOptions): Promise<TrainSummary> =>
  runTraining(await classification(config, dataSet, options), options);

async function classification(config: RunConfig, given: DataSet, options: TrainOptions): Promise<Training> {
  for (const set of [given.train, given.validation]) {
    checkImageSet(set);
    checkLabels(set.name, set.labels, given.train.classNames.length);
  }
  const { run, resume = false, workers = "auto", pretrainingImages, changedData, onNotice } = options;
  const pretraining = findPretraining(config, { run, resume });
  const normalization =
    resume && changedData
      ? readRun(run).data.normalization // the network knows images by it
      : normalizationOf(config, given, pretraining);
  const dataSet = { ...given, normalization };
  const { validation } = dataSet;
  const pictures = await mixingPicturesOf(config, dataSet.train);
  const record = describeRun(config, dataSet, { pretraining, pictures });
  const { model: whole, method } = buildNetwork(record);
  const model = config.trainable === "head" ? headOnly(whole) : whole;
  const optimizer = createOptimizer(config.optimizer, model);
  const referencesFrom = referenceSet(config, dataSet, { pretraining, pretrainingImages, changedData, onNotice });
  const drawReferencesAt = referencesFrom?.drawAt ?? (() => noReferences);
  const mixingSet = pictures?.images;
  const batches = trainBatches(config, dataSet, { method, model, drawReferencesAt, workers, mixingSet });
  // Those of the checkpoint, once it is open.
  let references: HostArray | undefined;
  const forward =
    imageCount(validation) > 0 && (config.validateEvery > 0 || method.output.reading?.anchor)
      ? createForward(record, { model: whole, method })
      : undefined;
  /** What predicting with `variables` takes. */
  const parts = ({ params, state }: Variables) => ({
    forward: forward!,
    record,
    method,
    variables: { params, state },
    references,
  });
  const scores = async (variables: Variables) => {
    const predictions = await predictSet(parts(variables), validation, { protocol: "single" });
    return { accuracy: accuracyOf(predictions), loss: meanNll(predictions) };
  };
  return {
    config,
    model,
    method,
    optimizer,
    batches,
    claim: () => claimFolder(run, record, { resume, changedData, onNotice }),
    async start() {
      const start = await startingPoint({
        run,
        config,
        model,
        method,
        optimizer,
        plain: () => batches.plain(Math.min(imageCount(dataSet.train), FITTED_IMAGES)),
        withoutReferences: () => buildNetwork({ ...record, config: { ...config, method: { name: "standard" } } }).model,
        kept: () => ({ references: referencesFrom?.kept() }),
        initial(path, fresh) {
          const { notes, ...variables } = initialWeights(path, model, fresh, dataSet.train.classNames);
          for (const note of notes) onNotice?.(note);
          const leak = pretraining && otherSplit(config, pretraining, dataSet.train);
          if (leak) onNotice?.(leak);
          if (takesOver(config, pretraining)) onNotice?.(`images and references are normalised as in ${path}`);
          return variables;
        },
      });
      references = start.references;
      return start;
    },
    expect: (start) => expectations(config, dataSet, { model, method, start }),
    correct: (outputs, { rows }) =>
      correctCount(
        outputs,
        rows.map((row) => dataSet.train.labels[row]),
      ),
    validate: forward && ((state) => validated(state, scores)),
    finish: forward && (async (weights) => ({ outputAnchor: await outputAnchorOf(parts(weights), validation) })),
    dispose: async () => forward?.dispose(),
  };
}

/** What is to be said before the first step: too few steps, or more memory than there is. */
async function expectations(
  config: RunConfig,
  { train: set }: DataSet,
  { model, method, start }: Pick<Training, "model" | "method"> & { readonly start: Parameters<Training["expect"]>[0] },
): Promise<string[]> {
  const inputs = [config.batchSize, method.inputChannels(set.channels), set.height, set.width];
  const few = start.progress.step === 0 ? fewSteps(config, imageCount(set)) : undefined;
  return [few, await heavyStep(config, model, start, inputs)].filter((line) => line !== undefined);
}

/** Whether images are normalised as those of the run that this one starts from. */
const takesOver = ({ normalization = "init" }: RunConfig, pretraining: Pretraining | undefined): boolean =>
  pretraining !== undefined && normalization === "init";

function normalizationOf(config: RunConfig, given: DataSet, pretraining: Pretraining | undefined): Normalization {
  if (typeof config.normalization === "object") return config.normalization;
  return takesOver(config, pretraining) ? pretraining!.normalization : given.normalization;
}

async function validated(
  state: Variables & { readonly average?: Variables },
  scores: (variables: Variables) => Promise<{ accuracy: number; loss: number }>,
): Promise<Validation> {
  const raw = await scores(state);
  const averaged = state.average && (await scores(state.average));
  return {
    validationAccuracy: raw.accuracy,
    validationLoss: raw.loss,
    ...(averaged && { averageValidationAccuracy: averaged.accuracy, averageValidationLoss: averaged.loss }),
  };
}
