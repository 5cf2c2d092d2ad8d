import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../core/index.ts";
import { wordTokenizer } from "../data/index.ts";
import { openTowers } from "../export/index.ts";
import { clipVariants, createDualEncoder } from "../models/index.ts";
import { tensorsAs, writeClipFolder } from "../train/dual-encoder/test-clip-folder.ts";
import { createEmbedder, loadDualEncoder, readForDualEncoder } from "../train/index.ts";
import { anchored, tinyImageFolder, tinyTraining } from "./testing.ts";

let root: string;
const at = (name: string) => join(root, name);

/** `clip-small`, untrained, as a folder of CLIP's weights for images of 8 pixels. */
function writeUntrained(folder: string): void {
  const { params } = createDualEncoder("clip-small", { imageSize: 8 }).init(new Random("untrained"));
  const { image, text } = clipVariants["clip-small"].size;
  writeClipFolder(folder, {
    tensors: tensorsAs("openai", params as never),
    config: {
      model_type: "clip",
      vision_config: { hidden_act: "gelu", num_attention_heads: image.heads },
      text_config: { hidden_act: "gelu", num_attention_heads: text.heads },
    },
    others: { "tokenizer.json": wordTokenizer(captions.flatMap(({ texts }) => texts)) },
  });
}

const captions = ["train", "validation", "test", "sketch"].flatMap((split) =>
  ["red", "blue"].flatMap((name) =>
    Array.from({ length: split === "train" ? 4 : 2 }, (_, i) => ({
      path: `${split}/${name}/${i}.png`,
      texts: [`a ${name} square`, `number ${i} of the ${name} ones`],
    })),
  ),
);

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "dual-encoders-"));
  await tinyImageFolder(at("photos"));
  await tinyImageFolder(at("silent"));
  writeFileSync(at("photos/captions.jsonl"), captions.map((line) => JSON.stringify(line)).join("\n"));
  writeUntrained(at("clip"));
  for (const method of ["standard", "anchored"]) {
    const said = ["train", "--task", "contrastive", "--method", method, ...tinyTraining(at("photos"))];
    const references = method === "anchored" ? ["--reference-count", "3"] : [];
    expect(await anchored([...said, ...references, "--max-steps", "2", "--out", at(method)])).toMatchObject({
      code: 0,
    });
  }
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

test("an anchored run is asked by class names under its references, and so under one", async () => {
  const asked = ["predict", at("anchored"), at("photos/test"), "--classes", "red,blue", "--json"];
  const [all, one, single] = await Promise.all(
    [[], ["--k", "1"], ["--protocol", "single"]].map((flags) => anchored([...asked, ...flags])),
  );
  expect([all.code, all.out.split("\n").length]).toEqual([0, 4]);
  expect(one.out).toBe(single.out);
  expect(one.out).not.toBe(all.out);
});

