import { normalizeImages } from "../../augment/index.ts";
import { type DataSet, imageCount, UserError } from "../../core/index.ts";
import { checkImageSet } from "../../core/internal.ts";
import { createOptimizer } from "../../optim/index.ts";
import type { RunConfig } from "../../run/index.ts";
import { exampleBatches } from "../batches.ts";
import { claimFolder } from "../claim-folder.ts";
import { exampleReferences } from "../example-references.ts";
import { alone } from "../group/group.ts";
import { together } from "../group/together.ts";
import { noReferences } from "../reference-set.ts";
import { requireBatchNorm } from "../require-batch-norm.ts";
import { runTraining } from "../run-training.ts";
import { startingPoint } from "../starting-point.ts";
import { lossOf } from "../step.ts";
import type { Training, TrainOptions, TrainSummary } from "../training.ts";
import { boxSource } from "./box-batches.ts";
import { detectorStart } from "./detector-start.ts";
import { buildDetector, type DetectionRecord, describeDetection, readDetectionRun } from "./record.ts";
import { detectionValidator } from "./validator.ts";

/**
 * Trains a detector, as the config describes it, on images with boxes, into a run folder.
 * @throws UserError as `runTraining`, for options out of range, and for images without boxes
 * @example
 * const data = { name: "emoji-scenes", imageSize: 64 } as const;
 * const config = resolveConfig({ data, task: { name: "detection" }, model: "resnet20" });
 * await trainDetection(config, await loadDetectionData(data), { run: "runs/scenes" });
 */
export const trainDetection = async (
  config: RunConfig,
  dataSet: DataSet,
  options: TrainOptions,
): Promise<TrainSummary> => {
  const { task } = config;
  if (task?.name !== "detection")
    throw new UserError(`task.name ${task?.name ?? "classification"}: it is no detection; use { name: "detection" }`);
  const { group = alone } = options;
  return runTraining(
    await together(group, async () => detectionTraining({ ...config, task }, dataSet, options)),
    options,
  );
};

async function detectionTraining(
  config: DetectionRecord["config"],
  given: DataSet,
  options: TrainOptions,
): Promise<Training> {
  const { run, resume = false, changedData, onNotice, group = alone } = options;
  for (const set of [given.train, given.validation]) {
    checkImageSet(set);
    if (!set.boxes) throw new UserError(`${set.name}: it has no boxes to learn; give its images a column \`boxes\``);
  }
  const normalization = resume
    ? readDetectionRun(run).data.normalization
    : typeof config.normalization === "object"
      ? config.normalization
      : given.normalization;
  const dataSet = { ...given, normalization };
  const { train, validation } = dataSet;
  const record = describeDetection(config, dataSet, group.size);
  const { model, method, shape } = buildDetector(record);
  requireBatchNorm(config, model);
  const optimizer = createOptimizer(config.optimizer, model);
  const { name, channels, height, width } = train;
  const referencesFrom = exampleReferences(config, {
    name,
    count: imageCount(train),
    shape: { channels, height, width },
    inputs: (rows) => normalizeImages(train, rows, normalization),
  });
  const drawReferencesAt = referencesFrom?.drawAt ?? (() => noReferences);
  const source = boxSource(config, dataSet, shape);
  const batches = exampleBatches(config, source, { method, network: model, drawReferencesAt, group });
  const validator =
    imageCount(validation) > 0 && config.validateEvery > 0 ? detectionValidator(record, validation) : undefined;
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
    claim: () => claimFolder(run, record, { resume, changedData, onNotice }, readDetectionRun),
    start: () =>
      startingPoint({
        run,
        config,
        network: model,
        model,
        method,
        optimizer,
        batches,
        withoutReferences: () =>
          buildDetector({ ...record, config: { ...config, method: { name: "standard" } } }).model,
        kept: () => ({ references: referencesFrom?.kept() }),
        initial(path, fresh) {
          const { notes, ...variables } = detectorStart(path, model, fresh);
          for (const note of notes) onNotice?.(note);
          return variables;
        },
      }),
    scores: validator?.scores,
    dispose: async () => validator?.dispose(),
  };
}
