import { readFileSync } from "node:fs";
import { UserError } from "../core/index.ts";
import { packageFile } from "./files.ts";

/**
 * Vendors whose drawings are used, in the order of the rasters; each is the npm package `@iconify-json/<vendor>`.
 * @example
 * console.log(emojiVendors.join(", ")); // the domains of `emoji`
 */
export const emojiVendors = ["noto", "twemoji", "openmoji", "fluent-emoji-flat", "emojione"] as const;
export type EmojiVendor = (typeof emojiVendors)[number];

/**
 * Usable categories and how many concepts each has, with the package versions pinned in package.json.
 * @example
 * console.log(Object.keys(emojiCategories)); // the classes of `emoji`
 */
export const emojiCategories: Readonly<Record<string, number>> = {
  Activities: 62,
  "Animals & Nature": 109,
  "Food & Drink": 88,
  Objects: 192,
  "People & Body": 93,
  "Smileys & Emotion": 115,
  Symbols: 193,
  "Travel & Places": 199,
};

export interface EmojiDrawing {
  readonly concept: string;
  readonly category: string;
  readonly vendor: EmojiVendor;
  /** A complete SVG document of `size`×`size` pixels. */
  svg(size: number): string;
}

interface Icon {
  readonly body: string;
  readonly left?: number;
  readonly top?: number;
  readonly width?: number;
  readonly height?: number;
  readonly rotate?: number;
  readonly hFlip?: boolean;
  readonly vFlip?: boolean;
}

interface IconSet {
  readonly icons: Readonly<Record<string, Icon>>;
  readonly aliases?: Readonly<Record<string, Omit<Icon, "body"> & { parent: string }>>;
  readonly width?: number;
  readonly height?: number;
}

const packageOf = (vendor: EmojiVendor) => `@iconify-json/${vendor}`;

const readJson = (vendor: EmojiVendor, file: string) =>
  JSON.parse(readFileSync(packageFile(packageOf(vendor), file), "utf8"));

/** What the rasters depend on: the installed version of every vendor's package. */
export const emojiVersions = (): string[] =>
  emojiVendors.map((vendor) => `${vendor}@${readJson(vendor, "package.json").version}`);

/**
 * Every drawing of the concepts that all vendors have and that noto's metadata puts into one of the usable categories,
 * concept by concept (sorted), vendors in order. A drawing that a vendor uses for two of these concepts (emojione
 * draws `cricket` the insect as `cricket-game`) is left out, so no drawing can be on both sides of a split.
 */
export function emojiDrawings(): EmojiDrawing[] {
  const sets = emojiVendors.map((vendor): IconSet => readJson(vendor, "icons.json"));
  const { categories } = readJson("noto", "metadata.json") as { categories: Record<string, string[]> };
  const concepts = Object.keys(emojiCategories)
    .flatMap((category) => (categories[category] ?? []).map((concept) => ({ concept, category })))
    .filter(({ concept }) => sets.every((set) => findIcon(set, concept)))
    .sort((a, b) => (a.concept < b.concept ? -1 : 1));
  const ambiguous = sets.map((set) => repeated(concepts.map(({ concept }) => svgOf(set, findIcon(set, concept)!, 1))));
  const drawings = concepts.flatMap(({ concept, category }) =>
    emojiVendors.flatMap((vendor, v): EmojiDrawing[] => {
      const icon = findIcon(sets[v], concept)!;
      if (ambiguous[v].has(svgOf(sets[v], icon, 1))) return [];
      return [{ concept, category, vendor, svg: (size) => svgOf(sets[v], icon, size) }];
    }),
  );
  if (drawings.length === 0) throw new UserError(`${packageOf("noto")}: no usable emoji; run \`npm ci\``);
  return drawings;
}

/** Every vendor's drawings of what its own package puts into a category, vendor by vendor, by name. */
export const emojiDrawingsOf = (category: string): EmojiDrawing[] =>
  emojiVendors.flatMap((vendor) => {
    const set: IconSet = readJson(vendor, "icons.json");
    const { categories } = readJson(vendor, "metadata.json") as { categories: Record<string, string[]> };
    return [...(categories[category] ?? [])].sort().flatMap((concept): EmojiDrawing[] => {
      const icon = findIcon(set, concept);
      return icon ? [{ concept, category, vendor, svg: (size) => svgOf(set, icon, size) }] : [];
    });
  });

function repeated(values: readonly string[]): Set<string> {
  const seen = new Set<string>();
  return new Set(values.filter((value) => seen.size === seen.add(value).size));
}

/** An icon under its name or through its aliases, which may turn and mirror it. */
function findIcon(set: IconSet, name: string): Icon | undefined {
  if (set.icons[name]) return set.icons[name];
  const alias = set.aliases?.[name];
  const parent = alias && findIcon(set, alias.parent);
  if (!parent) return undefined;
  const { parent: _, ...changes } = alias;
  return {
    ...parent,
    ...changes,
    rotate: ((parent.rotate ?? 0) + (changes.rotate ?? 0)) % 4,
    hFlip: !!parent.hFlip !== !!changes.hFlip,
    vFlip: !!parent.vFlip !== !!changes.vFlip,
  };
}

/** Iconify's rule: mirror, then turn by quarters, about the middle of the view box. */
function svgOf(set: IconSet, icon: Icon, size: number): string {
  const { left = 0, top = 0, rotate = 0, hFlip, vFlip } = icon;
  const width = icon.width ?? set.width ?? 16;
  const height = icon.height ?? set.height ?? 16;
  const [x, y] = [left + width / 2, top + height / 2];
  const steps = [
    rotate % 4 && `rotate(${90 * rotate} ${x} ${y})`,
    (hFlip || vFlip) && `translate(${x} ${y}) scale(${hFlip ? -1 : 1} ${vFlip ? -1 : 1}) translate(${-x} ${-y})`,
  ].filter(Boolean);
  const body = steps.length > 0 ? `<g transform="${steps.join(" ")}">${icon.body}</g>` : icon.body;
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${size}" height="${size}" viewBox="${left} ${top} ${width} ${height}">${body}</svg>`;
}
