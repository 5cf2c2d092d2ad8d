import { duration } from "../core/index.ts";
import { ArraySpec, countFlops } from "../engine/index.ts";
import type { Arrays, Model, Variables } from "../models/index.ts";
import type { RunConfig } from "../run/index.ts";

/** What a processor needs ten seconds for at 100 GFLOP/s, as two to four cores reach. */
const HEAVY_STEP_FLOPS = 1e12;
/** A training that takes longer is told of. */
const LONG_SECONDS = 3600;
/** The first step warms up: it counts only where there is no time to wait for another. */
const SLOW_STEP_MS = 20_000;
const MEASURED_STEPS = 3;

/**
 * What to say before a step that takes many seconds; undefined where it does not, or runs on a graphics card.
 * `inputs` [N, I, H, W] is what the model is fed at a step.
 */
export async function heavyStep(
  { batchSize, device, trainable }: RunConfig,
  model: Model,
  { params, state }: Variables,
  inputs: readonly number[],
): Promise<string | undefined> {
  if (device !== "cpu") return undefined;
  // Each weight serves each pixel at most once, forward and twice for the gradient; attention between positions adds its own.
  const weights = Object.values(params).reduce((sum, { data }) => sum + data.length, 0);
  const most = 4 * 3 * 2 * weights * inputs[2] * inputs[3] * batchSize;
  if (most < HEAVY_STEP_FLOPS) return undefined;
  const forward = (p: Arrays, s: Arrays, x: Arrays[string]) => model.apply(p, s, x, "predict").logits;
  const image = await countFlops(forward, [params, state, new ArraySpec([1, ...inputs.slice(1)])]);
  // The gradient costs twice the forward pass, that of the classifier next to nothing.
  const flops = batchSize * image * (trainable === "head" ? 1 : 3);
  if (flops < HEAVY_STEP_FLOPS) return undefined;
  const size = inputs.slice(2).join("×");
  return `a step computes ${(flops / 1e12).toFixed(1)} TFLOP (${batchSize} images of ${size} pixels through ${model.name}), which takes a CPU ten seconds or more; how long all of them take is told after the first`;
}

/** Tells once, from its first steps, how long a slow training will take. */
export function slowTraining(onNotice: ((line: string) => void) | undefined) {
  let measured = 0;
  let fastestMs = Number.POSITIVE_INFINITY;
  return {
    /** After every step: how long it took, with what was waited for, and how many are left. */
    stepTook(ms: number, stepsLeft: number, { batchSize }: Pick<RunConfig, "batchSize">): void {
      if (measured >= MEASURED_STEPS) return;
      fastestMs = Math.min(fastestMs, ms);
      measured = ms > SLOW_STEP_MS ? MEASURED_STEPS : measured + 1;
      const seconds = (stepsLeft * fastestMs) / 1000;
      if (measured < MEASURED_STEPS || seconds < LONG_SECONDS) return;
      const rate = (1000 * batchSize) / fastestMs;
      onNotice?.(
        `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} images/s: the ${stepsLeft} steps that are left take about ${duration(seconds)}; smaller images, a smaller model or fewer epochs take less, and a training stopped by Ctrl-C goes on with options.resume`,
      );
    },
  };
}
