import { absoluteBand, type Band, calibrateIntervals, normalisedBand, widenedBand } from "./conformal-intervals.ts";
import { quantilePairs } from "./curves.ts";
import { intervalQuality } from "./intervals.ts";
import { judgeRegression } from "./judged.ts";
import type { PerTarget } from "./per-target.ts";
import type { ConformalRegression, StoredPerTarget } from "./results.ts";
import type { StoredRegression } from "./stored-set.ts";

/** As JSON can say it: what does not exist, or is infinite, is null. */
export const orNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

export const storedPerTarget = ({ byTarget, mean }: PerTarget): StoredPerTarget => ({
  byTarget: byTarget.map(orNull),
  mean: orNull(mean),
});

interface Way {
  readonly method: ConformalRegression["method"];
  readonly levels?: readonly [number, number];
  /** `undefined` of answers that lack what it needs. */
  readonly band: (answers: StoredRegression) => Band | undefined;
}

function ways({ quantiles }: StoredRegression, alpha: number): Way[] {
  // Conformal calibration makes every pair hold; the one that was trained for this level needs the least moving.
  const [nearest] = quantilePairs(quantiles).sort(
    (a, b) => Math.abs(a.level - (1 - alpha)) - Math.abs(b.level - (1 - alpha)),
  );
  const positive = ({ standardDeviation }: StoredRegression) => standardDeviation?.every((value) => value > 0);
  return [
    { method: "absolute", band: absoluteBand },
    {
      method: "normalised",
      band: (answers) => (positive(answers) ? normalisedBand(answers, answers.targets.names) : undefined),
    },
    ...(nearest
      ? [
          {
            method: "cqr" as const,
            levels: nearest.levels,
            band: ({ quantiles: own }: StoredRegression) =>
              quantilePairs(own).find(({ levels }) => levels.join() === nearest.levels.join()),
          },
        ]
      : []),
  ];
}

/**
 * Conformal intervals of each set, calibrated on validation: by every method that the answers allow. A list a set, and
 * what to know of the calibration.
 */
export function conformalRegression(
  validation: StoredRegression,
  sets: readonly StoredRegression[],
  alpha: number,
): { readonly bySet: ConformalRegression[][]; readonly notices: string[] } {
  const notices = new Set<string>();
  const calibrated = ways(validation, alpha).flatMap((way) => {
    const band = way.band(validation);
    if (!band) return [];
    const calibration = calibrateIntervals(band, validation.targets, alpha);
    if (calibration.notice) notices.add(`Conformal intervals: ${calibration.notice}.`);
    return [{ ...way, calibration }];
  });
  const bySet = sets.map((answers) => {
    const judged = judgeRegression(answers, answers.targets);
    return calibrated.flatMap(({ method, levels, band, calibration }): ConformalRegression[] => {
      const own = band(answers);
      if (!own) return [];
      const { coverage, meanWidth } = intervalQuality(widenedBand(own, calibration), judged);
      return [
        {
          method,
          alpha,
          ...(levels && { levels: [...levels] }),
          margins: calibration.margins.map(orNull),
          coverage: storedPerTarget(coverage),
          meanWidth: storedPerTarget(meanWidth),
        },
      ];
    });
  });
  return { bySet, notices: [...notices] };
}
