import { type RegressionData, UserError } from "../../core/index.ts";
import { regressionFingerprint } from "../../files/internal.ts";
import { createMethod, type Method } from "../../methods/index.ts";
import { createModel, type Model } from "../../models/index.ts";
import { type RunConfig, type RunRecord, resolveConfig } from "../../run/index.ts";
import { firstDifference, modulesFor, readStoredRecord, requireRegistered } from "../../run/internal.ts";
import { type RegressionOptions, regression, type Task, type ValidatedRegression } from "../../tasks/index.ts";
import type { ClaimOptions } from "../claim-folder.ts";
import { movedInWords, ranksBefore, withRanksOf } from "../moved-ranks.ts";
import { asStored, beginRecord, refuseDifference, writeRecord } from "../stored-record.ts";
import { describeEncoding, type RegressionEncoder, type RegressionEncoding, regressionEncoder } from "./encoding.ts";
import { placesOf } from "./run-data.ts";

/** What `config.json` of a regression's run folder holds. */
export interface RegressionRecord {
  readonly config: RunConfig & { readonly task: RegressionOptions };
  /** Processes that train it together, where there are several, and earlier numbers of them, as `RunRecord`. */
  readonly ranks?: number;
  readonly ranksBefore?: RunRecord["ranksBefore"];
  /** Files that registered what the config names, where it names what is not built in. */
  readonly modules?: readonly string[];
  readonly data: RegressionEncoding & {
    readonly name: string;
    readonly title: string;
    readonly trainExamples: number;
    readonly validationExamples: number;
    /** SHA-256 of the training examples: a run is only resumed and judged on the same data. */
    readonly sha256: string;
  };
}

export function describeRegression(
  config: RegressionRecord["config"],
  data: RegressionData,
  ranks = 1,
): RegressionRecord {
  const { name, title, train, validation } = data;
  const counts = { trainExamples: train.count, validationExamples: validation.count };
  const modules = modulesFor(config);
  return {
    config,
    ...(ranks > 1 && { ranks }),
    ...(modules && { modules }),
    data: { name, title, ...counts, sha256: regressionFingerprint(train), ...describeEncoding(train) },
  };
}

export interface RegressionNetwork {
  readonly model: Model;
  readonly method: Method<Task<ValidatedRegression>>;
  readonly encoder: RegressionEncoder;
}

/** The network that a record names. @throws UserError for a model that cannot be fed such inputs */
export function buildRegression({ config, data }: RegressionRecord): RegressionNetwork {
  const { task, stochasticDepth, dropout } = config;
  const encoder = regressionEncoder(data, task, config.seed);
  const { channels, height, width } = encoder.shape;
  if (height !== width) throw new UserError(`${data.name} has images of ${width}×${height}; only square ones are fed`);
  if (data.inputs.kind === "numbers" && config.model !== "mlp")
    throw new UserError(`config.model ${config.model}: the inputs are numbers, which only mlp is fed`);
  const method = createMethod(config.method, regression(task));
  const model = createModel(config.model, {
    inputChannels: method.inputChannels(channels),
    classes: method.task.outputCount(data.targets.names.length),
    anchorAt: method.anchorAt,
    imageSize: height,
    stochasticDepth,
    dropout,
  });
  return { model, method, encoder };
}

/**
 * Reads what a run folder says of a regression: its options, targets, encoder.
 * @throws UserError where `run` is no run folder, its config.json is damaged, or it is of another task
 * @example
 * const { config, data } = readRegressionRun(run);
 */
export function readRegressionRun(run: string): RegressionRecord {
  const record = readStoredRecord<RegressionRecord>(run);
  if (record?.config?.task?.name !== "regression")
    throw new UserError(`${run} is no regression: it is a ${record?.config?.task?.name ?? "classification"}`);
  requireRegistered(run, record);
  return { ...record, config: resolveConfig(record.config) as RegressionRecord["config"] };
}

/** What need not agree: where the same data lie, and what they are called there. */
function withPlacesOf({ config, data }: RegressionRecord, before: RegressionRecord): RegressionRecord {
  if (before.config.data.name !== config.data.name) return before;
  const known = Object.keys(placesOf(before.config.data));
  const places = Object.fromEntries(Object.entries(placesOf(config.data)).filter(([field]) => known.includes(field)));
  return {
    ...before,
    config: { ...before.config, data: { ...before.config.data, ...places } },
    data: { ...before.data, title: data.title },
  };
}

/**
 * Writes config.json into a new folder, or holds it to the one that is there. A folder without a checkpoint has nothing
 * to lose and is started afresh.
 * @throws UserError for a folder that holds a run, or that of another config or other data
 */
export function claimRegression(
  run: string,
  record: RegressionRecord,
  { resume = false, onNotice }: Pick<ClaimOptions, "resume" | "onNotice"> = {},
): void {
  if (!resume) {
    beginRecord(run, record);
    return;
  }
  const stored = readRegressionRun(run);
  const before = withPlacesOf(record, withRanksOf(record, stored));
  const [asked, wanted] = [record, before].map(({ modules: _, ...one }) => asStored(one));
  if (firstDifference(asked, wanted)?.path === "data.sha256")
    throw new UserError(
      `options.resume: ${record.data.title} is not what ${run} was trained on (as many training examples, ${record.data.trainExamples}, but other values or another split); put the data back as they were, or choose another folder`,
    );
  refuseDifference(run, asked, wanted);
  const now = { ...record, ...ranksBefore(run, record, stored) };
  const moved = movedInWords(run, record, stored);
  if (moved) onNotice?.(moved);
  if (firstDifference(asStored(now), asStored(stored))) writeRecord(run, now);
}
