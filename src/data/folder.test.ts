import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { type DataOptions, decodeImage, loadDataSet } from "./index.ts";
import { writeFolder } from "./test-data-sets.ts";
import { scratchFolder } from "./test-images.ts";

const layout = { train: { cat: 5, dog: 5 }, test: { cat: 2, dog: 1 } };
const load = (folder?: string) => loadDataSet({ name: "folder", seed: 1, folder, imageSize: 8 });

test("splits, classes, a shift set with fewer classes, hidden files", async () => {
  const root = scratchFolder();
  await writeFolder(root, { ...layout, val: { cat: 1, dog: 2 }, sketch: { dog: 3 } });
  writeFileSync(join(root, "train", "cat", ".DS_Store"), "");
  writeFileSync(join(root, "labels.txt"), "");
  const set = await load(root);
  expect(set.train.classNames).toEqual(["cat", "dog"]);
  expect(
    [set.train, set.validation, set.test, ...set.shifts].map((s) => [s.name.split("/")[1], [...s.labels]]),
  ).toEqual([
    ["train", [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]],
    ["validation", [0, 1, 1]],
    ["test", [0, 0, 1]],
    ["sketch", [1, 1, 1]],
  ]);
  expect([...allBytes(set.train).subarray(5 * 192, 5 * 192 + 3)]).toEqual([40, 0, 60]);
});

test("images and class folders may be symbolic links; a link to nothing is named", async () => {
  const [real, linked] = [scratchFolder(), scratchFolder()];
  await writeFolder(real, layout);
  for (const split of ["train", "test"]) {
    mkdirSync(join(linked, split, "cat"), { recursive: true });
    for (const name of readdirSync(join(real, split, "cat")))
      symlinkSync(join(real, split, "cat", name), join(linked, split, "cat", name));
    symlinkSync(join(real, split, "dog"), join(linked, split, "dog"));
  }
  const [one, other] = [await load(real), await load(linked)];
  expect(other.train.labels).toEqual(one.train.labels);
  expect(allBytes(other.train)).toEqual(allBytes(one.train));
  expect(other.test.labels).toEqual(one.test.labels);
  symlinkSync(join(real, "nowhere.png"), join(linked, "train", "cat", "lost.png"));
  await expect(load(linked)).rejects.toThrow("lost.png");
});

