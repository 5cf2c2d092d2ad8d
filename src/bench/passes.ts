import { knownName } from "../core/internal.ts";
import { passes } from "../engine/index.ts";
import { thisMachine, versions } from "../files/internal.ts";
import { type CompiledStep, type CompiledStepOptions, compileStep } from "./compiled-step.ts";
import { type BenchBackend, type BenchModel, benchModels } from "./steps.ts";

export interface PassesOptions {
  /** Passes to leave out, one at a time; each of the engine's by default. */
  readonly passes?: readonly string[];
  /** Models to measure; all of `benchModels` by default. */
  readonly models?: readonly string[];
  readonly backends?: readonly BenchBackend[];
  readonly threads?: readonly number[];
  /** Timed steps of each side; 10 by default. */
  readonly steps?: number;
  readonly onRow?: (row: PassRow) => void;
  /** Aborting it stops before the next step. */
  readonly signal?: AbortSignal;
}

/** A training step with all of the engine's passes, and with all but one. */
export interface PassRow {
  readonly pass: string;
  readonly model: BenchModel;
  readonly backend: BenchBackend;
  readonly batchSize: number;
  readonly threads: number;
  /** Of the fastest step, with all passes. */
  readonly stepMs: number;
  readonly stepMsWithout: number;
  /** Step time without the pass over that with it: above 1 it pays. */
  readonly ratio: number;
  readonly compileMs: number;
  readonly compileMsWithout: number;
  readonly cores: number;
  readonly cpu: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Small enough for the graphs that write all products of a `dot`. */
const BATCH_SIZE = 32;
/** A step so many times slower than the other side's is timed once. */
const HOPELESS = 5;

/**
 * What each pass does for a training step: the program without it and the one with it, in turns.
 * @throws UserError for an unknown model or pass.
 * @example
 * console.log(passesTable(await benchPasses({ models: ["resnet20"], steps: 3 })));
 */
export async function benchPasses(options: PassesOptions = {}): Promise<PassRow[]> {
  const { models = benchModels, backends = ["default"], threads = [thisMachine().cores], steps = 10 } = options;
  const names = options.passes ?? passes.map(({ name }) => name);
  const rows: PassRow[] = [];
  for (const model of models.map((name) => knownName("model to benchmark", name, benchModels)))
    for (const backend of backends)
      for (const count of threads) {
        const settings = { model, backend, threads: count, batchSize: BATCH_SIZE };
        const whole = await compileStep(settings);
        try {
          for (const name of names) {
            rows.push({ pass: name, ...settings, ...(await effectOf(name, settings, whole, steps, options.signal)) });
            options.onRow?.(rows.at(-1)!);
          }
        } finally {
          await whole.dispose();
        }
      }
  return rows;
}

async function effectOf(
  name: string,
  settings: CompiledStepOptions,
  whole: CompiledStep,
  steps: number,
  signal?: AbortSignal,
) {
  const lacking = await compileStep({ ...settings, without: [name] });
  try {
    let [stepMs, stepMsWithout] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let i = 0; i < steps && !(stepMsWithout > HOPELESS * stepMs && i > 0); i++) {
      signal?.throwIfAborted();
      stepMs = Math.min(stepMs, await whole.stepMs());
      stepMsWithout = Math.min(stepMsWithout, await lacking.stepMs());
    }
    return {
      ...{ stepMs, stepMsWithout, ratio: stepMsWithout / stepMs },
      ...{ compileMs: whole.compileMs, compileMsWithout: lacking.compileMs },
      ...thisMachine(),
      versions: versions(),
    };
  } finally {
    await lacking.dispose();
  }
}
