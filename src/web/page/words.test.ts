import { expect, test } from "vitest";
import { wordsOf } from "./words.ts";

test("words are apart by commas, each once, as many and as long as a page can show", () => {
  expect(wordsOf(" a red  heart,dog,, dog ,Dog")).toEqual({ words: ["a red heart", "dog", "Dog"], left: 0 });
  expect(wordsOf(" , ")).toEqual({ words: [], left: 0 });
  const many = Array.from({ length: 27 }, (_, i) => `${i}`);
  expect(wordsOf(many.join())).toEqual({ words: many.slice(0, 24), left: 3 });
  expect(wordsOf("a".repeat(100)).words[0]).toHaveLength(80);
});
