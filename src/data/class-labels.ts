import { UserError } from "../core/index.ts";
import type { ResolvedOptions } from "./entry.ts";
import { readNamed } from "./files.ts";
import { sorted } from "./list-images.ts";

/** What a file says of an image's class: a number or a word; nothing where it says nothing. */
export type RawLabel = number | string | undefined;

/** Digits are a number, other text is a word; nothing is no label. */
export const labelOfText = (text: string): RawLabel =>
  /^-?(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text === "" ? undefined : text;

/** Classes, and the index of each image's; −1 for those that have none. */
export interface ClassLabels {
  readonly classNames: readonly string[];
  /** By split. */
  readonly labels: ReadonlyMap<string, readonly number[]>;
}

/**
 * Indices of classes. With `names`, numbers are indices into them and words are among them. Without, the classes are what
 * occurs in train (in all splits where there is no train), numbers by size, words by code point. The number −1 is no class.
 * @param placeOf what messages call row `row` of a split
 * @throws UserError for a label that is missing, out of range, or not among the names
 */
export function classLabels(
  splits: ReadonlyMap<string, readonly RawLabel[]>,
  names: readonly string[] | undefined,
  placeOf: (split: string, row: number) => string,
): ClassLabels {
  const from = splits.get("train") ?? [...splits.values()].flat();
  const classNames = names ?? namesOf(from);
  const indexOf = new Map(classNames.map((name, i) => [name.normalize("NFC"), i]));
  const where = splits.has("train") ? "train" : "the others";
  const index = (label: RawLabel, split: string, row: number): number => {
    if (label === -1) return -1;
    if (label === undefined)
      throw new UserError(`${placeOf(split, row)}: no label; give it one, or leave the image out`);
    if (typeof label === "number" && !Number.isInteger(label))
      throw new UserError(
        `${placeOf(split, row)}: label ${label} is no whole number; of numbers to predict see --task regression`,
      );
    if (names && typeof label === "number") {
      if (label >= 0 && label < names.length) return label;
      throw new UserError(
        `${placeOf(split, row)}: label ${label} is out of range, expected 0 … ${names.length - 1} for ${names.length} class names`,
      );
    }
    const found = indexOf.get(String(label).normalize("NFC"));
    if (found === undefined)
      throw new UserError(
        `${placeOf(split, row)}: class "${label}" is not among those of ${names ? "the class names" : where}`,
      );
    return found;
  };
  return {
    classNames,
    labels: new Map(
      [...splits].map(([split, labels]) => [split, labels.map((label, row) => index(label, split, row))]),
    ),
  };
}

function namesOf(labels: readonly RawLabel[]): string[] {
  const found = new Set(labels.filter((label) => label !== undefined && label !== -1));
  const numbers = [...found].filter((label) => typeof label === "number");
  const texts = new Set([...found].filter((label) => typeof label === "string").map((text) => text.normalize("NFC")));
  return [...numbers.sort((a, b) => a - b).map(String), ...sorted([...texts])];
}

/**
 * What of a file has a label, by its index.
 * @param what what messages call a label, and `one` what has it
 * @throws UserError for others, unless they are to be skipped
 */
export function labelledRows(
  path: string,
  what: string,
  one: string,
  labels: readonly RawLabel[],
  { badImages, onNotice }: Pick<ResolvedOptions, "badImages" | "onNotice">,
): number[] {
  const rows = [...labels.keys()];
  const without = rows.filter((row) => labels[row] === undefined);
  if (without.length === 0) return rows;
  const which = `${without.length} of ${rows.length} ${one}s have no ${what}, the first is ${one} ${without[0]}`;
  if (badImages !== "skip") throw new UserError(`${path}: ${which}; leave such out with data.badImages skip`);
  onNotice?.(`${path}: ${which}; they are left out`);
  return rows.filter((row) => labels[row] !== undefined);
}

/**
 * Class names of a file of the user's, one a line, in the order of their indices.
 * @throws UserError for a file that cannot be read, an empty line, or a name that stands twice
 */
export function readClassNames(path: string): string[] {
  const lines = readNamed(path)
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .trimEnd()
    .split(/\r?\n/);
  const names = lines.map((line) => line.trim().normalize("NFC"));
  const empty = names.indexOf("");
  if (empty >= 0) throw new UserError(`${path}, line ${empty + 1}: empty; one class name is needed on each line`);
  requireDistinct(names, path);
  return names;
}

/** @throws UserError for a name that stands twice */
export function requireDistinct(names: readonly string[], path: string): void {
  const placeOf = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const before = placeOf.get(name);
    if (before !== undefined)
      throw new UserError(`${path}: classes ${before} and ${i} are both called "${name}"; name them apart`);
    placeOf.set(name, i);
  }
}
