import type { Severity } from "../../corrupt/corruption.ts";
import { corruptions } from "../../corrupt/table.ts";
import type { Change } from "../calls.ts";

/** Severities, middle and worst: what lies between is shown on the way. */
export const TRIED: readonly Severity[] = [3, 5];

export interface TellingDamage extends Change {
  /** What it was chosen by. */
  readonly gap: number;
}

/** How far models are apart in doubt: the largest less the smallest; of one model alone, its doubt. */
export const doubtGap = (doubts: readonly number[]): number =>
  Math.max(...doubts) - (doubts.length > 1 ? Math.min(...doubts) : 0);

/**
 * Every corruption at the one of its tried severities where the gap in doubt is larger, largest gap first; of equals
 * the milder, then the earlier one of the benchmark. `doubtsOf` asks the models; undefined from it ends the search.
 */
export async function tellingDamages(
  doubtsOf: (change: Change) => Promise<readonly number[] | undefined>,
): Promise<TellingDamage[] | undefined> {
  const found: TellingDamage[] = [];
  for (const { name } of corruptions) {
    let best: TellingDamage | undefined;
    for (const severity of TRIED) {
      const doubts = await doubtsOf({ name, severity });
      if (!doubts) return undefined;
      const gap = doubtGap(doubts);
      if (!best || gap > best.gap) best = { name, severity, gap };
    }
    found.push(best!);
  }
  return found.sort((a, b) => b.gap - a.gap);
}