describe("retrieval", () => {
  test.each([
    ["a run on its own data", () => ["standard"]],
    ["an anchored run", () => ["anchored", "--k", "2"]],
    ["a folder of CLIP's weights", () => ["clip", "--folder", at("photos")]],
  ])("%s: both ways, with intervals", async (_, argv) => {
    const [from, ...flags] = argv();
    const asked = ["retrieval", at(from), ...flags, "--threads", "1"];
    const { code, out } = await anchored([...asked, "--json"]);
    expect(code).toBe(0);
    const judged = JSON.parse(out);
    // Of each class's two images the first captions are the same text.
    expect(judged).toMatchObject({ set: "photos/test", images: 4, texts: 8, sharedTexts: 4 });
    expect([judged.imageToText.queries, judged.textToImage.queries]).toEqual([4, 8]);
    for (const way of [judged.imageToText, judged.textToImage]) {
      expect([way.recallAt10, way.intervals.recallAt10]).toEqual([1, [1, 1]]);
      expect(way.medianRank).toBeGreaterThanOrEqual(way.intervals.medianRank[0]);
      expect(way.medianRank).toBeLessThanOrEqual(way.intervals.medianRank[1]);
    }
    const { out: words } = await anchored(asked);
    expect(words.split("\n")).toHaveLength(3);
    expect(words).toMatch(/captions of an image: recall@1 \S+ % \[\S+ %, \S+ %\].*median rank \d+\.\d \[/);
  });

  test.each<[string, () => string[], RegExp]>([
    ["a folder of CLIP's weights without data", () => ["clip"], /on which images\? say --folder DIR or --data NAME/],
    [
      "images without captions",
      () => ["clip", "--folder", at("silent")],
      /silent\/test: nothing is said of its images/,
    ],
    ["a folder of images", () => ["photos"], /photos: no model\.safetensors or open_clip_model\.safetensors in it/],
    ["images of another size", () => ["standard", "--image-size", "12"], /read them at --image-size 8/],
    ["more references than there are", () => ["anchored", "--k", "9"], /--k 9: the checkpoint keeps 3/],
    ["references of a run without", () => ["standard", "--k", "2"], /--k 2: .*trained without references/],
  ])("%s is refused in one line", async (_, argv, message) => {
    const [from, ...flags] = argv();
    const { code, out, notes } = await anchored(["retrieval", at(from), ...flags]);
    expect([code, out]).toEqual([2, ""]);
    expect(notes.join("\n")).toMatch(message);
  });
});

describe("export", () => {
  test.each([
    ["a run", () => ["standard"], 0],
    ["an anchored run, under its references", () => ["anchored", "--k", "2"], 2],
    ["a folder of CLIP's weights, checked on a folder of images", () => ["clip", "--folder", at("photos")], 0],
  ])("%s: two files of any N, that say what the embedder says", async (_, argv, references) => {
    const [from, ...flags] = argv();
    const out = at(`${from}-onnx`);
    const {
      code,
      notes,
      out: told,
    } = await anchored(["export", at(from), ...flags, "--out", out, "--threads", "1", "--json"]);
    expect(code, notes.join("\n")).toBe(0);
    const { card, check } = JSON.parse(told);
    expect(card).toMatchObject({ embedding: 128, image: { height: 8, references }, text: { context: 16 } });
    expect(check).toMatchObject({ set: "photos/validation", images: 4, texts: 6 });
    expect(readFileSync(join(out, "tokenizer.json"), "utf8")).toBe(readFileSync(at(`${from}/tokenizer.json`), "utf8"));

    const towers = await openTowers(out, { threads: 1, rows: 3 });
    const loaded = loadDualEncoder(at(from), references > 0 ? { k: references } : {});
    const embedder = createEmbedder(loaded, { threads: 1 });
    const files = [0, 1].flatMap((i) => ["red", "blue"].map((name) => at(`photos/test/${name}/${i}.png`)));
    const images = (await readForDualEncoder(files, loaded)) as Uint8Array[];
    const texts = ["a red square", "a word that it never saw, and many more words than the sixteen that it reads", ""];
    const { points, agreement } = await embedder.pointsOfImages(images);
    const found = await towers.embedImages(Buffer.concat(images));
    expect(found.agreement !== undefined).toBe(references > 1);
    const pairs: [ArrayLike<number>, ArrayLike<number>][] = [
      [found.data, points.data],
      [found.agreement ?? [], agreement?.data ?? []],
      [(await towers.embedTexts(texts)).data, (await embedder.embedTexts(texts)).data],
    ];
    await towers.dispose();
    await embedder.dispose();
    for (const [actual, expected] of pairs) {
      expect(actual).toHaveLength(expected.length);
      for (let i = 0; i < expected.length; i++) expect(actual[i]).toBeCloseTo(expected[i], 5);
    }
  });

  test("weights take half the bytes in float16, and are nearly the same", async () => {
    const { code, out } = await anchored([
      "export",
      at("clip"),
      "--out",
      at("half"),
      "--precision",
      "float16",
      "--json",
    ]);
    expect(code).toBe(0);
    const { bytes, check } = JSON.parse(out);
    expect(check).toMatchObject({ set: "noise", images: 4, texts: 32 });
    expect(bytes.text).toBeLessThan(0.6 * statSync(at("clip-onnx/text.onnx")).size);
    for (const apart of Object.values<number>(check.largestDifference)) {
      expect(apart).toBeGreaterThan(0);
      expect(apart).toBeLessThan(0.01);
    }
  });

  test.each<[string, () => string[], RegExp]>([
    ["a file's name", () => ["clip", "--out", at("x.onnx")], /--out \S+x\.onnx: a dual encoder becomes two files/],
    ["the folder of a run", () => ["clip", "--out", at("standard")], /standard already holds a run or a CLIP/],
    ["the CLIP's own folder", () => ["clip", "--out", at("clip")], /clip already holds a run or a CLIP/],
    ["a flag of classifiers", () => ["clip", "--out", at("x"), "--verdict"], /--verdict: it is about classifiers/],
    ["references of what has none", () => ["clip", "--out", at("x"), "--k", "2"], /--k 2: \S+clip has no references/],
  ])("%s is refused in one line, and nothing is written", async (_, argv, message) => {
    const [from, ...flags] = argv();
    const { code, notes } = await anchored(["export", at(from), ...flags]);
    expect(code).toBe(2);
    expect(notes.join("\n")).toMatch(message);
    expect(existsSync(at("x")) || existsSync(at("x.onnx"))).toBe(false);
  });

  test("what its files are not for is said: a tower is no classifier, a classifier has no activation to be told", async () => {
    const predicted = await anchored(["predict", at("clip-onnx/image.onnx"), at("photos/test")]);
    expect(predicted.notes.join()).toMatch(/a tower of a dual encoder, which knows no classes of its own/);
    const served = await anchored(["serve", at("clip")]);
    expect(served.notes.join()).toMatch(/clip is a dual encoder, which knows no classes of its own; make a classifier/);
    const made = await anchored(["zero-shot", at("standard"), "--out", at("classifier"), "--threads", "1"]);
    expect(made.code).toBe(0);
    const told = await anchored(["export", at("classifier"), "--out", at("c.onnx"), "--activation", "gelu"]);
    expect(told.notes.join()).toMatch(/--activation: it is about dual encoders, and \S+classifier is none/);
  });
});

test("a classifier of names is a run as any other: judged on corruptions, exported, asked by file", async () => {
  const run = at("named");
  writeFileSync(at("templates.txt"), "a {} square\nthe {} ones\n");
  const made = ["zero-shot", at("clip"), "--folder", at("photos"), "--templates", at("templates.txt"), "--out", run];
  expect(await anchored([...made, "--threads", "1"])).toMatchObject({ code: 0 });
  const suites = ["--suite", "corruptions", "--corruptions", "contrast", "--severities", "3", "--threads", "1"];
  const { code, out, notes } = await anchored(["evaluate", run, ...suites, "--json"]);
  expect(code, notes.join("\n")).toBe(0);
  expect(JSON.parse(out)[0].corruptions.cells).toHaveLength(1);
  expect(await anchored(["export", run, "--out", at("named.onnx"), "--threads", "1"])).toMatchObject({ code: 0 });
  const [byRun, byFile] = await Promise.all(
    [run, at("named.onnx")].map((model) => anchored(["predict", model, at("photos/test"), "--threads", "1"])),
  );
  expect(byRun.out).toBe(byFile.out);
  expect(byRun.out.split("\n")).toHaveLength(4);
});
