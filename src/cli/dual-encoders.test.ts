import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../core/index.ts";
import { wordTokenizer } from "../data/index.ts";
import { clipVariants, createDualEncoder } from "../models/index.ts";
import { tensorsAs, writeClipFolder } from "../train/dual-encoder/test-clip-folder.ts";
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
