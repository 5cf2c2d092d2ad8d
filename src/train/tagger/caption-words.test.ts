import { expect, test } from "vitest";
import { captionVocabulary, likeliestWords, wordNumbers, wordsOf } from "./caption-words.ts";

test("words are runs of letters and digits in lower case, each once", () => {
  expect(wordsOf("A dog, the Dog's 2 t-shirts; été")).toEqual(["a", "dog", "the", "dog's", "2", "t-shirts", "été"]);
  expect(wordsOf("e\u0301te\u0301 été dog dog")).toEqual(["été", "dog"]);
  expect(wordsOf("犬と猫")).toEqual(["犬と猫"]);
  expect(wordsOf(" …! ")).toEqual([]);
});

const captions = [
  ["a photo of a dog", "dog on grass"],
  ["a photo of a cat"],
  ["a photo of a dog and cat"],
  ["a photo of the sea"],
  ["a photo of an owl"],
];

test("a vocabulary has what is said of enough images and not of too many, counted by images", () => {
  expect(captionVocabulary(captions, { fewest: 2, largestShare: 0.4 })).toEqual(["cat", "dog"]);
  expect(captionVocabulary(captions, { fewest: 2, largestShare: 1 })).toEqual(["photo", "cat", "dog"]);
  expect(captionVocabulary(captions, { fewest: 1, largestShare: 0.4, most: 3 })).toEqual(["cat", "dog", "grass"]);
  expect(captionVocabulary(captions)).toEqual([]);
});

test("words of captions are told by their numbers, unknown ones left out", () => {
  expect(wordNumbers(captions, ["cat", "dog"])).toEqual([[1], [0], [1, 0], [], []]);
});

test("the likeliest words above the threshold are said, the lower of equals first, and one alone where there is none", () => {
  const p = Float32Array.of(0.5, 0.75, 0.25, 0.75, 0.125);
  expect(likeliestWords(p, 3, 0.25)).toEqual({ words: [1, 3, 0], unsure: false });
  expect(likeliestWords(p, 5, 0.25)).toEqual({ words: [1, 3, 0], unsure: false });
  expect(likeliestWords(p, 1, 0.25)).toEqual({ words: [1], unsure: false });
  expect(likeliestWords(p, 3, 0.75)).toEqual({ words: [1], unsure: true });
});
