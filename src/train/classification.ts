import { type DataSet, imageCount, type Normalization } from "../core/index.ts";
import type { Variables } from "../models/index.ts";
import { headOnly } from "../models/internal.ts";
import { createOptimizer } from "../optim/index.ts";
import type { RunConfig } from "../run/index.ts";
import { type Pretraining, readRun } from "../run/index.ts";
import { describeRun } from "../run/internal.ts";
import { trainBatches } from "./batches.ts";
import { checkSets } from "./check-sets.ts";
import { claimFolder } from "./claim-folder.ts";
import { createForward } from "./forward.ts";
import { alone } from "./group/group.ts";
import { together } from "./group/together.ts";
import { initialWeights } from "./initial-weights.ts";
import { mixingPicturesOf } from "./mixing-pictures.ts";
import { buildNetwork } from "./network.ts";
import { outputAnchorOf, predictSet } from "./predict-set.ts";
import { findPretraining, otherSplit } from "./pretraining.ts";
import { noReferences, referenceSet } from "./reference-set.ts";
import { requireBatchNorm } from "./require-batch-norm.ts";
import { runTraining } from "./run-training.ts";
import { startingPoint } from "./starting-point.ts";
import { lossOf } from "./step.ts";
import type { Kept, Training, TrainOptions, TrainSummary } from "./training.ts";

/**
 * Trains a classifier, as the config describes it, into a run folder.
 * @throws UserError as `runTraining`, and for options out of range
 * @example
 * const data = { name: "emoji", seed: 0 };
 * await train(resolveConfig({ data, epochs: 5 }), await loadDataSet(data), { run: "runs/mine" });
 */
export const train = async (config: RunConfig, dataSet: DataSet, options: TrainOptions): Promise<TrainSummary> =>
  runTraining(await together(options.group ?? alone, () => classification(config, dataSet, options)), options);

async function classification(config: RunConfig, given: DataSet, options: TrainOptions): Promise<Training> {
  checkSets(given);
  const { run, resume = false, workers = "auto", pretrainingImages, changedData, onNotice, group = alone } = options;
  const pretraining = findPretraining(config, { run, resume });
  const normalization =
    resume && changedData
      ? readRun(run).data.normalization // the network knows images by it
      : normalizationOf(config, given, pretraining);
  const dataSet = { ...given, normalization };
  const { validation } = dataSet;
  const pictures = await mixingPicturesOf(config, dataSet.train);
  const record = describeRun(config, dataSet, { pretraining, pictures, ranks: group.size });
  const { model: whole, method } = buildNetwork(record);
  const model = config.trainable === "head" ? headOnly(whole) : whole;
  requireBatchNorm(config, model);
  const optimizer = createOptimizer(config.optimizer, model);
  const referencesFrom = referenceSet(config, dataSet, { pretraining, pretrainingImages, changedData, onNotice });
  const drawReferencesAt = referencesFrom?.drawAt ?? (() => noReferences);
  const mixingSet = pictures?.images;
  const batches = trainBatches(config, dataSet, {
    method,
    network: model,
    ...{ drawReferencesAt, workers, mixingSet, group },
  });
  const forward =
    imageCount(validation) > 0 && (config.validateEvery > 0 || method.task.output.reading?.anchor)
      ? createForward(record, { model: whole, method })
      : undefined;
  /** What predicting with `variables` takes. */
  const parts = ({ params, state }: Variables, { references }: Kept) => ({
    forward: forward!,
    group,
    record,
    method,
    variables: { params, state },
    references,
  });
  return {
    config,
    network: model,
    model,
    method,
    lossOf: lossOf(model, method),
    meetsRanks: config.syncBatchNorm,
    optimizer,
    batches,
    identity: record,
    claim: () => claimFolder(run, record, { resume, changedData, onNotice }),
    start: () =>
      startingPoint({
        run,
        config,
        network: model,
        model,
        method,
        optimizer,
        batches,
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
      }),
    scores:
      forward &&
      (async (weights, kept) => {
        const predictions = await predictSet(parts(weights, kept), validation, { protocol: "single" });
        return method.task.score(predictions);
      }),
    finish:
      forward && (async (weights, kept) => ({ outputAnchor: await outputAnchorOf(parts(weights, kept), validation) })),
    dispose: async () => forward?.dispose(),
  };
}

/** Whether images are normalised as those of the run that this one starts from. */
const takesOver = ({ normalization = "init" }: RunConfig, pretraining: Pretraining | undefined): boolean =>
  pretraining !== undefined && normalization === "init";

function normalizationOf(config: RunConfig, given: DataSet, pretraining: Pretraining | undefined): Normalization {
  if (typeof config.normalization === "object") return config.normalization;
  return takesOver(config, pretraining) ? pretraining!.normalization : given.normalization;
}
