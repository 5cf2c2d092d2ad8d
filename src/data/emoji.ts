import { type ImageSet, Random, subset, UserError } from "../core/index.ts";
import { knownName } from "../core/internal.ts";
import { emojiCategories, emojiVendors, emojiVersions } from "./emoji-drawings.ts";
import { emojiFlags } from "./emoji-flags.ts";
import { emojiImageSet, emojiLabels } from "./emoji-image-set.ts";
import { type EmojiRasters, emojiRasters, rastersAt } from "./emoji-rasters.ts";
import { emojiSubgroups, emojiWordsOf } from "./emoji-words.ts";
import type { DataSetEntry, LoadedImages, ResolvedOptions } from "./entry.ts";
import { holdOut } from "./split.ts";

/** Part of the concepts that is tested on where `testFraction` is absent. */
const usualTestFraction = 0.2;

const defaultDomains = { train: ["noto", "twemoji", "openmoji"], shift: ["fluent-emoji-flat", "emojione"] };

/**
 * The same emoji drawn by five vendors; a vendor is a domain. Three label sets:
 *
 * - `category` (8 classes): train, validation and test hold different *concepts*, stratified by category, so that no
 *   drawing of a test concept is ever trained on.
 * - `subgroup` (51 classes, Unicode's subgroups of at least 8 concepts): split as `category` is; drawings of other subgroups
 *   are left out. Which concepts of a subgroup are tested on doesn't depend on which `subgroups` are kept: what is trained on
 *   one half of them, or on all, can be judged on the other half.
 * - `concept` (about 1,050 classes, one drawing per vendor): every concept must be trained on, so drawings are held out
 *   instead. `testFraction` of the concepts give the drawing of one training vendor, chosen by the seed, to the test set,
 *   and `validationFraction` of them give one to the validation set; no concept gives two. The other drawings are
 *   trained on.
 *
 * Either way the shift set is what the unseen vendors drew for the concepts of the test set: only the style differs.
 * `categories`, `subgroups` and `conceptShare` leave the other concepts out altogether: shares that do not overlap make tasks
 * without a common concept, e.g. to pre-train on one and adapt to the other. Captions are made of emojibase's labels and tags.
 */
export const emoji: DataSetEntry = {
  title: "Emoji",
  description: "1,051 emoji drawn by five vendors, in 8 categories; unseen vendors are the shift.",
  licence:
    "noto Apache-2.0, twemoji CC BY 4.0, openmoji CC BY-SA 4.0, fluent-emoji-flat MIT, emojione CC BY 4.0; captions: emojibase MIT",
  source: "npm packages @iconify-json/{noto,twemoji,openmoji,fluent-emoji-flat,emojione}",
  howToFetch: "nothing to fetch: it comes with `npm ci` and is drawn on first use",
  expected: { classCount: 8, conceptsPerClass: emojiCategories, meanTolerance: 0 },
  // They are drawn on white.
  augment: [
    { name: "crop", options: { pad: 4, fill: 255 } },
    { name: "flip", options: {} },
  ],
  background: 255,
  foreign: { near: ["flags"], far: ["mnist", "mnist-inverted", "textures"] },
  others: { flags: (options) => emojiFlags(options, checkDomains(options.domains ?? defaultDomains).train) },
  options: ["label", "domains", "background", "categories", "subgroups", "conceptShare", "testFraction"],

  locate() {
    try {
      emojiVersions();
      return "npm packages";
    } catch {
      return undefined;
    }
  },

  async load(options) {
    const label = knownName("emoji label", options.label ?? "category", emojiLabels);
    const background = knownName("emoji background", options.background ?? "white", ["white", "random"]);
    const domains = checkDomains(options.domains ?? defaultDomains);
    const rasters = chosenConcepts(await emojiRasters(options.imageSize ?? 32, options), options);
    const all = emojiImageSet(rasters, label, background, options.seed);
    const splits =
      label === "concept" ? splitDrawings(all, options, domains.train) : splitConcepts(all, label, options);
    const rows = (concepts: ReadonlySet<number>, vendors: readonly string[]) =>
      Array.from(all.labels.keys()).filter(
        (row) => concepts.has(all.concepts!.index[row]) && vendors.includes(vendorOf(all, row)),
      );
    const take = (part: "train" | "validation" | "test") =>
      subset(all, splits[part](rows, domains.train), `emoji/${part}`);
    const shifts =
      domains.shift.length > 0 ? [subset(all, rows(splits.testConcepts, domains.shift), "emoji/unseen vendors")] : [];
    return {
      title: titles[label],
      train: take("train"),
      validation: take("validation"),
      test: take("test"),
      shifts,
    } satisfies LoadedImages;
  },
};

const titles = { category: "Emoji categories", subgroup: "Emoji subgroups", concept: "Emoji concepts" };

const vendorOf = (set: ImageSet, row: number): string => set.domains!.names[set.domains!.index[row]];

function checkDomains(domains: { train: readonly string[]; shift: readonly string[] }) {
  for (const vendor of [...domains.train, ...domains.shift]) knownName("emoji vendor", vendor, emojiVendors);
  if (domains.train.length === 0) throw new UserError("emoji: no vendor to train on");
  const both = domains.train.find((vendor) => domains.shift.includes(vendor));
  if (both) throw new UserError(`emoji: vendor "${both}" cannot be both trained on and unseen`);
  return domains;
}