describe("splits of ours", () => {
  async function loaded(layout: Parameters<typeof writeFolder>[1], inFolder = "", options: Partial<DataOptions> = {}) {
    const root = scratchFolder();
    await writeFolder(root, layout);
    const notices: string[] = [];
    const set = await loadDataSet({
      ...{ name: "folder", seed: 1, folder: join(root, inFolder), imageSize: 8 },
      onNotice: (line) => notices.push(line),
      ...options,
    });
    const counts = [set.train, set.validation, set.test].map(({ labels }) => [
      labels.filter((label) => label === 0).length,
      labels.filter((label) => label === 1).length,
    ]);
    return { set, notices, counts };
  }
  /** `writeFolder` writes `<split>/<class>`: classes alone are the folder of a split. */
  const classes = { all: { cat: 20, dog: 10 } };

  test("classes alone give a test set of a fifth of each, and a validation set; a notice says so", async () => {
    const { set, notices, counts } = await loaded(classes, "all");
    expect(set.train.classNames).toEqual(["cat", "dog"]);
    expect(counts).toEqual([
      [14, 7],
      [2, 1],
      [4, 2],
    ]);
    expect(notices).toEqual([
      expect.stringMatching(
        /all: no "train" folder, so its 2 folders are the classes \(cat, dog\); 6 of 30 images, 20 % of each class, are held out for the test/,
      ),
    ]);
    const pixels = [set.train, set.validation, set.test].flatMap((part) =>
      [...part.labels].map((label, row) => `${label} ${allBytes(part)[row * 192 + 1]}`),
    );
    // Green is the number of the file within its class: no image is in two sets.
    expect(new Set(pixels).size).toBe(30);
  });

  test("train and val without test: val is the test set, whatever it is called; a notice says so", async () => {
    for (const name of ["val", "valid", "validation"]) {
      const { set, notices, counts } = await loaded({ train: { cat: 20, dog: 10 }, [name]: { cat: 3, dog: 2 } });
      expect(counts).toEqual([
        [18, 9],
        [2, 1],
        [3, 2],
      ]);
      expect(set.shifts).toEqual([]);
      expect(notices).toEqual([expect.stringContaining(`no "test" folder, so ${name} is the test set`)]);
    }
  });

  test("splits that are all there, or are called otherwise, are not guessed at", async () => {
    const all = { train: { cat: 5, dog: 5 }, test: { cat: 1, dog: 1 } };
    expect((await loaded({ ...all, val: { cat: 1, dog: 1 } })).notices).toEqual([]);
    await expect(loaded({ Train: all.train, Test: all.test })).rejects.toThrow(
      /no "train" folder \(found Test, Train\)/,
    );
    await expect(loaded({ train: all.train, sketch: all.test })).rejects.toThrow(
      /no "test" folder \(found sketch, train\); add one, or give data.folder .*train, a part of which is then held out/,
    );
    const root = scratchFolder();
    for (const part of ["one", "two"]) await writeFolder(join(root, part), all);
    await expect(load(root)).rejects.toThrow(/no "train" folder \(found one, two\)/);
  });

  test("--limit-train takes so many of the training images, and the title says so", async () => {
    const { set, counts } = await loaded(classes, "all", { limitTrain: 6 });
    expect(counts).toEqual([
      [4, 2],
      [2, 1],
      [4, 2],
    ]);
    expect(set.title).toBe("all, 6 training images");
  });
});

describe("class names in Unicode", () => {
  const composed = "caf\u00e9";
  const decomposed = "cafe\u0301";

  test("that are composed in one split and decomposed in another are one class", async () => {
    const root = scratchFolder();
    await writeFolder(root, { train: { [composed]: 4, dog: 4 }, test: { dog: 1, [decomposed]: 2 } });
    const set = await load(root);
    expect(set.train.classNames).toEqual([composed, "dog"]);
    expect([...set.test.labels]).toEqual([0, 0, 1]);
  });

  test("that are both in one split are one class with the images of both", async () => {
    const root = scratchFolder();
    await writeFolder(root, { train: { [composed]: 4, [decomposed]: 3, dog: 4 }, test: { [decomposed]: 1, dog: 1 } });
    const set = await load(root);
    expect(set.train.classNames).toEqual([composed, "dog"]);
    const labels = [...set.train.labels, ...set.validation.labels];
    expect(labels.filter((label) => label === 0).length).toBe(7);
  });

  test("are in the order of code points, not of UTF-16", async () => {
    const root = scratchFolder();
    const names = ["\u{1f431}", "\uff21", "b", "Z", "\u00e9"];
    const classes = Object.fromEntries(names.map((name) => [name, 2]));
    await writeFolder(root, { train: classes, test: classes });
    expect((await load(root)).train.classNames).toEqual(["Z", "b", "\u00e9", "\uff21", "\u{1f431}"]);
  });
});

