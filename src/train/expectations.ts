import type { Method } from "../methods/index.ts";
import type { Checkpoint, RunConfig } from "../run/index.ts";
import { fewSteps } from "./few-steps.ts";
import { heavyStep } from "./forecast.ts";
import type { Training } from "./training.ts";

/** What is to be said before the first step: that there are few, that they learn of parts of a batch, or that each takes long. */
export async function expectations({ config, model, method, batches }: Training, start: Checkpoint): Promise<string[]> {
  const { channels, height, width } = batches.shape;
  const inputs = [config.batchSize, method.inputChannels(channels), height, width];
  const few = start.progress.step === 0 ? fewSteps(config, batches.count) : undefined;
  return [few, partsOfBatch(config, method), await heavyStep(config, model, start, inputs)].filter(
    (line) => line !== undefined,
  );
}

/** That examples are learnt relative to others, and only to those of their part of the batch. */
function partsOfBatch({ accumulate, batchSize }: RunConfig, { task }: Method): string | undefined {
  if (!task.couples || accumulate === 1) return undefined;
  return `--accumulate ${accumulate}: ${task.minimises} learns each image relative to its part of the batch, ${batchSize / accumulate} images and not ${batchSize}; to learn of whole batches leave it out`;
}
