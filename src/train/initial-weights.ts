import { existsSync, readFileSync } from "node:fs";
import { float16Value, HostArray, type HostArrays, isClassifier, runPaths, UserError } from "../core/index.ts";
import type { Model, Variables } from "../models/index.ts";
import { loadCheckpoint } from "./checkpoint.ts";
import { isRunFolder } from "./pretraining.ts";
import { decodeSafetensors } from "./safetensors.ts";

export interface InitialWeights extends Variables {
  /** What was not simply copied, a line each. */
  readonly notes: readonly string[];
}

/**
 * What files hold besides weights: our checkpoints' optimizer and references, PyTorch's step counters, and what Swin
 * Transformers compute from their windows (timm stored it before 0.9).
 */
const isNoWeight = (name: string): boolean =>
  /^(optimizer\.|average\.|(references|output_anchor)$)/.test(name) ||
  /(^|\.)(num_batches_tracked|attn_mask|relative_coords_table|relative_position_index)$/.test(name);

/**
 * Weights of a safetensors file under timm's names (of ResNets torchvision's too), in place of fresh ones: one of theirs, a checkpoint
 * of ours, or the one of a run folder, which gives the moving average of its weights where it keeps one. A first layer for C channels is widened for tuples of 2C: with W repeated, [W, W] on [r, x − r]
 * gives W·r + W·(x − r) = W·x, so that the anchored network starts as the function that the file holds, whatever r is. A
 * classifier for other classes stays fresh.
 * @throws UserError where the file is missing or damaged, lacks a weight, or holds one that the model has not.
 */
export function initialWeights(
  path: string,
  { name: modelName, forTuples }: Pick<Model, "name" | "forTuples">,
  fresh: Variables,
): InitialWeights {
  const refuse = (why: string) => new UserError(`--init ${path}: ${why}`);
  if (!existsSync(path)) throw refuse("no such run or file; give one of the same architecture");
  const notes: string[] = [];
  const given = isRunFolder(path) ? ofRun() : ofFile();
  const rebuilt = forTuples?.(given);
  if (rebuilt) notes.push("first layer widened to tuples; the first step computes the same function");
  const tensors = rebuilt ?? given;
  const known = { ...fresh.params, ...fresh.state };
  const foreign = Object.keys(tensors).find((name) => !(name in known) && !isNoWeight(name));
  if (foreign) throw refuse(`${foreign} is no weight of ${modelName}; the file belongs to another model`);

  const taken = (own: HostArrays): HostArrays =>
    Object.fromEntries(
      Object.entries(own).map(([name, initial]) => {
        const found = tensors[name];
        if (!found) throw refuse(`${name} of ${modelName} is missing; the file belongs to another model`);
        const weight = asFloat32(found);
        if (sameShape(weight, initial)) return [name, weight];
        if (isTwice(initial, weight)) {
          notes.push(
            `${name}: [${weight.shape}] widened to [${initial.shape}]; the first step computes the same function`,
          );
          return [name, widened(weight)];
        }
        if (isClassifier(name)) {
          notes.push(`${name}: [${weight.shape}] is for other classes; it starts afresh`);
          return [name, initial];
        }
        throw refuse(`${name} is [${weight.shape}], ${modelName} has [${initial.shape}]; it belongs to another model`);
      }),
    );
  return { params: taken(fresh.params), state: taken(fresh.state), notes };

  function ofFile(): HostArrays {
    try {
      return decodeSafetensors(readFileSync(path), { skipOtherTypes: true }).tensors;
    } catch (error) {
      throw refuse((error as Error).message);
    }
  }

  function ofRun(): HostArrays {
    const checkpoint = loadCheckpoint(runPaths(path).checkpoint);
    const { params, state } = checkpoint.average ?? checkpoint;
    if (checkpoint.average) notes.push(`the moving average of the weights of ${path}`);
    return { ...params, ...state };
  }
}

const sameShape = (a: HostArray, b: HostArray): boolean => a.shape.join() === b.shape.join();

/** Whether `wide` is `narrow` with twice the input channels. */
const isTwice = ({ shape: wide }: HostArray, { shape: narrow }: HostArray): boolean =>
  narrow.length === 4 && wide.join() === [narrow[0], 2 * narrow[1], narrow[2], narrow[3]].join();

/** [O, C, k, k] → [O, 2C, k, k], each filter twice. */
function widened({ shape: [outputs, channels, ...kernel], data }: HostArray): HostArray {
  const filter = data.length / outputs;
  const out = new Float32Array(2 * data.length);
  for (let o = 0; o < outputs; o++) {
    const own = (data as Float32Array).subarray(o * filter, (o + 1) * filter);
    out.set(own, 2 * o * filter);
    out.set(own, (2 * o + 1) * filter);
  }
  return HostArray.float32([outputs, 2 * channels, ...kernel], out);
}

function asFloat32({ dtype, shape, data }: HostArray): HostArray {
  const values = dtype === "float16" ? Float32Array.from(data, float16Value) : Float32Array.from(data);
  return HostArray.float32(shape, values);
}
