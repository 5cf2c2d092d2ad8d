import { z } from "zod";
import type { StoredPredictions } from "../core/index.ts";
import {
  alexNetErrors,
  byPublishedOrder,
  corruptionSets,
  meanCorruptionErrors,
  relativeCorruptionError,
} from "./corruption-error.ts";
import { judge } from "./judged.ts";
import { measure, metricNames } from "./metrics.ts";
import type { StoredSet } from "./stored-set.ts";

const cell = z.object({
  set: z.string(),
  /** Published name; `*` at the end where something stood in for what the benchmark prescribes. */
  corruption: z.string(),
  severity: z.number().int(),
  benchmark: z.string(),
  metrics: z.partialRecord(z.enum(metricNames), z.number()),
  meanConfidence: z.number(),
});

/** The part of `results.json` on corrupted images. */
export const corruptionResults = z.object({
  /** Of each cell. */
  images: z.number().int(),
  protocol: z.string().optional(),
  references: z.number().int().optional(),
  cells: z.array(cell),
  /** By the name of the set they average over, `*` at its end as above; only of sets that are complete. */
  meanErrors: z.record(z.string(), z.number()),
  /** mCE of ImageNet-C's 15 corruptions, errors relative to AlexNet's; of images made with its constants alone. */
  alexNetMce: z.number().optional(),
});
export type CorruptionResults = z.infer<typeof corruptionResults>;
export type CorruptionCell = CorruptionResults["cells"][number];

/**
 * @param step runs the work on one corrupted set, and may count it
 * @returns `undefined` where no corrupted set is stored.
 */
export function judgeCorruptions(
  stored: readonly StoredSet[],
  load: (entry: StoredSet) => StoredPredictions,
  step: <T>(work: () => T) => T = (work) => work(),
): CorruptionResults | undefined {
  const entries = stored.filter(({ role }) => role === "corruption");
  if (entries.length === 0) return undefined;
  const cells = entries.map((entry) =>
    step((): CorruptionCell => {
      const { name, severity, benchmark, standIn } = entry.corruption!;
      const judged = judge(load(entry));
      return {
        set: entry.set,
        corruption: standIn ? `${name}*` : name,
        severity,
        benchmark,
        metrics: measure(judged),
        meanConfidence: judged.confidence.reduce((sum, value) => sum + value, 0) / judged.images,
      };
    }),
  );
  cells.sort((a, b) => byPublishedOrder(a.corruption, b.corruption) || a.severity - b.severity);
  const errors = new Map<string, number[]>();
  for (const { corruption, severity, metrics } of cells) {
    const name = corruption.replace(/\*$/, "");
    const levels = errors.get(name) ?? [];
    levels[severity - 1] = 1 - metrics.accuracy!;
    errors.set(name, levels);
  }
  const { images, protocol, references } = entries[0];
  const standIns = new Set(
    cells.flatMap(({ corruption }) => (corruption.endsWith("*") ? corruption.slice(0, -1) : [])),
  );
  const means = Object.entries(meanCorruptionErrors(errors, corruptionSets)).map(([name, value]) => [
    corruptionSets[name].some((member) => standIns.has(member)) ? `${name}*` : name,
    value,
  ]);
  const alexNetMce = cells.every(({ benchmark }) => benchmark === "imagenet")
    ? relativeCorruptionError(errors, alexNetErrors)
    : undefined;
  return { images, protocol, references, cells, meanErrors: Object.fromEntries(means), alexNetMce };
}
