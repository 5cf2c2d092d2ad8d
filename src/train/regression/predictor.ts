import { readFileSync } from "node:fs";
import type { HostArray } from "../../core/index.ts";
import type { Device } from "../../engine/index.ts";
import { runPaths } from "../../files/index.ts";
import { sha256 } from "../../files/internal.ts";
import type { Variables } from "../../models/index.ts";
import { loadCheckpoint } from "../../run/index.ts";
import { checkVariables, chooseWeights } from "../../run/internal.ts";
import type { RegressionPredictor } from "../../tasks/index.ts";
import { combineRegression, readRegressionOutputs } from "../../tasks/internal.ts";
import { regressionForward } from "./forward.ts";
import { buildRegression, type RegressionRecord, readRegressionRun } from "./record.ts";
import { reverseErrors } from "./reverse-errors.ts";

export interface RegressionPredictorOptions {
  /** `average` (the default where a run keeps one) or the `raw` weights of the last step. */
  readonly weights?: "raw" | "average";
  readonly threads?: number;
  readonly device?: Device;
}

/** What a regression's run folder holds for predicting. */
export interface LoadedRegression {
  readonly record: RegressionRecord;
  readonly variables: Variables;
  /** The moving average of the run, or the weights of its last step. */
  readonly weights: "average" | "raw";
  /** [R, C, H, W] standardised, and their targets [R, D]; absent for methods without. */
  readonly references?: HostArray;
  readonly referenceTargets?: HostArray;
  readonly step: number;
  /** Of the checkpoint's bytes. */
  readonly sha256: string;
}

/** @throws UserError where the folder or its checkpoint is missing, damaged or of another task */
export function loadRegression(run: string, { weights }: RegressionPredictorOptions = {}): LoadedRegression {
  const record = readRegressionRun(run);
  const path = runPaths(run).checkpoint;
  const checkpoint = loadCheckpoint(path);
  const { params, state, kind = "raw" } = chooseWeights(run, checkpoint, weights);
  const { model } = buildRegression(record);
  checkVariables(path, { params, state }, model);
  const { references, referenceTargets, progress } = checkpoint;
  return {
    record,
    variables: { params, state },
    weights: kind,
    references,
    referenceTargets,
    step: progress.step,
    sha256: sha256(readFileSync(path)),
  };
}

/**
 * The predictor of a regression's run folder.
 * @throws UserError as `loadRegression`
 * @example
 * const data = await loadRegressionData({ name: "csv", file: "cars.json", targets: ["Miles_per_Gallon"] });
 * const predictor = loadRegressionPredictor("runs/cars");
 * const { mean, standardDeviation } = await predictor.predict(data.test);
 */
export const loadRegressionPredictor = (run: string, options: RegressionPredictorOptions = {}): RegressionPredictor =>
  regressionPredictor(loadRegression(run, options), options);

/** A predictor with fixed weights. */
export function regressionPredictor(
  loaded: Omit<LoadedRegression, "step" | "sha256" | "weights">,
  options: RegressionPredictorOptions = {},
): RegressionPredictor {
  const { record, references, referenceTargets } = loaded;
  const { config, data } = record;
  const forward = regressionForward(record, { ...options, hold: loaded.variables });
  const read = (outputs: ArrayLike<number>) => readRegressionOutputs(config.task, outputs, data.targets);
  return {
    async predict(set, { k, onProgress } = {}) {
      const passes = await forward.passes(loaded, set, { k, onProgress });
      const { quantiles, ...answers } = combineRegression(passes.map(read));
      return {
        set: set.name,
        ...answers,
        ...(quantiles && { quantiles: { levels: config.task.levels, values: quantiles } }),
      };
    },
    ...(references &&
      referenceTargets && {
        reverseErrors: (set) =>
          reverseErrors(
            set,
            { references, referenceTargets, scale: data.targets },
            (inputs, asReferences) =>
              forward.under(loaded.variables, inputs, asReferences).then((outputs) => read(outputs).mean),
            forward.encoder,
          ),
      }),
    dispose: forward.dispose,
  };
}
