/** Words of English that say nothing of what an image shows; other languages' are left out where they are common. */
const functionWords = new Set(
  "a an the of in on at and or with to for by from that this these those is are be as its it his her their".split(" "),
);

export interface VocabularyOptions {
  /** Images that a word must be said of; default 5. */
  readonly fewest?: number;
  /** Largest share of the images that a word may be said of, in (0, 1]; default 0.3: others belong to how captions are put. */
  readonly largestShare?: number;
  /** Words that there may be, the most frequent first; default 1,000. */
  readonly most?: number;
}

/**
 * Words of a text, each once: runs of letters and digits, in lower case.
 * @example
 * wordsOf("A dog, a Cat's dog") // ["a", "dog", "cat's"]
 */
export const wordsOf = (text: string): string[] => [
  ...new Set(
    text
      .normalize("NFC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu) ?? [],
  ),
];

/**
 * Words that are said of enough images and not of too many, the most frequent first, of as many alphabetically.
 * @param captions [N] of each image
 */
export function captionVocabulary(
  captions: readonly (readonly string[])[],
  { fewest = 5, largestShare = 0.3, most = 1000 }: VocabularyOptions = {},
): string[] {
  const counts = new Map<string, number>();
  for (const own of captions) for (const word of wordsOf(own.join("\n"))) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .filter(([word, count]) => count >= fewest && count <= largestShare * captions.length && !functionWords.has(word))
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([word]) => word);
}

/** [N] of each image, the numbers of the words of its captions. */
export function wordNumbers(captions: readonly (readonly string[])[], vocabulary: readonly string[]): number[][] {
  const numbers = new Map(vocabulary.map((word, i) => [word, i]));
  return captions.map((own) =>
    wordsOf(own.join("\n"))
      .map((word) => numbers.get(word))
      .filter((number) => number !== undefined),
  );
}

export interface SaidWords {
  /** Numbers of words, the likeliest first. */
  readonly words: readonly number[];
  /** Whether none is likely enough, and the likeliest stands alone. */
  readonly unsure: boolean;
}

/** The up to `most` likeliest words above `threshold`; where there are none, the likeliest. Of equals the lower number is first. */
export function likeliestWords(probabilities: Float32Array, most: number, threshold: number): SaidWords {
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a] || a - b).slice(0, most);
  const words = order.filter((word) => probabilities[word] > threshold);
  return words.length > 0 ? { words, unsure: false } : { words: order.slice(0, 1), unsure: true };
}