/**
 * The drawings of the wanted categories, and of each the wanted share of the concepts in an order set by the seed; of these,
 * those of the wanted subgroups.
 */
function chosenConcepts(rasters: EmojiRasters, options: ResolvedOptions): EmojiRasters {
  const { categories, label, conceptShare = [0, 1], seed } = options;
  for (const name of categories ?? []) knownName("emoji category", name, Object.keys(emojiCategories));
  if (categories?.length === 0) throw new UserError("emoji: no category to choose concepts of");
  for (const name of options.subgroups ?? []) knownName("emoji subgroup", name, Object.keys(emojiSubgroups));
  if (options.subgroups?.length === 0) throw new UserError("emoji: no subgroup to choose concepts of");
  const subgroups = options.subgroups ?? (label === "subgroup" ? Object.keys(emojiSubgroups) : undefined);
  const [from, to] = conceptShare;
  if (!(from >= 0 && from < to && to <= 1))
    throw new UserError(`emoji: conceptShare ${from} to ${to}: must rise, within 0 and 1, e.g. 0 to 0.7`);
  const used = new Set<string>();
  for (const name of categories ?? Object.keys(emojiCategories)) {
    const own = new Set(rasters.drawings.filter(({ category }) => category === name).map(({ concept }) => concept));
    const order = new Random(seed, "emoji concept order", name).shuffle([...own]);
    for (const concept of order.slice(Math.round(from * own.size), Math.round(to * own.size))) used.add(concept);
  }
  const isUsed = (concept: string) =>
    used.has(concept) && (!subgroups || subgroups.includes(emojiWordsOf(concept).subgroup));
  const rows = [...rasters.drawings.keys()].filter((row) => isUsed(rasters.drawings[row].concept));
  if (rows.length === 0)
    throw new UserError(
      `emoji: no concept is of the subgroups ${subgroups?.join(", ")} and of what categories and conceptShare leave; choose more`,
    );
  return rows.length === rasters.drawings.length ? rasters : rastersAt(rasters, rows);
}

function testFractionOf({ testFraction = usualTestFraction }: ResolvedOptions): number {
  if (!(testFraction > 0 && testFraction < 1))
    throw new UserError(`emoji: testFraction ${testFraction}: must be above 0 and below 1`);
  return testFraction;
}

type Rows = (concepts: ReadonlySet<number>, vendors: readonly string[]) => number[];
type Part = (rows: Rows, vendors: readonly string[]) => number[];
type Splits = Record<"train" | "validation" | "test", Part> & { testConcepts: ReadonlySet<number> };

/** Labels `category` and `subgroup`: whole concepts go to one side. */
function splitConcepts(all: ImageSet, label: "category" | "subgroup", options: ResolvedOptions): Splits {
  const { seed, validationFraction } = options;
  // What is held out of a class depends on its number: of a subgroup, its place among all of them.
  const subgroups = Object.keys(emojiSubgroups);
  const place = all.classNames.map((name, i) => (label === "subgroup" ? subgroups.indexOf(name) : i));
  const classOf: number[] = [];
  all.concepts!.index.forEach((concept, row) => {
    classOf[concept] = place[all.labels[row]];
  });
  const outer = holdOut(classOf, testFractionOf(options), seed, "emoji test concepts");
  const inner = holdOut(
    outer.kept.map((concept) => classOf[concept]),
    validationFraction,
    seed,
    "emoji validation concepts",
  );
  const sets = {
    train: new Set(inner.kept.map((i) => outer.kept[i])),
    validation: new Set(inner.held.map((i) => outer.kept[i])),
    test: new Set(outer.held),
  };
  return {
    train: (rows, vendors) => rows(sets.train, vendors),
    validation: (rows, vendors) => rows(sets.validation, vendors),
    test: (rows, vendors) => rows(sets.test, vendors),
    testConcepts: sets.test,
  };
}

/** Label `concept`: single drawings of the training vendors are held out, at most one of each concept. */
function splitDrawings(all: ImageSet, options: ResolvedOptions, vendors: readonly string[]): Splits {
  if (vendors.length < 2)
    throw new UserError(
      `emoji: label "concept" holds out drawings of the training vendors, so it needs at least 2 of them, not ${vendors.length}`,
    );
  const { seed, validationFraction } = options;
  const testFraction = testFractionOf(options);
  if (testFraction + validationFraction > 1)
    throw new UserError(
      `emoji: validationFraction ${validationFraction} is too large; label "concept" tests on ${testFraction} of the concepts`,
    );
  const drawn = new Map<number, number[]>();
  all.concepts!.index.forEach((concept, row) => {
    if (vendors.includes(vendorOf(all, row))) drawn.set(concept, [...(drawn.get(concept) ?? []), row]);
  });
  const random = new Random(seed, "emoji held-out drawings");
  const candidates = random.shuffle([...drawn.values()].filter((rows) => rows.length > 1));
  const chosen = candidates.map((rows) => rows[random.integer(rows.length)]);
  const testCount = Math.round(testFraction * chosen.length);
  const test = chosen.slice(0, testCount).sort((a, b) => a - b);
  const validation = chosen
    .slice(testCount, testCount + Math.max(1, Math.round(validationFraction * chosen.length)))
    .sort((a, b) => a - b);
  const held = new Set([...test, ...validation]);
  return {
    train: () => [...drawn.values()].flat().filter((row) => !held.has(row)),
    validation: () => validation,
    test: () => test,
    testConcepts: new Set(test.map((row) => all.concepts!.index[row])),
  };
}
