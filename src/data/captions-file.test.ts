import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type DataSet, type ImageSet, imageCount, UserError } from "../core/index.ts";
import { type DataOptions, loadDataSet } from "./index.ts";
import { writeFolder } from "./test-data-sets.ts";
import { scratchFolder } from "./test-images.ts";

const layout = { train: { cat: 5, dog: 5 }, val: { cat: 1, dog: 1 }, test: { cat: 2, dog: 1 }, sketch: { dog: 2 } };
const paths = Object.entries(layout).flatMap(([split, classes]) =>
  Object.entries(classes).flatMap(([name, count]) =>
    Array.from({ length: count }, (_, i) => `${split}/${name}/${i}.png`),
  ),
);
const line = (path: string, text = `says ${path}`) => JSON.stringify({ path, text });
const whole = paths.map((path) => line(path));

async function made(lines: readonly string[] | string | Uint8Array, shape: Parameters<typeof writeFolder>[1] = layout) {
  const root = scratchFolder();
  await writeFolder(root, shape);
  const captions = join(root, "captions.jsonl");
  const write = (lines: readonly string[] | string | Uint8Array) =>
    writeFileSync(captions, Array.isArray(lines) ? `${lines.join("\n")}\n` : (lines as string));
  write(lines);
  const notices: string[] = [];
  const load = (options: Partial<DataOptions> = {}) =>
    loadDataSet({
      ...{ name: "folder", seed: 1, folder: root, imageSize: 8, onNotice: (one: string) => notices.push(one) },
      ...options,
    });
  return { root, captions, write, notices, load };
}
const setsOf = ({ train, validation, test, shifts }: DataSet): ImageSet[] => [train, validation, test, ...shifts];
const refusal = async (lines: Parameters<typeof made>[0], options: Partial<DataOptions> = {}) => {
  const { captions, load } = await made(lines);
  const error = await load(options).catch((error) => error);
  expect(error).toBeInstanceOf(UserError);
  expect(error.message).not.toContain("\n");
  return error.message.replace(captions, "FILE");
};

test("images are captioned by their paths, whatever the order of the lines, in memory and on disk", async () => {
  const { load, notices } = await made([...whole].reverse());
  for (const options of [{}, { stream: true, dataDir: scratchFolder() }])
    expect(setsOf(await load(options)).map(({ captions }) => captions)).toEqual(
      ["train", "val", "test", "sketch"].map((split) =>
        paths.filter((path) => path.startsWith(`${split}/`)).map((path) => [`says ${path}`]),
      ),
    );
  expect(notices).toEqual([]);
});

test("without a validation split and of classes alone, what is held out takes its captions along", async () => {
  const flat = { cat: { "": 10 }, dog: { "": 10 } };
  const all = ["cat", "dog"].flatMap((name) => Array.from({ length: 10 }, (_, i) => `${name}/${i}.png`));
  const { load } = await made(
    all.map((path) => line(path)),
    flat,
  );
  const set = await load({ limitTrain: 8 });
  for (const part of setsOf(set)) {
    expect(part.captions).toHaveLength(imageCount(part));
    // writeFolder draws each image of a class in a tone of its own.
    part.captions!.forEach(([said], row) => {
      const pixel = (part.images as Uint8Array)[row * 192 + 1];
      const [, name, i] = /says (\w+)\/(\d+)\.png/.exec(said)!;
      expect([name, 5 * Number(i)]).toEqual([part.classNames[part.labels[row]], pixel]);
    });
  }
  expect(setsOf(set).map(imageCount)).toEqual([8, 2, 4]);
});

test("several texts of an image: in a list, or in lines that add up; one that stands twice is kept once and told", async () => {
  const first = [
    JSON.stringify({ path: paths[0], texts: ["a", "b"], model: "a captioner" }),
    "",
    line(`./${paths[0]}`, "c"),
    line(paths[0], "a"),
  ];
  const { load, notices } = await made([...first, ...whole.slice(1)]);
  expect((await load()).train.captions!.slice(0, 2)).toEqual([["a", "b", "c"], [`says ${paths[1]}`]]);
  expect(notices).toEqual([
    expect.stringMatching(/captions.jsonl: 1 caption repeated for the same image; each is kept once/),
  ]);
});

test("images without a caption are told; a split without any is as without the file", async () => {
  const { load, notices } = await made(whole.filter((_, i) => i !== 3 && !paths[i].startsWith("test/")));
  const set = await load();
  expect(set.train.captions![3]).toEqual([]);
  expect(set.train.captions![4]).toEqual([`says ${paths[4]}`]);
  expect(set.test.captions).toBeUndefined();
  expect(set.validation.captions).toBeDefined();
  expect(notices).toEqual([
    expect.stringMatching(
      /captions.jsonl: 4 of 17 images have no caption \(train\/cat\/3.png, test\/cat\/0.png, .*, …\)$/,
    ),
  ]);
});

