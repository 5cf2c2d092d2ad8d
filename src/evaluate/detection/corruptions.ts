import { z } from "zod";
import { byPublishedOrder, corruptionSets } from "../corruption-error.ts";

const cell = z.object({
  /** Published name; with a `*` where something stands in for what the benchmark prescribes. */
  corruption: z.string(),
  /** 1 to 5. */
  severity: z.number().int(),
  ap: z.number().optional(),
  ap50: z.number().optional(),
});

/** The shape of what is measured of a detector under corruption. */
export const boxCorruptions = z.object({
  cells: z.array(cell),
  images: z.number().int(),
  /** Whose constants. */
  benchmark: z.string(),
  /** References that an anchored detector was asked under. */
  references: z.number().int().optional(),
  /** On the same images as they are. */
  clean: z.object({ ap: z.number().optional(), ap50: z.number().optional() }),
  /** Of each set of corruptions that is complete, at all five severities. */
  means: z.array(
    z.object({
      set: z.string(),
      measure: z.enum(["ap", "ap50"]),
      /** Mean performance under corruption. */
      mpc: z.number(),
      /** The same over the clean one: relative performance. */
      rpc: z.number().optional(),
    }),
  ),
});
export type BoxCorruptionResults = z.infer<typeof boxCorruptions>;
export type BoxCorruptionCell = z.infer<typeof cell>;

const SEVERITIES = 5;

/**
 * mPC and rPC (Michaelis et al. 2019, *Benchmarking Robustness in Object Detection*, equations 1 and 2): the mean of a whole set's AP
 * over corruptions and their five severities, and its share of the clean AP. A set of corruptions that lacks a cell has none.
 * @example
 * const { corruptions } = readDetectionResults("runs/scenes");
 * if (corruptions) console.log(meanBoxPerformance(corruptions.cells, corruptions.clean));
 */
export function meanBoxPerformance(
  cells: readonly BoxCorruptionCell[],
  clean: BoxCorruptionResults["clean"],
): BoxCorruptionResults["means"] {
  return Object.entries(corruptionSets).flatMap(([set, names]) =>
    (["ap", "ap50"] as const).flatMap((measure) => {
      const values = names.flatMap((name) =>
        cells.flatMap((one) => (one.corruption.replace(/\*$/, "") === name ? (one[measure] ?? []) : [])),
      );
      if (values.length !== names.length * SEVERITIES) return [];
      const mpc = values.reduce((sum, value) => sum + value, 0) / values.length;
      const before = clean[measure];
      return [{ set, measure, mpc, ...(before && { rpc: mpc / before }) }];
    }),
  );
}

/** In the order of the published benchmarks, then by severity. */
export const orderedBoxCells = (cells: readonly BoxCorruptionCell[]): BoxCorruptionCell[] =>
  cells.toSorted((a, b) => byPublishedOrder(a.corruption, b.corruption) || a.severity - b.severity);
