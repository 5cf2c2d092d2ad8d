import { expect, test } from "vitest";
import { textTokenizer, wordTokenizer } from "../../data/index.ts";
import { classesAlike } from "./classes-alike.ts";

const tokenizer = textTokenizer("words", wordTokenizer(["a drawing of a dog", "a drawing of a cat", "a long text"]));

test("classes that are told apart are not spoken of", () => {
  expect(classesAlike(tokenizer, 8, ["dog", "cat"], ["a drawing of a {}"])).toBeUndefined();
});

test("classes that are one text to the model, by unknown words or where texts are cut, are named", () => {
  expect(classesAlike(tokenizer, 8, ["dog", "newt", "eft"], ["a drawing of a {}"])).toContain("apart: newt, eft; call");
  expect(classesAlike(tokenizer, 5, ["dog", "cat"], ["a drawing of a {}"])).toContain("only 5 tokens");
  // One template that tells them apart is enough.
  expect(classesAlike(tokenizer, 5, ["dog", "cat"], ["a drawing of a {}", "a {}"])).toBeUndefined();
  const many = ["b c", "d e", "f g", "h i"];
  expect(classesAlike(tokenizer, 8, many, ["a {}"])).toContain("b c, d e, f g, …");
});
