import { type MeanSd, meanSd } from "../evaluate/index.ts";

export { counted } from "../core/internal.ts";

const MINUS = "−";
const signed = (text: string) => text.replace("-", MINUS);

/** A fraction as per cent with one decimal, or a plain number with three: `58.9 ± 0.4`, without the unit. */
export function withSd({ mean, sd }: MeanSd, unit: "%" | ""): string {
  const show = (value: number) => signed(unit === "%" ? (100 * value).toFixed(1) : value.toFixed(3));
  return sd === undefined ? show(mean) : `${show(mean)} ± ${show(sd)}`;
}

/** As `withSd`; `–` where nothing was measured. */
export const withSdOrDash = (mean: MeanSd | undefined, unit: "%" | ""): string => (mean ? withSd(mean, unit) : "–");

/** A difference of fractions in points: `+3.1`, `−0.4`. */
export function points(difference: number): string {
  const text = (100 * difference).toFixed(1);
  if (Number(text) === 0) return "0.0";
  return signed(`${difference > 0 ? "+" : ""}${text}`);
}

export const percent = (fraction: number): string =>
  `${(100 * fraction).toFixed(fraction > 0.9995 || fraction < 0.1 ? 1 : 0)} %`;

export const meanOf = (values: readonly (number | undefined)[]): MeanSd | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length ? meanSd(known) : undefined;
};

/** Keeps a number with its ± and its unit on one line. */
export const unbroken = (text: string): string => text.replace(/ ± /g, "\u00a0±\u00a0").replace(/ %/g, "\u00a0%");

/** `a`, `a and b`, `a, b and c`. */
export const listing = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
