import { compile } from "../engine/index.ts";
import type { TrainState } from "../run/index.ts";
import type { StepResult } from "../train/index.ts";
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
  const program = await compile<unknown[], StepResult>(step, [start, fed, controls], {
    ...compileOptions(backend, threads),
    without,
  });
  const compileMs = performance.now() - compileStart;
  let current: TrainState = start;
  let latest: StepResult | undefined;
  let spare: StepResult | undefined;
  const stepMs = async () => {
    const stepStart = performance.now();
    // Two generations of weights take turns, as in training.
    const result = await program.run([current, fed, controls], { into: spare });
    const ended = performance.now();
    const { params, state, slots } = result;
    [current, latest, spare] = [{ params, state, slots }, result, latest];
    return ended - stepStart;
  };
  for (let warmUp = 0; warmUp < 2; warmUp++) await stepMs();
  return { compileMs, stepMs, dispose: () => program.dispose() };
}
