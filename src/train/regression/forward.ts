import { HostArray, Random, type RegressionSet } from "../../core/index.ts";
import { inBatches } from "../../core/internal.ts";
import type { Arrays, Variables } from "../../models/index.ts";
import { drawNoise } from "../../models/internal.ts";
import { regressionOutputCount } from "../../tasks/internal.ts";
import { firstReferences } from "../example-references.ts";
import { type NetworkProgramsOptions, networkPrograms } from "../network-programs.ts";
import { parted } from "../outputs-under.ts";
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

/** Compiled once for each shape that is asked for. */
export function regressionForward(
  record: RegressionRecord,
  { threads = record.config.threads, device = record.config.device, hold }: NetworkProgramsOptions = {},
): RegressionForward {
  const { config } = record;
  const { model, method, encoder } = buildRegression(record);
  const { run, dispose } = networkPrograms(
    ({ params, state }, { inputs, references, ...noise }: Arrays) =>
      Object.keys(noise).length > 0
        ? model.apply(params, state, inputs, "sample", noise).logits
        : method.predict(model, params, state, inputs, references),
    { hold, threads, device },
  );
  const { dropoutDraws } = config.task;

  return {
    encoder,
    under: async (variables, inputs, references) => (await run(variables, { inputs, references })).data,
    async passes({ variables, references: kept }, set, { k, onProgress } = {}) {
      const references = method.anchored ? firstReferences(kept, k) : undefined;
      const count = references?.shape[0] ?? Math.max(1, dropoutDraws);
      const size = Math.max(1, Math.floor(ROWS / count));
      const width = regressionOutputCount(config.task, record.data.targets.names.length);
      const { outputs } = await inBatches({ count: set.count, size, axis: 1, onProgress }, async ({ rows, from }) => ({
        outputs: await batch(encodedRows(encoder, set, rows), from),
      }));
      return parted(outputs?.data ?? new Float32Array(), count);

      async function batch(inputs: HostArray, at: number): Promise<HostArray<"float32">> {
        if (references) return run(variables, { inputs, references });
        if (dropoutDraws === 0) return run(variables, { inputs });
        const draws = HostArray.zeros([dropoutDraws, size, width]);
        for (let draw = 0; draw < dropoutDraws; draw++) {
          const noise = drawNoise(model, size, new Random("dropout draw", config.seed, at, draw));
          draws.data.set((await run(variables, { inputs, ...noise })).data, draw * size * width);
        }
        return draws;
      }
    },
    dispose,
  };
}
