import { join } from "node:path";
import type { JudgeOptions } from "../judge/options.ts";
import { emojiQuickstart } from "../recipes/emoji-quickstart.ts";
import { mnistQuickstart } from "../recipes/mnist-quickstart.ts";
import { type RunConfig, type RunConfigInput, resolveConfig } from "../run/index.ts";
import type { PlannedRun } from "./planned-run.ts";

const standard = { name: "standard", method: { name: "standard" } } as const;
const masked = {
  name: "anchored-masked",
  method: { name: "anchored", maskProbability: 0.25, maskTarget: "label" },
} as const;

interface Quickstart {
  /** What all arms share. */
  readonly config: RunConfigInput;
  readonly arms: readonly { readonly name: string; readonly method: RunConfigInput["method"] }[];
  readonly judge: JudgeOptions;
}

/**
 * What may be trained in the first minutes, by its data set.
 * @example
 * console.log(quickstarts.mnist.arms.map(({ name }) => name)); // the methods that it compares
 */
export const quickstarts = {
  mnist: {
    config: mnistQuickstart,
    arms: [standard, masked],
    judge: {
      suites: ["clean", "ood", "corruptions"],
      k: 5,
      corruptCount: 300,
      corruptionReferences: 1,
      ood: ["letters", "emoji", "emoji-inverted"],
      oodCount: 1000,
      // Named before any number was seen: one that sees the answer, one that sees the distance.
      oodScores: ["max-softmax", "mahalanobis++"],
      featureCount: 1000,
    },
  },
  emoji: {
    config: emojiQuickstart,
    arms: [standard, { name: "anchored", method: { name: "anchored", maskProbability: 0 } }, masked],
    judge: { ood: ["mnist", "mnist-inverted"] },
  },
} as const satisfies Record<string, Quickstart>;
export type QuickstartName = keyof typeof quickstarts;
/**
 * The names of the data sets that the quickstart trains on.
 * @example
 * console.log(quickstartNames);
 */
export const quickstartNames = Object.keys(quickstarts) as QuickstartName[];

export interface QuickstartOptions {
  /** The folder of all runs. */
  readonly out: string;
  readonly data: QuickstartName;
  readonly seeds?: number;
  readonly epochs?: number;
  readonly imageSize?: number;
  readonly device?: RunConfig["device"];
}

/**
 * Every run of the quickstart, seed by seed, so that an early stop leaves whole comparisons.
 * @example
 * const plan = quickstartPlan({ out: "runs/quickstart", data: "mnist", seeds: 3 });
 * for (const { name, run } of plan) console.log(name, run);
 */
export function quickstartPlan({ out, data, seeds = 1, epochs, imageSize, device }: QuickstartOptions): PlannedRun[] {
  const { config: shared, arms }: Quickstart = quickstarts[data];
  return Array.from({ length: seeds }, (_, seed) =>
    arms.map(({ name, method }) => {
      const config = resolveConfig({
        ...shared,
        data: imageSize === undefined ? shared.data : { ...shared.data, imageSize },
        method,
        epochs: epochs ?? shared.epochs,
        device,
        seed,
      });
      return { name: seeds > 1 ? `${name}, seed ${seed}` : name, run: join(out, `${name}-seed${seed}`), config };
    }),
  ).flat();
}
