import {
  HostArray,
  type HostArrays,
  type ImageSet,
  imageCount,
  type Predictions,
  permutation,
  Random,
  UserError,
} from "../../core/index.ts";
import { compileByShape } from "../../engine/internal.ts";
import type { Method } from "../../methods/index.ts";
import type { Model, Variables } from "../../models/index.ts";
import { batchNormParameters, predictingIn } from "../../models/internal.ts";
import type { RunRecord } from "../../run/index.ts";
import type { Classification } from "../../tasks/index.ts";
import type { ForwardOptions } from "../forward.ts";
import { networkPrograms } from "../network-programs.ts";
import { checkImages, imagesOf, type outputsUnder } from "../outputs-under.ts";
import { type PredictionParts, type PredictOptions, predictSet } from "../predict-set.ts";
import type { Adaptation, Tent } from "./options.ts";
import { type Shown, tentOptimizer, tentStart, tentStep } from "./tent.ts";

/** Predicts by a network that adapts to what it is asked about. */
export interface Adapter {
  /** As `Predictor.predictAdapted`. */
  predict(
    parts: PredictionParts,
    set: ImageSet,
    adaptation: Adaptation,
    options?: Omit<PredictOptions, "features" | "mirror">,
  ): Promise<Predictions>;
  dispose(): Promise<void>;
}

/** A network that has begun on a set: a batch of images [B, C, H, W] → outputs [R × B × O]. */
type Episode = (shown: Shown<HostArray>) => Promise<Float32Array>;

/** What is made once for each key. */
function perKey<Key, Made>(make: (key: Key) => Made): { of(key: Key): Made; made(): Iterable<Made> } {
  const made = new Map<Key, Made>();
  return {
    of(key) {
      const own = made.get(key) ?? make(key);
      made.set(key, own);
      return own;
    },
    made: () => made.values(),
  };
}

/** Programs are compiled once for each adaptation and shape; weights are arguments. */
export function createAdapter(
  { config }: RunRecord,
  { model, method }: { readonly model: Model; readonly method: Method<Classification> },
  { threads = config.threads, device = config.device }: ForwardOptions = {},
): Adapter {
  const options = { threads, device };
  const blending = perKey((prior: number) =>
    networkPrograms(({ params, state }, { images, references }: Shown) => {
      const [count] = images.shape;
      const blended = predictingIn(model, prior === 0 ? "measure" : { runningShare: prior / (prior + count) });
      return method.predict(blended, params, state, images, references);
    }, options),
  );
  const stepping = perKey((name: Tent["optimizer"]) => {
    const optimizer = tentOptimizer(name, model);
    return { optimizer, programs: compileByShape(tentStep(model, method, optimizer), options) };
  });

  /** Begins anew. */
  function begin(adaptation: Adaptation, variables: Variables): Episode {
    if (adaptation.name === "batch-norm") {
      const programs = blending.of(adaptation.prior);
      return async (shown) => (await programs.run(variables, { ...shown })).data;
    }
    const { params, state } = variables;
    const { optimizer, programs } = stepping.of(adaptation.optimizer);
    const names = batchNormParameters(variables);
    const fixed: HostArrays = Object.fromEntries(Object.entries(params).filter(([name]) => !names.includes(name)));
    const learningRate = HostArray.scalar(adaptation.learningRate);
    let now = tentStart(params, names, optimizer);
    return async (shown) => {
      const { moved, outputs } = await programs.run({ ...now, fixed, state }, { ...shown, learningRate });
      now = moved;
      return outputs.data as Float32Array;
    };
  }

  return {
    async predict(parts, set, adaptation, options = {}) {
      const { k, protocol = k === undefined ? "single" : "k" } = options;
      requireAdaptable(config.model, { model, method }, adaptation);
      if (protocol === "blt")
        throw new UserError(
          "options.protocol blt: a network that adapts is asked under references that all images share; use single or k",
        );
      const outputs: typeof outputsUnder = async (_, references, set, { onProgress } = {}) => {
        checkImages(set, parts.record.data);
        const step = begin(adaptation, parts.variables);
        const total = imageCount(set);
        const count = (references as HostArray | undefined)?.shape[0] ?? 1;
        let byReference: Float32Array[] | undefined;
        let done = 0;
        for (const rows of adaptationBatches(total, adaptation.batch)) {
          const images = imagesOf(set, rows, parts.record.data.normalization);
          const told = await step({ images, ...(references && { references: references as HostArray }) });
          const width = told.length / (count * rows.length);
          byReference ??= Array.from({ length: count }, () => new Float32Array(total * width));
          for (const [r, all] of byReference.entries())
            for (const [i, row] of rows.entries()) {
              const at = (r * rows.length + i) * width;
              all.set(told.subarray(at, at + width), row * width);
            }
          done += rows.length;
          onProgress?.({ done, total });
        }
        return byReference ?? [];
      };
      return predictSet({ ...parts, outputs }, set, { ...options, protocol });
    },
    async dispose() {
      for (const programs of blending.made()) await programs.dispose();
      for (const { programs } of stepping.made()) await programs.dispose();
    },
  };
}

/**
 * Rows of batches of at most `size` images, as even as can be, in an order that is drawn: a batch of a set whose classes are
 * sorted would be of one class, and no such batch tells what the images have in common.
 */
export function adaptationBatches(total: number, size: number): Int32Array[] {
  const order = permutation(total, new Random("adaptation order"));
  const count = Math.ceil(total / size);
  const start = (i: number) => Math.floor((i * total) / count);
  return Array.from({ length: count }, (_, i) => order.subarray(start(i), start(i + 1)));
}

/** @throws UserError for a network that cannot adapt so */
export function requireAdaptable(
  name: string,
  { model, method }: { readonly model: Pick<Model, "shapes">; readonly method: Method<Classification> },
  adaptation: Pick<Adaptation, "name">,
): void {
  const refuse = (why: string) => new UserError(`options.adaptation ${adaptation.name}: ${why}`);
  const { anchorAt, task } = method;
  if (batchNormParameters(model.shapes()).length === 0)
    throw refuse(`${name} has no BatchNorm, and so no statistics to take of what it is asked about; leave it out`);
  if (anchorAt !== undefined)
    throw refuse(`it is anchored at ${anchorAt}, where references would be normalised among themselves; leave it out`);
  if (adaptation.name === "tent" && task.members > 1)
    throw refuse(`outputs of ${method.name} are several members' logits, not one prediction's; use batch-norm`);
  if (adaptation.name === "tent" && task.output.reading)
    throw refuse(`outputs of ${method.name} are no logits, whose entropy it minimises; use batch-norm`);
}
