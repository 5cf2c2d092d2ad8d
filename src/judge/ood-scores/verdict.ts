import { UserError } from "../../core/index.ts";
import type { AbsentScore, ForeignGroup, ScoreChoice } from "../../evaluate/index.ts";
import {
  type CalledForeign,
  smallestOf,
  standardised,
  standardsOf,
  thresholdKeeping,
  UndefinedScore,
  type VerdictPart,
  type VerdictResults,
  type VerdictScoreName,
  verdictScores,
} from "../../evaluate/internal.ts";
import { type Confidences, rejectedShare } from "./confidences.ts";

/** What export, predict, serve and the page take where nothing is said. */
const SCORE: VerdictScoreName = "combination";
const KEEPS = 0.95;
const parts: readonly VerdictPart[] = verdictScores[SCORE];

/** The score of features that is a part, and what it is called where it is fitted for the verdict alone. */
const distance = "mahalanobis++";
const ownDistance = `verdict: ${distance}`;
/** What must be fitted for a verdict beside what is asked for: nothing where its distance is, with the published parameters. */
export const verdictChoices = (asked: readonly { name: string; parameters?: object }[]): ScoreChoice[] =>
  asked.some(({ name, parameters }) => name === distance && !parameters) ? [] : [{ name: distance, as: ownDistance }];
/** What it needs of logits. */
export const verdictLogitScores = ["entropy"] as const;
const ofPart = <T>(of: ReadonlyMap<string, T>, part: VerdictPart): T | undefined =>
  (part === distance ? of.get(ownDistance) : undefined) ?? of.get(part);

/** A set that is called known or foreign. */
export interface JudgedSet {
  readonly scored: Confidences;
  readonly role: CalledForeign["role"];
  readonly group?: ForeignGroup;
}

/** Of each image of a set. */
export interface KnownScores {
  /** [P][N] z-scores. */
  readonly parts: readonly Float64Array[];
  /** [N] the smallest of them. */
  readonly known: Float64Array;
}

export interface MeasuredVerdict {
  readonly results: VerdictResults;
  readonly parts: readonly VerdictPart[];
  /** `undefined` where a set lacks a part. */
  readonly scoresOf: (scored: Confidences) => KnownScores | undefined;
}

/**
 * The share of each set that a verdict calls foreign: standardised, and its threshold chosen, on validation images alone.
 * @param validation of known images; without any there is no verdict
 * @param unfitted what could not be fitted, and why
 */
export function measureVerdict(
  validation: Confidences | undefined,
  sets: readonly JudgedSet[],
  unfitted: readonly AbsentScore[],
): MeasuredVerdict {
  const heading = { score: SCORE, keeps: KEEPS };
  const without = (absent: string): MeasuredVerdict => ({
    results: { ...heading, absent, sets: [] },
    parts,
    scoresOf: () => undefined,
  });
  if (!validation) return without("there are no validation images");
  const held = valuesOf(validation);
  const reason = unfitted.find(({ name }) => name === distance || name === ownDistance)?.reason;
  if (!held) return without(reason ?? reasonOf(validation));
  try {
    const standards = standardsOf(parts, held);
    const scoresOf = (scored: Confidences): KnownScores | undefined => {
      const values = valuesOf(scored);
      if (!values) return undefined;
      const own = standardised(standards, values);
      return { parts: own, known: smallestOf(own) };
    };
    const threshold = thresholdKeeping(scoresOf(validation)!.known.sort(), KEEPS);
    const called = [{ scored: validation, role: "validation" } as JudgedSet, ...sets].flatMap(
      ({ scored, role, group }): CalledForeign[] => {
        const known = scoresOf(scored)?.known;
        const { set, images } = scored;
        return known ? [{ set, role, ...(group && { group }), images, share: rejectedShare(threshold, known) }] : [];
      },
    );
    return { results: { ...heading, threshold, sets: called }, parts, scoresOf };
  } catch (error) {
    if (error instanceof UserError || error instanceof UndefinedScore) return without(error.message);
    throw error;
  }
}

/** [P][N], larger = better known. */
function valuesOf({ of }: Confidences): Float64Array[] | undefined {
  const values = parts.map((part) => ofPart(of, part));
  if (values.some((own) => own === undefined)) return undefined;
  // Images are ranked by the logarithm of the entropy, which tells those of hardly any apart; a verdict is by the entropy.
  return parts.map((part, p) => (part === "entropy" ? values[p]!.map((value) => -Math.exp(-value)) : values[p]!));
}

const reasonOf = ({ absent }: Confidences): string =>
  parts.flatMap((part) => ofPart(absent, part) ?? [])[0] ?? "a part of its score is missing";
