import type { OodScoreRow } from "../../evaluate/index.ts";
import { type Confidences, rejectedShare } from "./confidences.ts";
import type { CorruptedSource, ScoredSource } from "./sources.ts";

/** By score: shares at each severity; or why a score of corrupted images is missing. */
export interface CorruptedRejections {
  readonly of: ReadonlyMap<string, NonNullable<OodScoreRow["rejectedCorrupted"]>>;
  readonly absent: ReadonlyMap<string, string>;
}

/**
 * Share of corrupted images of known classes that each score's threshold rejects: the mean over the kinds of corruption at
 * each severity. One set is in memory at a time. A score that one set lacks has no means.
 */
export async function rejectedCorrupted(
  corrupted: readonly CorruptedSource[],
  thresholds: ReadonlyMap<string, number>,
  score: (source: ScoredSource) => Promise<Confidences>,
): Promise<CorruptedRejections> {
  const shares = new Map<string, Map<number, number[]>>();
  const absent = new Map<string, string>();
  for (const source of corrupted) {
    const scored = await score(source);
    for (const [name, threshold] of thresholds) {
      const values = scored.of.get(name);
      if (!values) {
        absent.set(name, `${scored.set}: ${scored.absent.get(name)}`);
        continue;
      }
      const own = shares.get(name) ?? new Map<number, number[]>();
      own.set(source.severity, [...(own.get(source.severity) ?? []), rejectedShare(threshold, values)]);
      shares.set(name, own);
    }
  }
  const whole = [...shares].filter(([name]) => !absent.has(name));
  return { of: new Map(whole.map(([name, own]) => [name, meansBySeverity(own)])), absent };
}

const meansBySeverity = (shares: ReadonlyMap<number, readonly number[]>) =>
  [...shares]
    .sort(([a], [b]) => a - b)
    .map(([severity, own]) => ({
      severity,
      kinds: own.length,
      share: own.reduce((sum, share) => sum + share, 0) / own.length,
    }));
