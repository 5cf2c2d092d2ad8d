import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type DataSet, type ImageSet, imageCount, UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { emojiCaptions } from "./emoji-captions.ts";
import { emojiDrawings, emojiVendors } from "./emoji-drawings.ts";
import { emojiRasters } from "./emoji-rasters.ts";
import { emojiWordsOf } from "./emoji-words.ts";
import { checkDataSet, type DataOptions, emojiCategories, emojiSubgroups, loadDataSet } from "./index.ts";
import { loadOtherSet } from "./other-sets.ts";
import { scratchFolder } from "./test-images.ts";

const dataDir = mkdtempSync(join(tmpdir(), "anchored-emoji-"));
afterAll(() => rmSync(dataDir, { recursive: true }));
const load = (options: Partial<DataOptions> = {}) =>
  loadDataSet({ name: "emoji", imageSize: 8, seed: 3, dataDir, ...options });

const conceptsOf = (set: ImageSet) => new Set([...set.concepts!.index].map((i) => set.concepts!.names[i]));
const vendorsOf = (set: ImageSet) => new Set([...set.domains!.index].map((i) => set.domains!.names[i]));
const drawingsOf = (set: ImageSet) =>
  Array.from(set.labels.keys()).map((row) => `${set.concepts!.index[row]} ${set.domains!.index[row]}`);
const splitsOf = (set: DataSet) => [set.train, set.validation, set.test];

test("the drawings: the declared concepts per category, by every vendor, each drawing once", () => {
  const drawings = emojiDrawings();
  for (const [category, count] of Object.entries(emojiCategories))
    expect(new Set(drawings.filter((d) => d.category === category).map((d) => d.concept)).size, category).toBe(count);
  const perVendor = emojiVendors.map((vendor) => drawings.filter((d) => d.vendor === vendor).length);
  // emojione draws the insect `cricket` as the game: both are left out.
  expect(perVendor).toEqual([1051, 1051, 1051, 1051, 1049]);
  for (const vendor of emojiVendors) {
    const svgs = drawings.filter((d) => d.vendor === vendor).map((d) => d.svg(32));
    expect(new Set(svgs).size).toBe(svgs.length);
  }
});

test("category: no concept on two sides; the shift set is the test concepts by unseen vendors", async () => {
  const set = await load();
  const concepts = splitsOf(set).map(conceptsOf);
  const all = concepts.flatMap((names) => [...names]);
  expect(new Set(all).size).toBe(all.length);
  expect(all.length).toBe(1051);
  for (const split of splitsOf(set)) {
    expect(vendorsOf(split)).toEqual(new Set(["noto", "twemoji", "openmoji"]));
    expect(imageCount(split)).toBe(3 * conceptsOf(split).size);
  }
  const [shift] = set.shifts;
  expect(shift.name).toBe("emoji/unseen vendors");
  expect(vendorsOf(shift)).toEqual(new Set(["fluent-emoji-flat", "emojione"]));
  for (const concept of conceptsOf(shift)) expect(concepts[2]).toContain(concept);
  expect(imageCount(set.test)).toBe(3 * 211);
});

test("concept: every class is trained on, at most one drawing of it is held out", async () => {
  const set = await load({ label: "concept" });
  expect(set.title).toBe("Emoji concepts");
  expect(conceptsOf(set.train).size).toBe(1051);
  const drawings = splitsOf(set).flatMap(drawingsOf);
  expect(new Set(drawings).size).toBe(drawings.length);
  expect(drawings.length).toBe(3 * 1051);
  const held = [...set.test.labels, ...set.validation.labels];
  expect(new Set(held).size).toBe(held.length);
  expect(conceptsOf(set.shifts[0])).toEqual(conceptsOf(set.test));
});

