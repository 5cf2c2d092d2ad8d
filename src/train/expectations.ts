import type { Checkpoint } from "../run/index.ts";
import { fewSteps } from "./few-steps.ts";
import { heavyStep } from "./forecast.ts";
import type { Training } from "./training.ts";

/** What is to be said before the first step: that there are few, or that each takes long. */
export async function expectations({ config, model, method, batches }: Training, start: Checkpoint): Promise<string[]> {
  const { channels, height, width } = batches.shape;
  const inputs = [config.batchSize, method.inputChannels(channels), height, width];
  const few = start.progress.step === 0 ? fewSteps(config, batches.count) : undefined;
  return [few, await heavyStep(config, model, start, inputs)].filter((line) => line !== undefined);
}