describe("files of a class folder", () => {
  /** 2 cats as PNG files, and what `add` puts beside them. */
  async function withFiles(add: (cat: string, png: Buffer) => void) {
    const root = scratchFolder();
    await writeFolder(root, { train: { cat: 2, dog: 2 }, test: { cat: 1, dog: 1 } });
    add(join(root, "train", "cat"), readFileSync(join(root, "train", "cat", "0.png")));
    const notices: string[] = [];
    const set = await loadDataSet({
      name: "folder",
      seed: 1,
      folder: root,
      imageSize: 8,
      onNotice: (line) => notices.push(line),
    });
    const cats = [...set.train.labels, ...set.validation.labels].filter((label) => label === 0).length;
    return { cats, notices, root };
  }

  test("are used in subfolders, without an extension, with another, or with a rare one", async () => {
    const { cats, notices } = await withFiles((cat, png) => {
      mkdirSync(join(cat, "2024", "may"), { recursive: true });
      writeFileSync(join(cat, "2024", "may", "a.png"), png);
      symlinkSync(join(cat, "2024"), join(cat, "linked"));
      for (const name of ["none", "b.jfif", "c.JPE", "d.img", "e.bak.2"]) writeFileSync(join(cat, name), png);
    });
    expect(notices).toEqual([]);
    expect(cats).toBe(2 + 2 + 5);
  });

  test("that are none are counted, by kind", async () => {
    const { cats, notices } = await withFiles((cat) => {
      mkdirSync(join(cat, "old"));
      for (const name of ["a.bmp", "b.BMP", "old/c.bmp", "d.ppm", "e"]) writeFileSync(join(cat, name), "BM no image");
      writeFileSync(join(cat, ".hidden.bmp"), "");
    });
    expect(cats).toBe(2);
    expect(notices.length).toBe(1);
    expect(notices[0]).toMatch(
      /train: left out 5 of 9 files, which are none of JPEG, .*\(3 \.bmp, 1 \.ppm, 1 without extension\)/,
    );
  });

  test("that lie beside the class folders, or beside the splits, are counted where they are images", async () => {
    const { cats, notices } = await withFiles((cat, png) => {
      for (const name of ["x.png", "y.png"]) writeFileSync(join(cat, "..", name), png);
      writeFileSync(join(cat, "..", "..", "z.png"), png);
      writeFileSync(join(cat, "..", "labels.csv"), "");
      writeFileSync(join(cat, "..", "..", "README.md"), "");
    });
    expect(cats).toBe(2);
    expect(notices.join("\n")).toMatch(/train: left out 2 images that lie in no class folder \(x.png, y.png\)/);
    expect(notices.join("\n")).toMatch(/left out 1 images? that lie beside the folders of splits \(z.png\)/);
    expect(notices.length).toBe(2);
  });

  test("are refused where a link leads back to a folder above", async () => {
    await expect(withFiles((cat) => symlinkSync(join(cat, ".."), join(cat, "loop")))).rejects.toThrow(
      /loop.*: a link to a folder that it lies in/,
    );
  });
});

describe.each<[string, (root: string) => void, RegExp]>([
  ["without train", (root) => rmSync(join(root, "train"), { recursive: true }), /no "train" folder \(found test\)/],
  ["without test", (root) => rmSync(join(root, "test"), { recursive: true }), /no "test" folder \(found train\)/],
  [
    "of another format",
    (root) => {
      rmSync(join(root, "train"), { recursive: true });
      writeFileSync(join(root, "test", "test-00000-of-00001.parquet"), "PAR1");
    },
    /no "train" folder \(found test\); its files are read by data.name parquet$/,
  ],
  [
    "with a table",
    (root) => {
      rmSync(join(root, "train"), { recursive: true });
      writeFileSync(join(root, "labels.csv"), "path,label");
    },
    /no "train" folder \(found test\); its labels\.csv is read by data.name image-table$/,
  ],
  ["with an unknown class", (root) => mkdirSync(join(root, "test", "cow")), /class "cow" is not among those of train/],
  [
    "with a missing class",
    (root) => rmSync(join(root, "test", "dog"), { recursive: true }),
    /class "dog" of train has no/,
  ],
  [
    "with an empty class",
    (root) => rmSync(join(root, "test", "dog", "0.png")),
    /dog: no images \(JPEG, .*\) among its 0 files/,
  ],
  ["with one class", (root) => rmSync(join(root, "train", "dog"), { recursive: true }), /at least 2 class folders/],
  [
    "with two validations",
    (root) => ["val", "valid"].forEach((s) => void mkdirSync(join(root, s))),
    /both val and valid/,
  ],
  [
    "with a text as image",
    (root) => writeFileSync(join(root, "test", "dog", "0.png"), "hello"),
    /test.dog.0\.png: not a readable image/,
  ],
  [
    "with an empty image",
    (root) => writeFileSync(join(root, "test", "cat", "1.png"), ""),
    /test.cat.1\.png: not a readable image/,
  ],
  [
    "with a truncated image",
    (root) =>
      writeFileSync(
        join(root, "train", "cat", "3.png"),
        readFileSync(join(root, "train", "cat", "3.png")).subarray(0, 60),
      ),
    /train.cat.3\.png: not a readable image/,
  ],
])("a folder %s", (_, damage, message) => {
  test("is refused in one line that says where", async () => {
    const root = scratchFolder();
    await writeFolder(root, layout);
    damage(root);
    const error = await load(root).catch((e) => e);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(root);
    expect(error.message).not.toContain("\n");
  });
});

