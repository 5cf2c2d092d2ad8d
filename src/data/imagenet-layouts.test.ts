import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type DataSet, imageCount, UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { type DataOptions, loadDataSet } from "./index.ts";
import { writeFolder } from "./test-data-sets.ts";
import { scratchFolder } from "./test-images.ts";
import { png } from "./test-parquet.ts";

const synsets = ["n01443537", "n02012849", "n03126707"];
const words = [
  "n00001740\tentity",
  "n01443537\tgoldfish, Carassius auratus",
  "n02012849\tcrane",
  "n03126707\tcrane",
].join("\n");

/** Tiny-ImageNet's layout: 4 images of each class, in `images/`, with their boxes; val with its annotations; test without. */
async function tinyImageNet(): Promise<string> {
  const root = scratchFolder();
  for (const [c, synset] of synsets.entries()) {
    const images = join(root, "train", synset, "images");
    mkdirSync(images, { recursive: true });
    writeFileSync(join(root, "train", synset, `${synset}_boxes.txt`), "");
    for (let i = 0; i < 4; i++) writeFileSync(join(images, `${synset}_${i}.JPEG`), await png(40 * c, i, 60));
  }
  for (const split of ["val", "test"]) mkdirSync(join(root, split, "images"), { recursive: true });
  const lines: string[] = [];
  for (let i = 0; i < 6; i++) {
    const c = (2 * i) % 3;
    writeFileSync(join(root, "val", "images", `val_${i}.JPEG`), await png(40 * c, 100 + i, 60));
    writeFileSync(join(root, "test", "images", `test_${i}.JPEG`), await png(9, 9, 9));
    lines.push(`val_${i}.JPEG\t${synsets[c]}\t0\t0\t19\t29`);
  }
  writeFileSync(join(root, "val", "val_annotations.txt"), `${lines.join("\n")}\n`);
  writeFileSync(join(root, "wnids.txt"), synsets.join("\n"));
  writeFileSync(join(root, "words.txt"), words);
  return root;
}

const notices: string[] = [];
const load = (folder: string, options: Partial<DataOptions> = {}) => {
  notices.length = 0;
  const onNotice = (line: string) => notices.push(line);
  return loadDataSet({ name: "folder", seed: 1, folder, imageSize: 8, onNotice, ...options });
};
const reds = ({ test }: DataSet) => Array.from({ length: imageCount(test) }, (_, i) => allBytes(test)[i * 192] / 40);

describe("Tiny-ImageNet", () => {
  test("val has the classes that its text says, test has none, and words name the classes apart", async () => {
    const set = await load(await tinyImageNet());
    expect([set.train, set.validation, set.test].map(imageCount)).toEqual([9, 3, 6]);
    expect([...set.test.labels]).toEqual([0, 2, 1, 0, 2, 1]);
    expect(reds(set)).toEqual([...set.test.labels]);
    expect(set.train.classNames).toEqual(["goldfish", "crane (n02012849)", "crane (n03126707)"]);
    expect(set.shifts).toEqual([]);
    const said = notices.join("\n");
    expect(said).toMatch(/no "test" folder with classes, so val is the test set/);
    expect(said).toMatch(/classes are called as .*words\.txt has it \(n01443537 is goldfish, …\)/);
  });

  test.each<[string, (lines: string[]) => string[], RegExp]>([
    [
      "a class that train lacks",
      (l) => l.with(1, "val_1.JPEG\tn00001740\t0"),
      /line 2: class "n00001740" is not among/,
    ],
    [
      "an image that is not there",
      (l) => l.with(2, "val_9.JPEG\tn01443537"),
      /line 3: "val_9\.JPEG" is no image in .*images, or/,
    ],
    ["an image twice", (l) => l.with(2, l[0]), /line 3: "val_0\.JPEG" is no image in .*images, or stands twice/],
    ["a line without a class", (l) => l.with(0, "val_0.JPEG"), /line 1: class "" is not among/],
  ])("%s is refused by its line", async (_, change, message) => {
    const root = await tinyImageNet();
    const lines = Array.from({ length: 6 }, (_, i) => `val_${i}.JPEG\t${synsets[i % 3]}`);
    writeFileSync(join(root, "val", "val_annotations.txt"), change(lines).join("\n"));
    const error = await load(root).catch((e) => e);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(/val_annotations\.txt, line/);
    expect(error.message).toMatch(message);
  });

  test("an image without a line is counted", async () => {
    const root = await tinyImageNet();
    writeFileSync(join(root, "val", "val_annotations.txt"), synsets.map((s, i) => `val_${i}.JPEG\t${s}`).join("\r\n"));
    expect(imageCount((await load(root)).test)).toBe(3);
    expect(notices.join("\n")).toMatch(/val_annotations\.txt: 3 of 6 images have no line; they are left out/);
  });
});

describe("names of class folders", () => {
  const folderOf = async (names: readonly string[]) => {
    const root = scratchFolder();
    const counts = Object.fromEntries(names.map((name) => [name, 3]));
    await writeFolder(root, { train: counts, test: counts });
    return root;
  };

  test.each([
    ["LOC_synset_mapping.txt", "n01443537 goldfish, Carassius auratus\nn02012849 crane"],
    ["synset_words.txt", "n02012849 crane\r\nn01443537 goldfish\r\n"],
    ["map_clsloc.txt", "n02012849 429 crane\nn01443537 2 goldfish"],
  ])("of ImageNet are found in %s", async (file, text) => {
    const root = await folderOf(synsets.slice(0, 2));
    writeFileSync(join(root, file), text);
    expect((await load(root)).train.classNames).toEqual(["goldfish", "crane"]);
  });

  test("of others stay, unless a file is given, which must have them all", async () => {
    const root = await folderOf(["big cat", "dog"]);
    writeFileSync(join(root, "words.txt"), "dog\tHund");
    expect((await load(root)).train.classNames).toEqual(["big cat", "dog"]);
    const path = join(root, "names.tsv");
    writeFileSync(path, "dog\tHund\nbig cat\tgro\u00dfe_Katze, Tiger\n");
    expect((await load(root, { classNames: path })).train.classNames).toEqual(["gro\u00dfe Katze", "Hund"]);
    await expect(load(root, { classNames: join(root, "words.txt") })).rejects.toThrow(
      /words\.txt: no line that begins with "big cat", a class folder; add "big cat<tab>name"$/,
    );
  });
});
