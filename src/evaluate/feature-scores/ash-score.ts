import { energyOf } from "./classifier.ts";
import { percentileParameter } from "./percentile-parameter.ts";
import { eachLargest, survivors } from "./pruning.ts";
import { type FeatureScore, UndefinedScore } from "./types.ts";

interface Shaping {
  readonly letter: "P" | "B" | "S";
  readonly short: string;
  readonly usual: number;
  readonly source: string;
  readonly formula: string;
  /** What each surviving entry is multiplied by, or replaced with. */
  readonly shaped: (value: number, all: number, kept: number, count: number) => number;
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
      if (count === 0) throw new UndefinedScore(`pruning ${percentile} % leaves none of ${width} features`);
      const energy = energyOf(fitting);
      return ({ features }) => {
        const pruned = new Float64Array(features.length);
        eachLargest(features, width, count, (row, places) => {
          const start = row * width;
          let [all, kept] = [0, 0];
          for (let d = start; d < start + width; d++) all += features[d];
          for (const place of places) kept += features[start + place];
          for (const place of places) pruned[start + place] = shaped(features[start + place], all, kept, count);
        });
        return energy(pruned);
      };
    },
  };
}
