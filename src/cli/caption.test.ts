import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "./testing.ts";

let root: string;
const at = (name: string) => join(root, name);

/** Red and blue squares: colours in the captions, a word of all images, and one that no image shows. */
const captions = ["train", "validation", "test"].flatMap((split) =>
  ["red", "blue"].flatMap((name) =>
    Array.from({ length: split === "train" ? 4 : 2 }, (_, i) => ({
      path: `${split}/${name}/${i}.png`,
      text: `a ${name} square, ${i % 2 === 0 ? "even" : "odd"}`,
    })),
  ),
);

/** Words that half of eight images have, and so no template's. */
const LEARNED = ["--fewest", "3", "--largest-share", "0.5", "--threads", "1"];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "caption-"));
  await tinyImageFolder(at("photos"));
  writeFileSync(at("photos/captions.jsonl"), captions.map((line) => JSON.stringify(line)).join("\n"));
  await tinyImageFolder(at("silent"));
  mkdirSync(at("none"));
  for (const method of ["standard", "anchored"]) {
    const said = ["train", "--task", "contrastive", "--method", method, ...tinyTraining(at("photos"))];
    const references = method === "anchored" ? ["--reference-count", "3"] : [];
    const trained = await anchored([...said, ...references, "--max-steps", "2", "--out", at(method)]);
    expect(trained.code, trained.notes.join("\n")).toBe(0);
  }
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

const linesOf = (path: string) =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { path: string; text: string; probabilities: Record<string, number> });

describe.each(["standard", "anchored"])("the tagger of a run, %s", (run) => {
  test("says words of every image, which training then reads", async () => {
    const folder = at(`silent-${run}`);
    cpSync(at("silent"), folder, { recursive: true });
    const said = ["--words", "1", "--template", "an image of {}", ...LEARNED];
    const { code, out, notes } = await anchored(["caption", at(run), folder, ...said, "--json"]);
    expect(code, notes.join("\n")).toBe(0);
    const file = join(folder, "captions.jsonl");
    expect(JSON.parse(out)).toMatchObject({ from: at(run), out: file, images: 20, vocabulary: 4, trainImages: 8 });
    const lines = linesOf(file);
    expect(lines.map(({ path }) => path)).toContain("sketch/blue/1.png");
    for (const { text, probabilities } of lines) {
      const [word] = Object.keys(probabilities);
      expect(text).toBe(`an image of ${word}`);
      expect(["red", "blue", "even", "odd"]).toContain(word);
    }
    // Red and blue noise is told apart even by weights of two steps; parity is not shown.
    const right = lines.filter(({ path, text }) => path.includes(text.split(" ").at(-1)!));
    expect(right.length).toBeGreaterThan(14);
    const tuned = at(`tuned-${run}`);
    const flags = [
      "--task",
      "contrastive",
      "--texts",
      "classes",
      "--caption-weight",
      "1",
      "--max-steps",
      "1",
      "--out",
      tuned,
    ];
    const trained = await anchored(["train", "--init", at(run), ...tinyTraining(folder), ...flags]);
    expect(trained.code, trained.notes.join("\n")).toBe(0);
    const { config } = JSON.parse(readFileSync(join(tuned, "config.json"), "utf8"));
    expect(config.task).toMatchObject({ texts: "classes", captionWeight: 1 });
  });
});

test("the same command says the same, wherever it writes, in words too", async () => {
  const told = await Promise.all(
    ["one", "two"].map((name) =>
      anchored(["caption", at("standard"), at("silent"), ...LEARNED, "--out", at(`${name}.jsonl`)]),
    ),
  );
  expect(told.map(({ code }) => code)).toEqual([0, 0]);
  expect(readFileSync(at("one.jsonl"), "utf8")).toBe(readFileSync(at("two.jsonl"), "utf8"));
  expect(told[0].out).toMatch(/one\.jsonl: captions of 20 images/);
  expect(told[0].out).toMatch(/4 words learned from 8 images, strength \S+\nof 4 validation images: precision \S+ %/);
});

test("where no word is likely enough the likeliest stands alone, and that is told", async () => {
  const out = at("unsure.jsonl");
  const asked = ["caption", at("standard"), at("silent"), ...LEARNED, "--threshold", "1", "--out", out];
  const told = await anchored(asked);
  expect(told.out).toContain("of 20 no word was likely enough");
  expect(linesOf(out).every(({ probabilities }) => Object.keys(probabilities).length === 1)).toBe(true);
});

test.each<[string, () => string[], RegExp]>([
  ["a file that is there", () => ["standard", "photos"], /--out .*captions\.jsonl: is there already/],
  ["a template without {}", () => ["standard", "silent", "--template", "a dog"], /--template a dog: has no \{\}/],
  ["a folder without images", () => ["standard", "none"], /none: no images in it/],
  ["words that are too rare", () => ["standard", "silent", "--fewest", "9"], /--fewest 1/],
  ["data without captions", () => ["standard", "none2", "--folder", at("silent")], /nothing is said of its training/],
  ["a folder of images", () => ["photos", "silent"], /photos: no model\.safetensors/],
  ["no words at all", () => ["standard", "silent", "--words", "0"], /--words 0: /],
])("%s is refused in one line, and nothing is written", async (_, argv, message) => {
  if (!existsSync(at("none2"))) cpSync(at("silent/test/red"), at("none2"), { recursive: true });
  const [from, folder, ...flags] = argv();
  const { code, out, notes } = await anchored(["caption", at(from), at(folder), ...flags]);
  expect([code, out]).toEqual([2, ""]);
  expect(notes.join("\n")).toMatch(message);
  for (const name of ["silent", "none", "none2"]) expect(existsSync(at(`${name}/captions.jsonl`))).toBe(false);
});

test("an image that cannot be read is named, and nothing is written", async () => {
  cpSync(at("silent/test"), at("damaged"), { recursive: true });
  writeFileSync(at("damaged/red/1.png"), "no image");
  const { code, notes } = await anchored(["caption", at("standard"), at("damaged"), ...LEARNED]);
  expect(code).toBe(2);
  expect(notes.join("\n")).toMatch(/damaged\/red\/1\.png/);
  expect(existsSync(at("damaged/captions.jsonl"))).toBe(false);
});
