import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { type HostArrays, UserError } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { realTypes, realValues } from "../files/safetensors.ts";
import { readTensors, type StoredTensor } from "../files/safetensors-header.ts";
import { loadCheckpoint, readRun } from "../run/index.ts";
import { downloadedPaths, isDownloadedFolder, isRunFolder } from "./pretraining.ts";

/** Weights under timm's names, float32, as they lie in a run or a file. */
export interface WeightsSource {
  readonly tensors: HostArrays;
  /** In the order of the classifier's rows; undefined where the source does not name them. */
  readonly classNames?: readonly string[];
  /** What the user should know, a line each. */
  readonly notes: readonly string[];
}

/**
 * What files hold besides weights: our checkpoints' optimizer and references, PyTorch's step counters, and what Swin
 * Transformers compute from their windows (timm stored it before 0.9).
 */
const isNoWeight = (name: string): boolean =>
  /^(optimizer\.|average\.|(references|output_anchor)$)/.test(name) ||
  /(^|\.)(num_batches_tracked|attn_mask|relative_coords_table|relative_position_index)$/.test(name);

/** What Node reads at once. */
const MOST_BYTES = 2 ** 31;

/** What wrappers put before all names: DataParallel, torch.compile, and classes that hold the network as `model`. */
const wrapper = /^(?:module|_orig_mod|model)\./;

/**
 * Reads what `--init` names: a run folder (the moving average of its weights, where it keeps one), a safetensors file, or
 * a downloaded folder with `model.safetensors`.
 * @throws UserError where nothing is there, or it is damaged or of another format
 */
export function readWeights(path: string): WeightsSource {
  if (!existsSync(path))
    throw new UserError(`config.init ${path}: no such run or file; give one of the same architecture`);
  if (isRunFolder(path)) return ofRun(path);
  if (!isDownloadedFolder(path)) return { ...ofFile(path, path), classNames: classNamesBeside(path) };
  const { weights, config } = downloadedPaths(path);
  const { tensors, notes } = ofFile(path, weights);
  const described = existsSync(config) ? describeDownload(config) : {};
  return { tensors, classNames: described.classNames, notes: [...notes, ...(described.notes ?? [])] };
}

function ofRun(path: string): WeightsSource {
  const checkpoint = loadCheckpoint(runPaths(path).checkpoint);
  const { params, state } = checkpoint.average ?? checkpoint;
  return {
    tensors: { ...params, ...state },
    classNames: readRun(path).data.classNames,
    notes: checkpoint.average ? [`the moving average of the weights of ${path}`] : [],
  };
}

function ofFile(given: string, path: string): Omit<WeightsSource, "classNames"> {
  const { tensors, prefixes } = realTensors(path, isNoWeight, (why) => new UserError(`config.init ${given}: ${why}`));
  return { tensors, notes: prefixes.length > 0 ? [`names are read without their prefix ${prefixes.join(", ")}`] : [] };
}

/**
 * The tensors of a safetensors file as float32, and what was taken off the front of their names.
 * @param isNoWeight says of a name that it is not to be read
 * @throws what `refuse` makes of the reason, where the file is damaged, of another format, or holds a tensor of another type
 */
export function realTensors(
  path: string,
  isNoWeight: (name: string) => boolean,
  refuse: (why: string) => UserError,
): { readonly tensors: HostArrays; readonly prefixes: readonly string[] } {
  const { size } = statSync(path);
  if (size >= MOST_BYTES)
    throw refuse(`a file of ${(size / 2 ** 30).toFixed(1)} GiB; it must be smaller than 2, e.g. in float16`);
  const bytes = readFileSync(path);
  // What torch.save writes: a zip archive, before PyTorch 1.6 a bare pickle.
  if (bytes.toString("latin1", 0, 4) === "PK\x03\x04" || bytes.toString("latin1", 0, 2) === "\x80\x02")
    throw refuse("a PyTorch file, which can run code; save its weights with safetensors.torch.save_file");
  let stored: Map<string, StoredTensor>;
  try {
    stored = readTensors(bytes).tensors;
  } catch (error) {
    throw refuse((error as Error).message);
  }
  const tensors: HostArrays = {};
  const origins = new Map<string, string>();
  const prefixes = new Set<string>();
  for (const [name, tensor] of stored) {
    const own = withoutWrappers(name);
    if (isNoWeight(own)) continue;
    const other = origins.get(own);
    if (other !== undefined) throw refuse(`${other} and ${name} are both ${own}; leave one of the two in the file`);
    origins.set(own, name);
    if (own !== name) prefixes.add(name.slice(0, name.length - own.length));
    const values = realValues(tensor);
    if (!values)
      throw refuse(`${name} holds ${tensor.type}; weights are ${realTypes.join(", ")}: save the file in one of these`);
    tensors[own] = values;
  }
  return { tensors, prefixes: [...prefixes] };
}

function withoutWrappers(name: string): string {
  let own = name;
  while (wrapper.test(own)) own = own.replace(wrapper, "");
  return own;
}

/** Those of the run whose checkpoint a file is. */
function classNamesBeside(file: string): readonly string[] | undefined {
  const run = dirname(file);
  const isCheckpoint = basename(file) === basename(runPaths(run).checkpoint);
  return isCheckpoint && existsSync(runPaths(run).config) ? readRun(run).data.classNames : undefined;
}

/** What timm's config.json says of the weights beside it. */
function describeDownload(path: string): Pick<Partial<WeightsSource>, "classNames" | "notes"> {
  let config: { label_names?: unknown; pretrained_cfg?: { mean?: unknown; std?: unknown } };
  try {
    config = JSON.parse(readFileSync(path, "utf8")) ?? {};
  } catch (error) {
    throw new UserError(`${path}: ${(error as Error).message}`);
  }
  const { mean, std } = config.pretrained_cfg ?? {};
  return {
    classNames: Array.isArray(config.label_names) ? config.label_names.map(String) : undefined,
    notes:
      Array.isArray(mean) && Array.isArray(std)
        ? [
            `these weights expect images normalised by mean ${mean.join(", ")} and deviation ${std.join(", ")}; the data's own are taken unless a config says normalization: { mean, std }`,
          ]
        : [],
  };
}
