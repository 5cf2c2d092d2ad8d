import { energyOf } from "./classifier.ts";
import { percentileParameter } from "./percentile-parameter.ts";
import { eachLargest, type Largest, survivors } from "./pruning.ts";
import type { FeatureScore } from "./types.ts";

interface Shaping {
  readonly letter: "P" | "B" | "S";
  readonly short: string;
  readonly usual: number;
  readonly source: string;
  readonly formula: string;
  /** What each surviving entry is multiplied by, or replaced with. */
  readonly shaped: (value: number, largest: Largest) => number;
}

const PRUNED = [65, 70, 75, 80, 85, 90, 95] as const;

/** Energy after pruning all but the largest features of an image (Djurisic et al. 2023). */
export function ashScore({
  letter,
  short,
  usual,
  source,
  formula,
  shaped,
}: Shaping): FeatureScore<{ percentile: number }> {
  return {
    title: `Energy of pruned features (${short})`,
    short,
    kind: "prediction",
    formula,
    source: "Djurisic et al. 2023",
    traps: `Assumes z ≥ 0; the bias is not scaled. ${letter === "B" ? "OpenOOD's ASH is this one." : "OpenOOD's ASH is B."} Of equal entries the first survive.`,
    needs: ["features", "classifier"],
    parameters: {
      percentile: percentileParameter(usual, source, "p: percent of the features that are pruned", PRUNED),
    },
    fit: (fitting, { percentile }) => {
      const { width } = fitting;
      const count = survivors(width, percentile);
      const energy = energyOf(fitting);
      return (block) => {
        const { features } = block;
        const pruned = new Float64Array(features.length);
        eachLargest(block, width, count, (largest) => {
          const start = largest.row * width;
          for (const place of largest.places) pruned[start + place] = shaped(features[start + place], largest);
        });
        return energy(pruned);
      };
    },
  };
}