test("an image that cannot be read leaves with its caption", async () => {
  const { root, load } = await made(whole);
  writeFileSync(join(root, paths[2]), "no image");
  const set = await load({ badImages: "skip" });
  expect(set.train.captions).toEqual(paths.slice(0, 10).flatMap((path, i) => (i === 2 ? [] : [[`says ${path}`]])));
});

test("captions of images that are not there are refused, or skipped and told", async () => {
  const lines = [...whole, line("train/cat/99.png"), line("cat/0.png")];
  expect(await refusal(lines)).toBe(
    "FILE, line 18: there is no image train/cat/99.png in the folder, nor 1 more of its images; paths are from the folder, e.g. train/cat/1.jpg; leave such out with data.badImages skip",
  );
  const { load, notices } = await made(lines);
  expect((await load({ badImages: "skip" })).train.captions).toHaveLength(10);
  expect(notices).toEqual([
    expect.stringMatching(
      /skipped the captions of what is not in the folder: 2 images \(train\/cat\/99.png, cat\/0.png\)$/,
    ),
  ]);
});

test("names are the same in Unicode's composed and decomposed form", async () => {
  const { root, write, load } = await made(whole, { train: { a: 2, b: 2 }, val: { a: 1, b: 1 }, test: { a: 1, b: 1 } });
  mkdirSync(join(root, "train", "a", "é".normalize("NFD")));
  renameSync(join(root, "train", "a", "0.png"), join(root, "train", "a", "é".normalize("NFD"), "0.png"));
  write([line("train/a/é/0.png".normalize("NFC"), "found")]);
  expect((await load()).train.captions).toContainEqual(["found"]);
});

test.each<[string, string, RegExp]>([
  [
    "half a line",
    '{"path": "train/cat/0.png", "te',
    /^FILE, line 2: damaged, it is no JSON in UTF-8; write e.g. \{"path"/,
  ],
  ["a list", '["train/cat/0.png", "a cat"]', /^FILE, line 2: not an object/],
  ["null", "null", /^FILE, line 2: not an object/],
  ["no path", '{"text": "a cat"}', /^FILE, line 2: no path of an image/],
  ["a path that is no text", '{"path": 3, "text": "a cat"}', /^FILE, line 2: no path of an image/],
  ["no text", '{"path": "train/cat/0.png"}', /^FILE, line 2: train\/cat\/0.png has no text/],
  ["a number", '{"path": "train/cat/0.png", "text": 3}', /^FILE, line 2: train\/cat\/0.png has no text/],
  [
    "no texts",
    '{"path": "train/cat/0.png", "texts": []}',
    /line 2: the texts of train\/cat\/0.png are no list of them/,
  ],
  [
    "texts that are one",
    '{"path": "train/cat/0.png", "texts": "a"}',
    /line 2: the texts of train\/cat\/0.png are no list/,
  ],
  ["a number among texts", '{"path": "train/cat/0.png", "texts": ["a", 1]}', /line 2: train\/cat\/0.png has no text/],
  [
    "both",
    '{"path": "train/cat/0.png", "text": "a", "texts": ["b"]}',
    /line 2: train\/cat\/0.png has both text and texts/,
  ],
  ["an empty text", '{"path": "train/cat/0.png", "text": " "}', /line 2: a text of train\/cat\/0.png is empty/],
])("a line with %s is refused by its number, even where bad images are skipped", async (_, bad, message) => {
  expect(await refusal([whole[0], bad, ...whole.slice(1)], { badImages: "skip" })).toMatch(message);
});

test.each<[string, string | Uint8Array]>([
  ["is empty", ""],
  ["holds empty lines alone", "\n \r\n\n"],
])("a file that %s is refused", async (_, content) => {
  expect(await refusal(content)).toMatch(/^FILE: no captions in it; write one a line, e.g. \{"path"/);
});

test("another encoding is refused, a byte order mark and Windows' line ends are not, nor is a last line without its end", async () => {
  expect(await refusal(Buffer.from(whole.join("\n").replace("says", "né"), "latin1"))).toMatch(
    /^FILE, line 1: damaged/,
  );
  expect(await refusal(Buffer.from(whole.join("\n"), "utf16le"))).toMatch(/^FILE, line 1: damaged/);
  const { load } = await made(`\uFEFF${whole.join("\r\n")}`);
  expect((await load()).train.captions![0]).toEqual([`says ${paths[0]}`]);
});
