import type { MeanSd } from "../../evaluate/index.ts";
import { points } from "../format.ts";

export type Unit = "%" | "target" | "";

const MINUS = "−";

/** Decimals that show three digits of a number, none of a large one. */
const decimalsOf = (value: number): number =>
  value === 0 ? 2 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));

const fixed = (value: number, decimals: number): string => {
  const text = value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return Number(value.toFixed(decimals)) === 0 ? text.replace("-", "") : text.replace("-", MINUS);
};

/** Decimals that show so many digits of a spread, or more. */
const decimalsFor = (spread: number, digits: number): number =>
  spread > 0 ? Math.min(6, Math.max(0, digits - 1 - Math.floor(Math.log10(spread)))) : 0;

const usualDecimals = (value: number, unit: Unit): number =>
  ({ "%": 1, target: decimalsOf(value), "": Math.abs(value) < 100 ? 3 : 0 })[unit];

/** Per cent with one decimal, a target's own unit with three digits, a number without a unit with three decimals, from 100 on with none. */
export function shown(value: number, unit: Unit, decimals = usualDecimals(value, unit)): string {
  return fixed(unit === "%" ? 100 * value : value, decimals);
}

/** `3.21 ± 0.04`, with at least one digit of the deviation. */
export function shownMean({ mean, sd }: MeanSd, unit: Unit): string {
  if (sd === undefined) return shown(mean, unit);
  const decimals = Math.max(usualDecimals(mean, unit), unit === "target" ? decimalsFor(sd, 1) : 0);
  return `${shown(mean, unit, decimals)} ± ${shown(sd, unit, decimals)}`;
}

/** As `shownMean`; `–` where nothing was measured. */
export const shownMeanOrDash = (mean: MeanSd | undefined, unit: Unit): string => (mean ? shownMean(mean, unit) : "–");

/** `+0.12 [−0.03, +0.27]`; differences of shares in points. @param like the number that is differed from, whose decimals are shown, or two digits of the interval's half width */
export function shownDifference(
  { difference, interval }: { readonly difference: number; readonly interval?: readonly [number, number] },
  unit: Unit,
  like: number,
): string {
  const halfWidth = interval ? (interval[1] - interval[0]) / 2 : 0;
  const decimals = Math.max(usualDecimals(like, unit), unit === "target" ? decimalsFor(halfWidth, 2) : 0);
  const signed = (value: number) => {
    if (unit === "%") return points(value);
    const text = shown(value, unit, decimals);
    return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
  };
  const ends = interval ? ` [${signed(interval[0])}, ${signed(interval[1])}]` : "";
  return `${signed(difference)}${unit === "%" ? " points" : ""}${ends}`;
}
