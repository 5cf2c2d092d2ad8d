import { runOracle } from "../engine/index.ts";
import { type BenchModel, benchSteps, trainingStep } from "./steps.ts";

/** The second of two runs, so that jax-js has compiled its kernels; its tracing (about 0.1 s) is in the time. */
export async function oracleStepMs(model: BenchModel, signal?: AbortSignal): Promise<number> {
  const { step, start, fed, controls } = trainingStep(model, benchSteps[model].oracleBatchSize);
  let stepMs = 0;
  for (let run = 0; run < 2; run++) {
    signal?.throwIfAborted();
    const stepStart = performance.now();
    await runOracle(step, [start, fed, controls]);
    stepMs = performance.now() - stepStart;
  }
  return stepMs;
}
