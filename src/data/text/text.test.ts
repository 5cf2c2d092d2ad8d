import { describe, expect, test } from "vitest";
import { UserError } from "../../core/index.ts";
import { classPrompts, parseTemplates, templates } from "./templates.ts";
import { clipTokenizerJson } from "./test-tokenizer.ts";
import { textTokenizer } from "./tokenizer.ts";
import { wordTokenizer } from "./word-tokenizer.ts";

describe("a tokenizer of byte pairs, as CLIP's", () => {
  const tokenizer = textTokenizer("clip", clipTokenizerJson(["c a", "ca t</w>", "d o", "do g</w>"]));
  const { end } = tokenizer;
  const [start, a, cat, dog] = [end - 1, ...tokenizer.encode(["a cat dog"], 5).data.slice(1, 4)];

  test("texts begin with the start, end with the greatest id, and are padded by zeros", () => {
    expect(tokenizer.vocabulary).toBe(512 + 4 + 2);
    expect(end).toBe(517);
    const ids = tokenizer.encode(["A  cat", "", "dog"], 5);
    expect(ids.shape).toEqual([3, 5]);
    expect([...ids.data]).toEqual([start, a, cat, end, 0, start, end, 0, 0, 0, start, dog, end, 0, 0]);
  });

  test("what is cut off is never the end", () => {
    const ids = tokenizer.encode(["cat cat dog dog dog", "cat dog a"], 5);
    expect([...ids.data]).toEqual([start, cat, cat, dog, end, start, cat, dog, a, end]);
  });

  test("every text is known, being bytes", () => {
    expect(["a cat", "zebra ✓", ""].map(tokenizer.knows)).toEqual([true, true, true]);
  });
});

describe("a tokenizer of words", () => {
  const json = wordTokenizer(["a drawing of a dog", "A café: a dog's", "[PAD]"]);

  test("has the words of the texts, the most frequent first, and one id for all others", () => {
    const tokenizer = textTokenizer("words", json);
    const { data } = tokenizer.encode(["A dog, of Café"], 8);
    const { vocab } = (json as { model: { vocab: Record<string, number> } }).model;
    expect(Object.keys(vocab).slice(0, 4)).toEqual(["[PAD]", "[UNK]", "a", "dog"]);
    const { a, dog, of, cafe } = vocab;
    expect([...data]).toEqual([tokenizer.end - 1, a, dog, 1, of, cafe, tokenizer.end, 0]);
    expect(tokenizer.vocabulary).toBe(Object.keys(vocab).length);
  });

  test("tells what it does not know", () => {
    const tokenizer = textTokenizer("words", json);
    expect(["a Dog", "a zebra", ""].map(tokenizer.knows)).toEqual([true, false, true]);
  });

  test("keeps as many as are asked for", () => {
    expect(textTokenizer("words", wordTokenizer(["b a a b b c"], { most: 2 })).vocabulary).toBe(2 + 2 + 2);
  });
});

test.each<[string, object, RegExp]>([
  ["nothing", {}, /^mine: no tokenizer that can be read/],
  [
    "no start and end",
    { ...clipTokenizerJson([]), post_processor: null },
    /^mine: it must set a start before and its greatest id, 513, behind/,
  ],
])("%s: refused as a tokenizer", (_, json, message) => {
  expect(() => textTokenizer("mine", json)).toThrow(UserError);
  expect(() => textTokenizer("mine", json)).toThrow(message);
});

test("each class is named in each template, as it is written", () => {
  expect(classPrompts(["cat", "$& dog"], ["a {}", "{}, a {}"])).toEqual([
    ["a cat", "cat, a cat"],
    ["a $& dog", "$& dog, a $& dog"],
  ]);
  for (const template of templates) expect(template.split("{}"), template).toHaveLength(2);
});

test("templates of a text: one a line", () => {
  expect(parseTemplates("mine.txt", "# photos\n\n a photo of a {} \r\n{}\n")).toEqual(["a photo of a {}", "{}"]);
  expect(() => parseTemplates("mine.txt", "a {}\na photo\n")).toThrow('mine.txt: line 2, "a photo", has no {}');
  expect(() => parseTemplates("mine.txt", "\n# none\n")).toThrow("no templates in it");
});

test.each<[string, string[], string]>([
  ["none", [], "none is given"],
  ["an empty one", ["a", " "], "name 2 of 2 is empty"],
  ["one twice", ["a", "b", "a"], "a is given twice"],
])("class names, %s: refused", (_, names, message) => {
  expect(() => classPrompts(names, templates)).toThrow(message);
});
