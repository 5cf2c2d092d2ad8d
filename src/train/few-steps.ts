import { counted } from "../core/internal.ts";
import { anchoredOptions } from "../methods/index.ts";
import { rowsPerImage } from "../methods/internal.ts";
import type { RunConfig } from "../run/index.ts";

/** Below so many steps a fresh network has hardly left chance. */
const FEW = 100;
/** What is advised: so many steps, and so many batches an epoch, where the images allow it. */
const ENOUGH = 600;
const BATCHES_AN_EPOCH = 10;
/** Statistics of smaller batches, by which BatchNorm normalises, are mostly noise. */
const SMALLEST_BATCH = 8;

/**
 * What to say of a training that ends after a few steps, as it does where there are few images: how many they are, why,
 * and which options make more of them. Undefined where there are enough.
 */
export function fewSteps(config: RunConfig, images: number): string | undefined {
  const { batchSize, epochs } = config;
  const stepsPerEpoch = Math.floor(images / batchSize);
  const steps = epochs * stepsPerEpoch;
  if (steps >= FEW) return undefined;
  const smaller = smallerBatch(config, images);
  const more = 10 * Math.ceil(ENOUGH / Math.floor(images / smaller) / 10);
  const advice = [
    smaller < batchSize && `config.batchSize ${smaller}`,
    more > epochs && `config.epochs ${more}`,
    smaller < batchSize && advisedRate(config, smaller),
  ].filter(Boolean);
  const batches = stepsPerEpoch === 1 ? "1 batch" : `${stepsPerEpoch} batches`;
  return `${counted(steps, "step")} in all (${images} training images: ${batches} of ${batchSize} in each of ${counted(epochs, "epoch")}), too few to learn much; try ${advice.join(" ")}`;
}

/** The largest power of two that leaves enough batches an epoch, and can be divided as the given batch is. */
function smallerBatch({ batchSize, accumulate, method }: RunConfig, images: number): number {
  const parts = [anchoredOptions(method)?.maskDraws ?? 1, rowsPerImage(method).count, accumulate];
  const largest = Math.max(SMALLEST_BATCH, images / BATCHES_AN_EPOCH);
  let smaller = batchSize;
  for (let size = SMALLEST_BATCH; size < batchSize && size <= largest; size *= 2)
    if (parts.every((part) => size % part === 0)) smaller = size;
  return smaller;
}

/** SGD's rate falls with the batch (Goyal et al. 2017); to two digits. */
function advisedRate({ batchSize, optimizer, schedule }: RunConfig, smaller: number): string | undefined {
  if (optimizer.name !== "sgd") return undefined;
  const rate = schedule.name === "one-cycle" ? schedule.peak : schedule.learningRate;
  return `schedule.learningRate ${Number(((rate * smaller) / batchSize).toPrecision(2))}`;
}
