import { corruptionMeans, type Measure, oodMeasure, oodSets, setMeasure, valuesOf } from "./measures.ts";
import type { ReportedStudy } from "./study.ts";

/** A measure that the top of a page speaks of. */
export interface KeyMeasure {
  readonly kind: "Accuracy" | "Calibration error" | "Detecting foreign pictures (AUROC)";
  readonly measure: Measure;
  /** Where it was measured, after its kind: `clean pictures (mnist/test)`. */
  readonly where: string;
  /** For a sentence: `accuracy under corruption (mean over all)`. */
  readonly words: string;
}

/** The most useful first: what is closest to use, shifted and damaged pictures, before clean ones. */
export function keyMeasures(study: ReportedStudy): KeyMeasure[] {
  const shifts = study.sets.filter(({ role }) => role === "shift");
  const tests = study.sets.filter(({ role }) => role === "test").slice(0, 1);
  const onSets = [...shifts, ...tests].map(({ set, role }) => ({
    set,
    role,
    where: role === "test" ? `clean pictures (${set})` : `under shift (${set})`,
    words: role === "test" ? `on ${set}` : `under shift (${set})`,
  }));
  const [accuracy, smoothEce] = corruptionMeans(study);
  const damaged = { where: "under corruption, mean over all", words: "under corruption (mean over all)" };
  const all: KeyMeasure[] = [
    ...(accuracy
      ? [{ kind: "Accuracy" as const, measure: accuracy, where: damaged.where, words: `accuracy ${damaged.words}` }]
      : []),
    ...onSets.map(({ set, role, where, words }) => ({
      kind: "Accuracy" as const,
      measure: setMeasure(set, role, "accuracy"),
      where,
      words: `accuracy ${words}`,
    })),
    ...(smoothEce
      ? [
          {
            kind: "Calibration error" as const,
            measure: smoothEce,
            where: damaged.where,
            words: `calibration error ${damaged.words}`,
          },
        ]
      : []),
    ...onSets.map(({ set, role, where, words }) => ({
      kind: "Calibration error" as const,
      measure: setMeasure(set, role, "smoothEce"),
      where,
      words: `calibration error ${words}`,
    })),
    ...foreignScores.flatMap(({ score, words }) =>
      oodSets(study).map((set) => ({
        kind: "Detecting foreign pictures (AUROC)" as const,
        measure: oodMeasure(set, score),
        where: `${set}, by ${words}`,
        words: `AUROC against ${set} by ${words}`,
      })),
    ),
  ];
  return all.filter(({ measure }) => study.arms.some((arm) => valuesOf(arm, measure).length > 0));
}

/** Scores that the top of a page speaks of, each with the words for it. */
export const foreignScores = [
  { score: "max-softmax", words: "confidence" },
  { score: "reference-std", words: "disagreement of references" },
] as const;
