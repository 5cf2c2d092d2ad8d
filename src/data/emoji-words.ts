import { createRequire } from "node:module";

/** What emojibase says of a concept, in English. */
export interface EmojiWords {
  readonly label: string;
  /** Unicode's, its words with spaces between. */
  readonly subgroup: string;
  /** Single words, sorted. */
  readonly tags: readonly string[];
}

/** Concepts that a subgroup has at least, to be a class. */
export const CONCEPTS_OF_A_SUBGROUP = 8;

/**
 * Unicode's subgroups of emoji that have at least 8 of the usable concepts, and how many each has: 51 classes of
 * 865 concepts.
 * @example
 * console.log(Object.keys(emojiSubgroups)); // the classes of `emoji` with label "subgroup"
 */
export const emojiSubgroups: Readonly<Record<string, number>> = {
  alphanum: 34,
  "animal bird": 12,
  "animal bug": 10,
  "animal mammal": 45,
  "animal marine": 12,
  arrow: 20,
  "av symbol": 24,
  "book paper": 17,
  clothing: 28,
  computer: 12,
  drink: 13,
  emotion: 14,
  event: 19,
  "face concerned": 22,
  "face neutral skeptical": 9,
  "face smiling": 13,
  "food asian": 13,
  "food fruit": 15,
  "food prepared": 21,
  "food sweet": 12,
  "food vegetable": 9,
  game: 13,
  geometric: 21,
  heart: 16,
  keycap: 12,
  "light video": 15,
  mail: 13,
  money: 8,
  music: 9,
  office: 23,
  "other symbol": 20,
  "person gesture": 9,
  "person role": 9,
  "person sport": 16,
  "place building": 23,
  "place geographic": 9,
  "place other": 16,
  "plant flower": 10,
  "plant other": 13,
  religion: 12,
  "sky weather": 46,
  sound: 9,
  sport: 21,
  time: 31,
  tool: 16,
  "transport air": 11,
  "transport ground": 43,
  "transport sign": 13,
  "transport water": 8,
  warning: 13,
  zodiac: 13,
};

/**
 * What subgroups are called in texts, in words of the captions: fifteen words of Unicode's names (mammal, transport, …) occur in none.
 * Chosen by the words alone, before any network was asked by them.
 */
export const emojiSubgroupTexts: Readonly<Record<string, string>> = {
  alphanum: "button with letters",
  "animal bird": "bird",
  "animal bug": "insect",
  "animal mammal": "animal",
  "animal marine": "fish, ocean animal",
  "av symbol": "button with a triangle",
  "book paper": "book",
  emotion: "comic balloon",
  event: "celebration",
  "face concerned": "sad face",
  "face neutral skeptical": "awkward face, expressionless",
  "face smiling": "happy smiling face",
  "food asian": "food with rice",
  "food fruit": "fruit",
  "food prepared": "food",
  "food sweet": "dessert, sweet",
  "food vegetable": "vegetable",
  heart: "heart, love",
  "light video": "video camera",
  office: "file, chart",
  "other symbol": "mark",
  "person gesture": "person, gesture",
  "person role": "person, crown",
  "person sport": "person, sport",
  "place building": "building",
  "place geographic": "mountain, island",
  "place other": "city",
  "plant flower": "flower",
  "plant other": "plant, leaf",
  "sky weather": "weather, moon",
  sport: "ball, sport",
  time: "clock, time",
  "transport air": "airplane",
  "transport ground": "vehicle, car, train",
  "transport sign": "sign, bathroom",
  "transport water": "boat",
  warning: "prohibited",
};

interface WordsFile {
  /** The npm package that they are from. */
  readonly source: string;
  readonly licence: string;
  readonly concepts: Readonly<Record<string, EmojiWords>>;
}

const require = createRequire(import.meta.url);

/** Words of the concepts by name; scripts/emoji-words.mjs writes the file. */
// Required, not imported: Node 20 warns of each import of JSON.
const wordsFile = (): WordsFile => require("./emoji-words.json");

/** What is said of a concept: of one that emojibase does not have, its name alone. */
export function emojiWordsOf(concept: string): EmojiWords {
  const { concepts } = wordsFile();
  if (Object.hasOwn(concepts, concept)) return concepts[concept];
  return { label: concept.replaceAll("-", " "), subgroup: "", tags: [] };
}
