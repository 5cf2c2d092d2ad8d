import type { Results } from "../evaluate/index.ts";
import { type LogLine, readRunLog } from "./run-log.ts";
import { readRunSettings } from "./run-settings.ts";

export type RunFacts = Pick<
  Results,
  "data" | "model" | "method" | "maskProbability" | "maskTarget" | "seed" | "training" | "settings"
>;

/**
 * What results of any task say of how a run was trained, from its config and its log.
 * @throws UserError where one of them is missing or damaged.
 */
export function runFacts(run: string): RunFacts {
  const { data, title, model, method, maskProbability, maskTarget, seed, settings } = readRunSettings(run);
  return {
    data: { name: data, title },
    model,
    method,
    maskProbability,
    maskTarget,
    seed,
    training: trainingFacts(readRunLog(run)),
    settings,
  };
}

function trainingFacts(log: readonly LogLine[]): Results["training"] {
  const last = (key: "epoch" | "step" | "seconds") =>
    log.findLast((line) => typeof line[key] === "number")?.[key] ?? undefined;
  const epochs = log.filter(({ event }) => event === "epoch").length;
  const speeds = log.flatMap(({ imagesPerSecond }) => imagesPerSecond ?? []).sort((a, b) => a - b);
  return {
    epochs: epochs || last("epoch"),
    steps: last("step"),
    seconds: last("seconds"),
    imagesPerSecond: speeds[Math.floor(speeds.length / 2)],
  };
}
