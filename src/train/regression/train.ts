import type { numpy as np } from "@jax-js/jax";
import { HostArray, type RegressionData, type RegressionSet, UserError } from "../../core/index.ts";
import { compile, type Program } from "../../engine/index.ts";
import type { Variables } from "../../models/index.ts";
import { createOptimizer } from "../../optim/index.ts";
import type { RunConfig } from "../../run/index.ts";
import type { Scores } from "../../tasks/index.ts";
import { readRegressionOutputs } from "../../tasks/internal.ts";
import { exampleBatches } from "../batches.ts";
import { exampleReferences } from "../example-references.ts";
import { alone } from "../group/group.ts";
import { together } from "../group/together.ts";
import { initialWeights } from "../initial-weights.ts";
import { noReferences } from "../reference-set.ts";
import { runTraining } from "../run-training.ts";
import { startingPoint } from "../starting-point.ts";
import { lossOf } from "../step.ts";
import type { Kept, Training, TrainOptions, TrainSummary } from "../training.ts";
import { regressionForward } from "./forward.ts";
import {
  buildRegression,
  claimRegression,
  describeRegression,
  type RegressionNetwork,
  type RegressionRecord,
} from "./record.ts";

/**
 * Trains a regression, as the config describes it, into a run folder.
 * @throws UserError as `runTraining`, and for options out of range
 * @example
 * const data = { name: "functions", function: "sine" } as const;
 * const config = resolveConfig({ data, task: { name: "regression" }, method: { name: "anchored" } });
 * await trainRegression(config, await loadRegressionData(data), { run: "runs/sine" });
 */
export const trainRegression = async (
  config: RunConfig,
  data: RegressionData,
  options: TrainOptions,
): Promise<TrainSummary> => {
  const { task } = config;
  if (task?.name !== "regression")
    throw new UserError(`task.name ${task?.name ?? "classification"}: it is no regression; use { name: "regression" }`);
  const { group = alone } = options;
  return runTraining(await together(group, () => regression({ ...config, task }, data, options)), options);
};

function regression(config: RegressionRecord["config"], data: RegressionData, options: TrainOptions): Training {
  const { run, resume, onNotice, group } = options;
  const record = describeRegression(config, data, group?.size);
  const { model, method, encoder } = buildRegression(record);
  const { train, validation } = data;
  const optimizer = createOptimizer(config.optimizer, model);
  const { name, count } = train;
  const { shape } = encoder;
  const targetsOf = (rows: ArrayLike<number>) =>
    HostArray.float32([rows.length, train.targets.names.length], encoder.targets(train, rows));
  const inputs = (rows: ArrayLike<number>) => encoder.inputs(train, rows);
  const referencesFrom = exampleReferences(config, { name, count, shape, inputs });
  const drawReferencesAt = referencesFrom?.drawAt ?? (() => noReferences);
  const examplesAt = (rows: ArrayLike<number>) => ({ images: inputs(rows), targets: encoder.targets(train, rows) });
  const batches = exampleBatches(
    config,
    {
      count,
      shape: { ...shape, targetSize: train.targets.names.length },
      make: async ({ rows }) => examplesAt(rows),
      plain: examplesAt,
      truth: targetsOf,
      ahead: 0,
      stepTook() {},
      async close() {},
    },
    { method, network: model, drawReferencesAt, group },
  );
  const validator =
    validation.count > 0 && config.validateEvery > 0 ? createValidator(record, method, validation) : undefined;
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
    claim: () => claimRegression(run, record, { resume, onNotice }),
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
          buildRegression({ ...record, config: { ...record.config, method: { name: "standard" } } }).model,
        kept: () =>
          referencesFrom
            ? { references: referencesFrom.kept(), referenceTargets: targetsOf(referencesFrom.keptRows()) }
            : {},
        initial(path, fresh) {
          const { notes, ...variables } = initialWeights(path, model, fresh, train.targets.names);
          for (const note of notes) onNotice?.(note);
          return variables;
        },
      }),
    scores: validator?.scores,
    dispose: async () => validator?.dispose(),
  };
}

/** What is minimised, and the root mean squared error in the targets' units, of validation examples. */
function createValidator(record: RegressionRecord, method: RegressionNetwork["method"], validation: RegressionSet) {
  const { config, data } = record;
  const forward = regressionForward(record);
  const rows = Int32Array.from({ length: validation.count }, (_, row) => row);
  const targets = HostArray.float32(
    [rows.length, data.targets.names.length],
    forward.encoder.targets(validation, rows),
  );
  let loss: Promise<Program<[HostArray, HostArray], HostArray>> | undefined;
  return {
    async scores(variables: Variables, { references }: Kept): Promise<Scores> {
      // One reference, as a classification is validated: judging asks all.
      const [values] = await forward.passes({ variables, references }, validation, {
        k: method.anchored ? 1 : undefined,
      });
      const outputs = HostArray.float32([rows.length, values.length / rows.length], values);
      loss ??= compile(
        (o: np.Array, t: np.Array) => method.task.loss({ outputs: o }, { targets: t }, {}).loss,
        [outputs, targets],
        config,
      );
      const minimised = await (await loss).run([outputs, targets]);
      const { mean } = readRegressionOutputs(config.task, values, data.targets);
      return method.task.score({ minimised: minimised.data[0], mean, targets: validation.targets.data });
    },
    async dispose() {
      await forward.dispose();
      await (await loss)?.dispose();
    },
  };
}
