import { HostArray, type HostArrays, Random, type RegressionSet, UserError } from "../../core/index.ts";
import { compile, type Device, type Program } from "../../engine/index.ts";
import type { Arrays, Variables } from "../../models/index.ts";
import { drawNoise } from "../../models/internal.ts";
import { regressionOutputCount } from "../../tasks/internal.ts";
import { encodedRows, type RegressionEncoder } from "./encoding.ts";
import { buildRegression, type RegressionRecord } from "./record.ts";

/** Weights, and the references that anchored ones are asked under. */
export interface Asked {
  readonly variables: Variables;
  /** [R, C, H, W] standardised */
  readonly references?: HostArray;
}

export interface RegressionForward {
  readonly encoder: RegressionEncoder;
  /**
   * The outputs [N × O] of each pass over a set: under each of the first `k` references (all where absent), or of each draw
   * of dropout; of one pass for methods and networks without.
   * @throws UserError where fewer references are kept
   */
  passes(
    asked: Asked,
    set: RegressionSet,
    options?: { readonly k?: number; readonly onProgress?: (at: { done: number; total: number }) => void },
  ): Promise<Float32Array[]>;
  /** Inputs [B, C, H, W] under references [R, 1, C, H, W] → outputs [R × B × O]. */
  under(variables: Variables, inputs: HostArray, references: HostArray): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Examples that a run of the program takes, times passes. */
const ROWS = 256;

/** Compiled once for each shape that is asked for; weights are arguments. */
export function regressionForward(
  record: RegressionRecord,
  { threads = record.config.threads, device = record.config.device }: { threads?: number; device?: Device } = {},
): RegressionForward {
  const { config } = record;
  const { model, method, encoder } = buildRegression(record);
  const programs = new Map<string, Promise<Program<[HostArrays, HostArrays, HostArrays], HostArray>>>();
  const fn = (params: Arrays, state: Arrays, { inputs, references, ...noise }: Arrays) =>
    Object.keys(noise).length > 0
      ? model.apply(params, state, inputs, "sample", noise).logits
      : method.predict(model, params, state, inputs, references);
  const run = async ({ params, state }: Variables, fed: HostArrays): Promise<Float32Array> => {
    const key = JSON.stringify(Object.entries(fed).map(([name, { shape }]) => [name, shape]));
    const program = programs.get(key) ?? compile(fn, [params, state, fed], { threads, device });
    programs.set(key, program);
    const outputs = await (await program).run([params, state, fed]);
    return outputs.data as Float32Array;
  };
  const { dropoutDraws } = config.task;

  return {
    encoder,
    under: (variables, inputs, references) => run(variables, { inputs, references }),
    async passes({ variables, references: kept }, set, { k, onProgress } = {}) {
      const references = method.anchored ? firstReferences(kept, k) : undefined;
      const count = references?.shape[0] ?? Math.max(1, dropoutDraws);
      const size = Math.max(1, Math.floor(ROWS / count));
      const width = regressionOutputCount(config.task, record.data.targets.names.length);
      const all = Array.from({ length: count }, () => new Float32Array(set.count * width));
      for (let at = 0; at < set.count; at += size) {
        const filled = Math.min(size, set.count - at);
        const inputs = encodedRows(encoder, set, at, size);
        for (const [pass, outputs] of (await batch(inputs, at)).entries())
          all[pass].set(outputs.subarray(0, filled * width), at * width);
        onProgress?.({ done: at + filled, total: set.count });
      }
      return all;

      async function batch(inputs: HostArray, at: number): Promise<Float32Array[]> {
        if (references) return parted(await run(variables, { inputs, references }), count);
        if (dropoutDraws === 0) return [await run(variables, { inputs })];
        const draws: Float32Array[] = [];
        for (let draw = 0; draw < dropoutDraws; draw++) {
          const noise = drawNoise(model, size, new Random("dropout draw", config.seed, at, draw));
          draws.push((await run(variables, { inputs, ...noise })).slice());
        }
        return draws;
      }
    },
    async dispose() {
      for (const program of programs.values()) await (await program).dispose();
      programs.clear();
    },
  };
}

const parted = (values: Float32Array, count: number): Float32Array[] =>
  Array.from({ length: count }, (_, i) =>
    values.subarray((i * values.length) / count, ((i + 1) * values.length) / count),
  );

/** [R, 1, C, H, W] the first `k` references, all where absent. @throws UserError where fewer are kept */
export function firstReferences(references: HostArray | undefined, k: number | undefined): HostArray {
  if (!references) throw new UserError("the checkpoint keeps no references; train the run again");
  const [count, ...example] = references.shape;
  if (k !== undefined && !(Number.isInteger(k) && k >= 1 && k <= count))
    throw new UserError(`--k ${k}: the checkpoint keeps ${count} references; use a whole number from 1 to that`);
  const used = k ?? count;
  const size = references.data.length / count;
  return HostArray.float32([used, 1, ...example], (references.data as Float32Array).subarray(0, used * size));
}
