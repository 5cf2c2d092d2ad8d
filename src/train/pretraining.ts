import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type ImageSet, UserError } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { fingerprintOf } from "../files/internal.ts";
import { anchoredOptions } from "../methods/index.ts";
import type { Pretraining, RunConfig } from "../run/index.ts";
import { type RunRecord, readRun, runTask } from "../run/index.ts";

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Where things lie in a folder as model hubs give it. */
export const downloadedPaths = (folder: string) => ({
  weights: join(folder, "model.safetensors"),
  config: join(folder, "config.json"),
});

/** Whether `--init` names a downloaded model: a folder that is no run, but holds a file of weights. */
export const isDownloadedFolder = (path: string): boolean =>
  isFolder(path) && !existsSync(runPaths(path).checkpoint) && existsSync(downloadedPaths(path).weights);

/**
 * Whether `--init` names a run, which a folder is that is no downloaded model, rather than a file of weights.
 * @example
 * if (isRunFolder("runs/mine")) await recalibrate("runs/mine", dataSet, { out: "runs/recalibrated" });
 */
export const isRunFolder = (path: string): boolean => isFolder(path) && !isDownloadedFolder(path);

/**
 * What is known of the run that `config` starts from: by the folder of a resumed run itself, so that the other one may
 * be gone by then; undefined where it starts afresh or from a mere file of weights.
 * @throws UserError where the config takes over from such a run what a file of weights cannot give.
 */
export function findPretraining(
  config: RunConfig,
  { run, resume = false }: { readonly run: string; readonly resume?: boolean },
): Pretraining | undefined {
  const { init, method } = config;
  const found = resume
    ? readRun(run).pretraining
    : init && isRunFolder(init)
      ? describePretraining(readInitRun(init))
      : undefined;
  if (found) return found;
  const given = init
    ? `config.init ${init} is a ${isFolder(init) ? "downloaded model" : "file"}`
    : "there is no config.init";
  const source = anchoredOptions(method)?.referenceSource ?? "new";
  if (source !== "new")
    throw new UserError(
      `method.referenceSource ${source}: ${given}, which tells of no training images; add config.init RUN, the folder of a run`,
    );
  if (config.normalization === "init")
    throw new UserError(
      `config.normalization init: ${given}, which tells of none; add config.init RUN, the folder of a run`,
    );
  return undefined;
}

/**
 * Reads what a run says of itself that another one starts from.
 * @throws UserError where the folder that `--init` names holds neither a run nor a downloaded model
 * @example
 * const { config } = readInitRun("runs/pretrained");
 */
export function readInitRun(init: string): RunRecord {
  if (!existsSync(runPaths(init).checkpoint))
    throw new UserError(
      `config.init ${init}: the folder holds neither a trained run (checkpoint.safetensors) nor a downloaded model (model.safetensors)`,
    );
  if (runTask(init) === "contrastive")
    throw new UserError(
      `config.init ${init} is a dual encoder, which knows no classes of its own; make a classifier of it (anchored zero-shot), or train it on with task.name contrastive`,
    );
  return readRun(init);
}

const describePretraining = ({ config, data }: RunRecord): Pretraining => ({
  data: config.data,
  references: anchoredOptions(config.method)?.references ?? "all",
  seed: config.seed,
  normalization: data.normalization,
  sha256: data.sha256,
});

/** Options of a data set that decide which of its images are held out. */
const ofSplit = ["seed", "validationFraction", "testFraction", "domains", "label", "categories", "conceptShare"];

/**
 * A notice where a run starts from one that was trained on another split of the same data, so that images it holds out
 * may have been trained on; undefined where it holds out the same, or has other data.
 */
export function otherSplit(
  { init, data }: Pick<RunConfig, "init" | "data">,
  { data: before, sha256 }: Pretraining,
  train: ImageSet,
): string | undefined {
  if (data.name !== before.name || data.folder !== before.folder) return undefined;
  const differs = (name: string) => JSON.stringify(data[name]) !== JSON.stringify(before[name]);
  const options = ofSplit.filter(differs);
  const same = !Object.keys({ ...data, ...before }).some(differs);
  if (options.length === 0 && !(same && fingerprintOf(train) !== sha256)) return undefined;
  const split = options.map((name) => `${name} ${told(before[name])}, now ${told(data[name])}`).join("; ");
  return `config.init ${init} was trained on another split of the same data (${split || "its images have changed"}): images held out here may be among those that it was trained on, and scores on them too good`;
}

const told = (value: unknown): string => (value === undefined ? "the default" : JSON.stringify(value));

/**
 * Whether a run draws references from the training images of the run that it starts from.
 * @example
 * if (wantsPretrainingImages(config)) console.log("references are drawn from the images of the first training");
 */
export const wantsPretrainingImages = ({ method }: RunConfig): boolean =>
  (anchoredOptions(method)?.referenceSource ?? "new") !== "new";

/** @throws UserError where the images are absent, not those of the pre-training, or of another shape than the new ones. */
export function checkPretrainingImages(
  images: ImageSet | undefined,
  { data, sha256 }: Pretraining,
  like: ImageSet,
  { changedData, onNotice }: { readonly changedData?: boolean; readonly onNotice?: (line: string) => void } = {},
): ImageSet {
  if (!images) throw new TypeError("train: references from the pre-training need `pretrainingImages`");
  const refuse = (why: string) =>
    new UserError(`method.referenceSource: the pre-training images (${data.name}) ${why}`);
  if (fingerprintOf(images) !== sha256) {
    const changed = "are no longer those that the run was trained on";
    if (!changedData) throw refuse(`${changed}; put them back as they were, or insist with options.changedData`);
    onNotice?.(`method.referenceSource: the pre-training images (${data.name}) ${changed}`);
  }
  const shape = ({ width, height, channels }: ImageSet) => `${width}×${height} of ${channels} channels`;
  if (shape(images) !== shape(like))
    throw refuse(`are ${shape(images)}, the new ones ${shape(like)}; use the same data.imageSize`);
  return images;
}