describe("subgroup", () => {
  const names = Object.keys(emojiSubgroups);
  const concepts = async (options: Partial<DataOptions>) =>
    splitsOf(await load({ label: "subgroup", ...options })).map(conceptsOf);

  test("51 classes, whole concepts on one side, drawings of smaller subgroups left out", async () => {
    const set = await load({ label: "subgroup" });
    expect(set.title).toBe("Emoji subgroups");
    expect(set.train.classNames).toEqual(names);
    const sides = splitsOf(set).map(conceptsOf);
    const all = sides.flatMap((names) => [...names]);
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBe(Object.values(emojiSubgroups).reduce((sum, count) => sum + count, 0));
    for (const split of [...splitsOf(set), ...set.shifts])
      split.concepts!.index.forEach((concept, row) => {
        const { subgroup } = emojiWordsOf(split.concepts!.names[concept]);
        expect(split.classNames[split.labels[row]]).toBe(subgroup);
      });
    for (const split of splitsOf(set)) expect(new Set(split.labels).size).toBe(51);
    expect(conceptsOf(set.shifts[0])).toEqual(conceptsOf(set.test));
    expect(checkDataSet(set).problems).toEqual([]);
  });

  test("what is held out of a subgroup does not depend on which others are kept, so halves can be judged apart", async () => {
    const halves = [names.filter((_, i) => i % 2 === 1), names.filter((_, i) => i % 2 === 0)];
    const [whole, odd, even] = await Promise.all(
      [undefined, ...halves].map((subgroups) => concepts({ subgroups: subgroups?.toReversed() })),
    );
    for (const side of [0, 1, 2]) expect(new Set([...odd[side], ...even[side]])).toEqual(whole[side]);
    expect([...odd.flatMap((names) => [...names])].filter((one) => even.some((side) => side.has(one)))).toEqual([]);
    const set = await load({ label: "subgroup", subgroups: halves[0] });
    expect(set.train.classNames).toEqual(halves[0]);
  });

  test("subgroups can be kept under other labels, and within categories and shares", async () => {
    const subgroups = ["food fruit", "animal mammal"];
    const set = await load({ subgroups });
    expect(set.train.classNames).toEqual(["Animals & Nature", "Food & Drink"]);
    expect(splitsOf(set).reduce((sum, split) => sum + imageCount(split), 0)).toBe(3 * (15 + 45));
    const fruit = await load({ subgroups, label: "subgroup", categories: ["Food & Drink"] });
    expect(fruit.train.classNames).toEqual(["food fruit"]);
    const [some, rest, whole] = await Promise.all(
      [[0, 0.7] as const, [0.7, 1] as const, undefined].map(async (conceptShare) =>
        (await concepts({ subgroups, conceptShare })).flatMap((names) => [...names]),
      ),
    );
    expect(some.filter((concept) => rest.includes(concept))).toEqual([]);
    expect(new Set([...some, ...rest])).toEqual(new Set(whole));
  });

  test("eight of them are not taken for the eight categories", async () => {
    const set = await load({ label: "subgroup", subgroups: names.slice(0, 8) });
    expect(checkDataSet(set).problems).toEqual([]);
  });
});

test("captions go with their drawings, whatever the label and the split", async () => {
  for (const options of [{}, { label: "subgroup" as const }, { label: "concept" as const, limitTrain: 1100 }]) {
    const set = await load(options);
    for (const split of [...splitsOf(set), ...set.shifts]) {
      expect(split.captions).toHaveLength(imageCount(split));
      split.captions!.forEach((captions, row) => {
        const concept = split.concepts!.names[split.concepts!.index[row]];
        const vendor = split.domains!.names[split.domains!.index[row]];
        expect(captions).toEqual(emojiCaptions({ vendor, concept }, 3));
      });
    }
  }
});

test("shares of the concepts make tasks without a common concept, together all of them", async () => {
  const parts = await Promise.all(
    [[0, 0.7] as const, [0.7, 1] as const].map((conceptShare) => load({ conceptShare, label: "concept" })),
  );
  const [first, second] = parts.map((set) => conceptsOf(set.train));
  expect(first.size + second.size).toBe(1051);
  expect([...second].filter((concept) => first.has(concept))).toEqual([]);
  // Of each category its share.
  const categories = await load({ conceptShare: [0.7, 1] });
  expect(categories.train.classNames).toEqual(Object.keys(emojiCategories));
  expect(new Set(splitsOf(categories).flatMap((set) => [...conceptsOf(set)]))).toEqual(second);
});

test("categories can be chosen; all concepts can have a drawing held out", async () => {
  const chosen = ["Food & Drink", "Objects"];
  expect((await load({ categories: chosen })).train.classNames).toEqual(chosen);
  const set = await load({ categories: chosen, label: "concept", testFraction: 0.5, validationFraction: 0.5 });
  expect(set.train.classNames).toHaveLength(88 + 192);
  expect(splitsOf(set).map(imageCount)).toEqual([560, 140, 140]);
  expect(imageCount(set.shifts[0])).toBe(280);
});

test("vendors can be chosen; the background can be coloured, by seed", async () => {
  const set = await load({ domains: { train: ["emojione"], shift: ["noto"] }, background: "random" });
  expect(vendorsOf(set.train)).toEqual(new Set(["emojione"]));
  expect(vendorsOf(set.shifts[0])).toEqual(new Set(["noto"]));
  const corners = Array.from({ length: 50 }, (_, i) =>
    allBytes(set.train)
      .subarray(i * 192, i * 192 + 3)
      .join(),
  );
  expect(new Set(corners).size).toBeGreaterThan(20);
  const none = await load({ domains: { train: ["noto"], shift: [] } });
  expect(none.shifts).toEqual([]);
});

