import { runReference } from "../engine/index.ts";
import { type BenchModel, benchSteps, trainingStep } from "./steps.ts";

/** The second of two runs, so that jax-js has compiled its kernels; its tracing (about 0.1 s) is in the time. */
export async function referenceStepMs(model: BenchModel, signal?: AbortSignal): Promise<number> {
  const { step, start, fed, controls } = trainingStep(model, benchSteps[model].referenceBatchSize);
  let stepMs = 0;
  for (let run = 0; run < 2; run++) {
    signal?.throwIfAborted();
    const stepStart = performance.now();
    await runReference(step, [start, fed, controls]);
    stepMs = performance.now() - stepStart;
  }
  return stepMs;
}
