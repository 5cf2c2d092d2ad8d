import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configs, tensorsAs, tinyWeights, writeClipFolder } from "../train/dual-encoder/test-clip-folder.ts";
import { createEmbedder, loadDualEncoder, readForDualEncoder, zeroShot } from "../train/index.ts";
import { tinyConfig, tinyDataSet, untrainedRun } from "../train/testing.ts";
import { anchored, tinyImageFolder } from "./testing.ts";

let root: string;
const at = (name: string) => join(root, name);
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "zero-shot-"));
  const tensors = tensorsAs("hugging face", tinyWeights());
  writeClipFolder(at("clip"), { tensors, config: configs["hugging face"] });
  writeClipFolder(at("silent"), { tensors: tensorsAs("openai", tinyWeights()) });
  await tinyImageFolder(at("images"));
  writeFileSync(at("templates.txt"), "a {}\n{} of a {}\n");
  writeFileSync(at("names.txt"), "cd, or ef\n\n");
});
afterAll(() => rmSync(root, { recursive: true }));

describe("a folder of CLIP's weights", () => {
  const argv = () => ["predict", at("clip"), at("images/test"), "--threads", "1"];

  test("is asked by class names, with the library's numbers; what is no image is named", async () => {
    const text = at("images/test/a.txt");
    writeFileSync(text, "no image");
    const asked = [
      ...argv(),
      "--classes",
      "ab, gh",
      "--classes-from",
      at("names.txt"),
      "--templates",
      at("templates.txt"),
    ];
    const { code, out, notes } = await anchored([...asked, "--json", "--top", "3"]);
    rmSync(text);
    expect(code).toBe(2);
    expect(notes.join("\n")).toContain("a.txt: not a readable image");
    const answers = out.split("\n").map((line) => JSON.parse(line));
    expect(answers).toHaveLength(4);
    const loaded = loadDualEncoder(at("clip"));
    const embedder = createEmbedder(loaded, { threads: 1 });
    const classNames = ["ab", "gh", "cd, or ef"];
    const classifier = await zeroShot(embedder, classNames, { templates: ["a {}", "{} of a {}"] });
    const images = await readForDualEncoder(
      answers.map(({ path }) => path),
      loaded,
    );
    const { data } = await classifier.logits(images as Uint8Array[]);
    await embedder.dispose();
    for (const [n, { class: name, confidence, top }] of answers.entries()) {
      const powers = Array.from(data.subarray(3 * n, 3 * n + 3), (logit) => Math.exp(logit));
      const sum = powers[0] + powers[1] + powers[2];
      expect([name, confidence]).toEqual([top[0].class, top[0].probability]);
      expect(top.map((one: { probability: number }) => one.probability)).toEqual(
        top.map((one: { probability: number }) => one.probability).sort((a: number, b: number) => b - a),
      );
      for (const one of top) expect(one.probability).toBeCloseTo(powers[classNames.indexOf(one.class)] / sum, 5);
    }
  });

  test("answers in words: path, class, probability, then the others", async () => {
    const { code, out, notes } = await anchored([
      ...argv(),
      "--classes",
      "ab,cd",
      "--templates",
      at("templates.txt"),
      "--top",
      "2",
    ]);
    expect(notes).toEqual([]);
    expect(code).toBe(0);
    expect(out.split("\n")).toHaveLength(4);
    for (const line of out.split("\n"))
      expect(line).toMatch(/^\S+images\/test\/\S+\.png\t(ab|cd)\t\d+\.\d %\t(ab|cd) \d+\.\d %$/);
  });

  test("that does not say its activation is told", async () => {
    const [silent, ...rest] = [at("silent"), at("images/test"), "--classes", "ab,cd"];
    const refused = await anchored(["predict", silent, ...rest]);
    expect(refused.code).toBe(2);
    expect(refused.notes).toEqual([expect.stringMatching(/give --activation: quick-gelu for OpenAI's weights, gelu/)]);
    // Its heads are not said either.
    const told = await anchored(["predict", silent, ...rest, "--activation", "gelu"]);
    expect(told.notes).toEqual([expect.stringMatching(/the image tower's width 32 is not 0.5 heads/)]);
  });

  test.each<[string, string[], RegExp]>([
    ["no classes", [], /--classes: a CLIP is asked by class names/],
    ["a class twice", ["--classes", "a,b,a"], /--classes: a is given twice/],
    [
      "a flag of runs",
      ["--classes", "a", "--protocol", "k"],
      /--protocol: it is about classifiers and regressions, and \S+clip is asked by class names/,
    ],
    ["no file of names", ["--classes-from", "nowhere.txt"], /--classes-from nowhere.txt: cannot be read \(ENOENT\)/],
    ["no file of templates", ["--classes", "a", "--templates", "nowhere.txt"], /--templates nowhere.txt: cannot be/],
    [
      "an unknown activation",
      ["--classes", "a", "--activation", "relu"],
      /--activation relu: unknown; known: quick-gelu/,
    ],
  ])("%s: refused in one line", async (_, flags, message) => {
    const { code, notes, out } = await anchored([...argv(), ...flags]);
    expect([code, out]).toEqual([2, ""]);
    expect(notes).toEqual([expect.stringMatching(message)]);
  });
});

test("other models are not asked by class names", async () => {
  mkdirSync(at("empty"));
  untrainedRun(at("run"), tinyConfig(), tinyDataSet());
  const empty = await anchored(["predict", at("empty"), at("images"), "--classes", "a,b"]);
  expect(empty.notes).toEqual([expect.stringMatching(/empty: no model.safetensors or open_clip_model.safetensors/)]);
  for (const model of ["run", "names.txt"]) {
    const { code, notes } = await anchored(["predict", at(model), at("images"), "--classes", "a,b"]);
    expect(code).toBe(2);
    expect(notes).toEqual([expect.stringMatching(/--classes: it is about folders of CLIP's weights, and \S+ is none/)]);
  }
});
