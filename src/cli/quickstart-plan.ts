import { join } from "node:path";
import { type RunConfig, type RunConfigInput, resolveConfig } from "../train/index.ts";
import type { PlannedRun } from "./planned-run.ts";
import { emojiQuickstart } from "./recipes/emoji-quickstart.ts";

/** What is compared: everything else is the same for all of them. */
const arms = [
  { name: "standard", method: { name: "standard" } },
  { name: "anchored", method: { name: "anchored", maskProbability: 0 } },
  { name: "anchored-masked", method: { name: "anchored", maskProbability: 0.25, maskTarget: "label" } },
] as const satisfies readonly { name: string; method: RunConfigInput["method"] }[];

export interface PlanOptions {
  /** The folder of all runs. */
  readonly out: string;
  readonly seeds?: number;
  readonly epochs?: number;
  readonly imageSize?: number;
  readonly device?: RunConfig["device"];
}

/** Every run of the quickstart, seed by seed, so that an early stop leaves whole comparisons. */
export function quickstartPlan({ out, seeds = 1, epochs, imageSize, device }: PlanOptions): PlannedRun[] {
  return Array.from({ length: seeds }, (_, seed) =>
    arms.map(({ name, method }) => {
      const { data } = emojiQuickstart;
      const config = resolveConfig({
        ...emojiQuickstart,
        data: { ...data, imageSize: imageSize ?? data.imageSize },
        method,
        epochs: epochs ?? emojiQuickstart.epochs,
        device,
        seed,
      });
      return { name: seeds > 1 ? `${name}, seed ${seed}` : name, run: join(out, `${name}-seed${seed}`), config };
    }),
  ).flat();
}