test.each<[string, Partial<DataOptions>, RegExp]>([
  ["vendor", { domains: { train: ["apple"], shift: [] } }, /unknown emoji vendor "apple"; known: noto, /],
  ["no vendor", { domains: { train: [], shift: [] } }, /no vendor to train on/],
  ["vendor twice", { domains: { train: ["noto"], shift: ["noto"] } }, /"noto" cannot be both/],
  ["label", { label: "colour" as any }, /unknown emoji label "colour"/],
  ["background", { background: "plaid" as any }, /unknown emoji background "plaid"/],
  ["one vendor, label concept", { label: "concept", domains: { train: ["noto"], shift: [] } }, /at least 2/],
  ["category", { categories: ["Fruit"] }, /unknown emoji category "Fruit"; known: Activities, /],
  ["no category", { categories: [] }, /no category/],
  ["subgroup", { subgroups: ["fruit"] }, /unknown emoji subgroup "fruit"; known: /],
  ["small subgroup", { subgroups: ["hotel"] }, /unknown emoji subgroup "hotel"/],
  ["no subgroup", { subgroups: [] }, /no subgroup/],
  [
    "subgroup of no category",
    { subgroups: ["zodiac"], categories: ["Objects"] },
    /no concept is of the subgroups zodiac/,
  ],
  ["share of concepts", { conceptShare: [0.7, 0.2] }, /conceptShare 0.7 to 0.2: must rise/],
  ["test fraction", { testFraction: 0 }, /testFraction 0: must be above 0/],
  ["too much validation", { label: "concept", validationFraction: 0.9 }, /validationFraction 0.9 is too large/],
])("a wrong %s is refused", async (_, options, message) => {
  const error = await load(options).catch((e) => e);
  expect(error).toBeInstanceOf(UserError);
  expect(error.message).toMatch(message);
});

describe("the cache of rasters", () => {
  const few = emojiDrawings().slice(0, 20);
  const rasters = (folder: string, notices: string[] = [], progress: number[] = []) =>
    emojiRasters(
      16,
      { dataDir: folder, onNotice: (line) => notices.push(line), onProgress: ({ done }) => progress.push(done) },
      { name: "rasters", drawings: () => few },
    );

  test("is written once and read back equal", async () => {
    const folder = scratchFolder();
    const progress: number[] = [];
    const drawn = await rasters(folder, [], progress);
    expect(progress.at(-1)).toBe(20);
    expect(await rasters(folder, [], progress)).toEqual(drawn);
    expect(progress.length).toBe(20);
  });

  test.each<[string, (path: string) => void, RegExp]>([
    ["truncated", (path) => truncateSync(path, 9000), /truncated or damaged/],
    ["too long", (path) => appendFileSync(path, "x"), /truncated or damaged/],
    ["empty", (path) => truncateSync(path, 0), /not a cache/],
    ["foreign", (path) => writeFileSync(path, "hello"), /not a cache/],
    ["null", (path) => writeFileSync(path, "null\n"), /other package versions/],
    [
      "of other versions",
      (path) => writeFileSync(path, readFileSync(path, "latin1").replace("noto@", "noto@9"), "latin1"),
      /other package versions/,
    ],
  ])("is rebuilt, and named, when %s", async (_, damage, message) => {
    const folder = scratchFolder();
    const drawn = await rasters(folder);
    const path = join(folder, "emoji", "rasters-16.bin");
    damage(path);
    const notices: string[] = [];
    expect(await rasters(folder, notices)).toEqual(drawn);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(message);
    expect(notices[0]).toContain(path);
    expect(await rasters(folder, notices)).toEqual(drawn);
    expect(notices).toHaveLength(1);
  });

  test("is done without when it cannot be written", async () => {
    const file = join(scratchFolder(), "file");
    writeFileSync(file, "");
    const notices: string[] = [];
    expect((await rasters(file, notices)).drawings).toHaveLength(20);
    expect(notices.join()).toMatch(/not cached/);
    expect(existsSync(join(file, "emoji"))).toBe(false);
  });
});

describe("flags", () => {
  const flags = (options: Partial<DataOptions> = {}) =>
    loadOtherSet("flags", { name: "emoji", seed: 0, dataDir, imageSize: 16, ...options });

  test("are drawn by the vendors that are trained on, no two alike, and none is of a class", async () => {
    const set = await flags();
    const { names, index } = set.domains!;
    const drawn = (vendor: string) => index.filter((one) => names[one] === vendor).length;
    // Of 270 names that twemoji and openmoji have 7 fly the flag of another.
    expect(names.map(drawn)).toEqual([9, 263, 263, 0, 0]);
    expect(new Set(set.labels)).toEqual(new Set([-1]));
    const { train } = await load();
    const known = new Set(train.concepts!.names);
    expect(set.concepts!.names.filter((name) => known.has(name))).toEqual([]);
  });

  test("are on the background of the run", async () => {
    const [white, random] = [await flags(), await flags({ background: "random" })].map(allBytes);
    expect(random.length).toBe(white.length);
    expect(random).not.toEqual(white);
  });
});
