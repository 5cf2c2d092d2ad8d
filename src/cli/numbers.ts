import { UserError } from "../core/index.ts";

/** How a flag's text becomes its value. @throws UserError naming the flag, its text, the rule and an example. */
export type Parse<T> = (flag: string) => Parser<T>["parse"];

/** A method, so that parsers of one type may stand in a list of parsers of unknown types. */
interface Parser<T> {
  /** @param before what the same flag gave before, for those that add up */
  parse(text: string, before?: T): T;
}

interface Range {
  readonly min?: number;
  readonly max?: number;
  /** Whether `min` itself is refused. */
  readonly above?: boolean;
  readonly example: number;
  /** What the number is, where the range alone would not tell. */
  readonly meaning?: string;
}

const inWords = ({ min, max, above }: Range): string => {
  if (min !== undefined && max !== undefined) return `outside [${min}, ${max}]`;
  if (min !== undefined) return above ? `not above ${min}` : `below ${min}`;
  return "out of range";
};

export const real =
  (range: Range): Parse<number> =>
  (flag) =>
  (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    const example = `${range.meaning ? `it is ${range.meaning}, ` : ""}e.g. ${range.example}`;
    if (!Number.isFinite(value)) throw new UserError(`${flag} ${text}: not a number; ${example}`);
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, above } = range;
    if (value < min || value > max || (above && value === min))
      throw new UserError(`${flag} ${text}: ${inWords(range)}; ${example}`);
    return value;
  };

export const whole =
  (range: Range): Parse<number> =>
  (flag) =>
  (text) => {
    const value = real(range)(flag)(text);
    if (!Number.isSafeInteger(value)) throw new UserError(`${flag} ${text}: not a whole number; e.g. ${range.example}`);
    return value;
  };

/** @throws UserError listing the known names. */
export const oneOf =
  (names: readonly string[]): Parse<string> =>
  (flag) =>
  (text) => {
    if (names.includes(text)) return text;
    throw new UserError(`${flag} ${text}: unknown; known: ${names.join(", ")}`);
  };

/** `a,b` → those names, each known and given once, after those of the same flag before. */
export const listOf =
  (names: readonly string[]): Parse<string[]> =>
  (flag) =>
  (text, before = []) => [
    ...new Set([
      ...before,
      ...text
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean)
        .map((name) => oneOf(names)(flag)(name)),
    ]),
  ];

export const wholeList =
  (range: Range): Parse<number[]> =>
  (flag) =>
  (text, before = []) => [...before, ...text.split(",").map((one) => whole(range)(flag)(one))];

/** `a,b` → those numbers; `from:to:step` → all from one to the other. */
export const realList =
  (range: Range): Parse<number[]> =>
  (flag) =>
  (text) => {
    const parts = text.split(":");
    if (parts.length === 1) return text.split(",").map((one) => real(range)(flag)(one));
    if (parts.length !== 3) throw new UserError(`${flag} ${text}: a list, or FROM:TO:STEP, e.g. 0:1:0.1`);
    const [from, to] = parts.slice(0, 2).map((one) => real(range)(flag)(one));
    const step = real({ min: 0, above: true, example: 0.1 })(flag)(parts[2]);
    if (from > to) throw new UserError(`${flag} ${text}: FROM lies above TO; e.g. 0:1:0.1`);
    // Rounded: tenths do not add up exactly.
    return Array.from({ length: Math.floor((to - from) / step + 1e-9) + 1 }, (_, i) =>
      Number((from + i * step).toPrecision(12)),
    );
  };

export const text: Parse<string> = () => (given) => given;
