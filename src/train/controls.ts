import { HostArray } from "../core/index.ts";
import { learningRateAt } from "../optim/index.ts";
import type { RunConfig } from "../run/index.ts";
import type { StepControls } from "./step.ts";
import { isCollecting } from "./swag.ts";

/** The scalars of a step, counted from 0. */
export function stepControls(
  { schedule, averageDecay: decay, swag }: RunConfig,
  at: { readonly step: number; readonly stepsPerEpoch: number; readonly totalSteps: number },
): StepControls {
  const { step, totalSteps } = at;
  const rate = swag && isCollecting(swag, step, totalSteps) ? swag.learningRate : learningRateAt(schedule, at);
  const learningRate = HostArray.scalar(rate);
  // The first weights of a run are far from any average worth keeping.
  const averageDecay = HostArray.scalar(Math.min(decay, (1 + step) / (10 + step)));
  return decay > 0 ? { learningRate, averageDecay } : { learningRate };
}
