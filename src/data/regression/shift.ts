import { UserError } from "../../core/index.ts";
import type { TargetShift } from "./options.ts";

/**
 * The examples whose target lies outside of the training's support, as PAGER (ICML 2024, 2309.10977) makes shifts:
 * `gaps` trains on the percentiles 0 to 30 and 60 to 100 of the target, `tails` on 0 to 70. The percentiles are of all
 * examples; a target equal to one of them is trained on.
 * @param target [N]
 * @returns the name of the shift set, and the rows that it may hold
 * @throws UserError where no target, or every one, lies there
 */
export function outsideSupport(
  target: Float64Array,
  shift: Exclude<TargetShift, "none">,
  targetName: string,
): { readonly name: string; readonly rows: ReadonlySet<number> } {
  const sorted = target.slice().sort();
  const [from, to] =
    shift === "gaps"
      ? [percentile(sorted, 0.3), percentile(sorted, 0.6)]
      : [percentile(sorted, 0.7), Number.POSITIVE_INFINITY];
  const rows = new Set<number>();
  for (let row = 0; row < target.length; row++) if (target[row] > from && target[row] < to) rows.add(row);
  const range = shift === "gaps" ? `between ${from} and ${to}` : `above ${from}`;
  if (rows.size === 0)
    throw new UserError(`shift ${shift}: no example has a "${targetName}" ${range}; leave the shift out`);
  return { name: shift === "gaps" ? "gap" : "tail", rows };
}

/** Of ascending values, with linear interpolation between neighbours. */
function percentile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