test("no folder given, or none there", async () => {
  await expect(load()).rejects.toThrow(/which folder/);
  await expect(load("/nowhere/at-all")).rejects.toThrow("cannot read /nowhere/at-all: no such file or folder");
});

describe("decoding to 8×8 RGB", () => {
  const halves = (channels: 3 | 4): Buffer => {
    const data = Buffer.alloc(16 * 16 * channels, 255);
    for (let p = 0; p < 256; p++) if (p % 16 < 8) data.fill(0, p * channels, p * channels + channels);
    return data;
  };
  const image = (channels: 3 | 4 = 3) => sharp(halves(channels), { raw: { width: 16, height: 16, channels } });
  const pixel = (bytes: Uint8Array, y: number, x: number) => [...bytes.subarray((y * 8 + x) * 3, (y * 8 + x) * 3 + 3)];
  const black = [0, 0, 0];
  const white = [255, 255, 255];

  test.each<[string, (path: string) => Promise<unknown>, number[], number[]]>([
    ["colour.png", (path) => image().png().toFile(path), black, white],
    ["grey.png", (path) => image().toColourspace("b-w").png().toFile(path), black, white],
    ["palette.png", (path) => image().png({ palette: true }).toFile(path), black, white],
    ["deep.png", (path) => image().toColourspace("rgb16").png().toFile(path), black, white],
    ["lossless.webp", (path) => image().webp({ lossless: true }).toFile(path), black, white],
    // Transparent black on the left becomes white.
    ["alpha.png", (path) => image(4).png().toFile(path), white, white],
    // Orientation 3: upside down, so left and right change places.
    [
      "turned.jpg",
      (path) => image().withMetadata({ orientation: 3 }).jpeg({ quality: 100 }).toFile(path),
      white,
      black,
    ],
    ["colour.avif", (path) => image().avif({ lossless: true }).toFile(path), black, white],
    ["colour.gif", (path) => image().gif().toFile(path), black, white],
    ["colour.tiff", (path) => image().tiff().toFile(path), black, white],
    ["deep.tif", (path) => image().toColourspace("rgb16").tiff().toFile(path), black, white],
    ["cmyk.tif", (path) => image().toColourspace("cmyk").tiff().toFile(path), black, white],
    // Grey with alpha: two channels.
    ["grey-alpha.png", (path) => image(4).toColourspace("b-w").png().toFile(path), white, white],
    ["clear.gif", (path) => image(4).gif().toFile(path), white, white],
    ["turned.tiff", (path) => image().withMetadata({ orientation: 3 }).tiff().toFile(path), white, black],
    ["cmyk.jpg", (path) => image().toColourspace("cmyk").jpeg({ quality: 100 }).toFile(path), black, white],
  ])("%s", async (name, write, left, right) => {
    const path = join(scratchFolder(), name);
    await write(path);
    const bytes = await decodeImage(path, 8);
    expect(bytes.length).toBe(192);
    const near = (found: number[], want: number[]) =>
      expect(Math.max(...found.map((value, c) => Math.abs(value - want[c])))).toBeLessThan(50);
    near(pixel(bytes, 4, 1), left);
    near(pixel(bytes, 4, 6), right);
  });
});
