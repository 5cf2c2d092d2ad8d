import { compileLoop } from "../engine/index.ts";
import type { FedStep } from "../train/internal.ts";
import { type BenchBackend, type BenchModel, compileOptions, trainingStep } from "./steps.ts";

export interface CompiledStepOptions {
  readonly model: BenchModel;
  readonly batchSize: number;
  readonly backend: BenchBackend;
  readonly threads: number;
  /** Passes of the engine to leave out. */
  readonly without?: readonly string[];
}

export interface CompiledStep {
  /** Trace, lowering and session creation. */
  readonly compileMs: number;
  /** Makes one step from where the last one ended, and gives its duration. */
  stepMs(): Promise<number>;
  dispose(): Promise<void>;
}

/** A training step of the bench, compiled and warmed up. */
export async function compileStep(options: CompiledStepOptions): Promise<CompiledStep> {
  const { model, batchSize, backend, threads, without } = options;
  const { step, start, fed, controls } = trainingStep(model, batchSize);
  const compileStart = performance.now();
  const loop = await compileLoop(
    ({ fed, controls, ...current }: FedStep) => step(current, fed, controls),
    { ...start, fed, controls },
    { carry: ["params", "state", "slots"], ...compileOptions(backend, threads), without },
  );
  const compileMs = performance.now() - compileStart;
  const stepMs = async () => {
    const stepStart = performance.now();
    await loop.step({ fed, controls });
    return performance.now() - stepStart;
  };
  for (let warmUp = 0; warmUp < 2; warmUp++) await stepMs();
  return { compileMs, stepMs, dispose: () => loop.dispose() };
}
