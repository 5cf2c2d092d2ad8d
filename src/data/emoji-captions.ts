import { Random } from "../core/index.ts";
import { emojiWordsOf } from "./emoji-words.ts";

/** Texts of each drawing: its label, and so many of the templates. */
const TEMPLATES_OF_A_DRAWING = 5;
/** And so many of its tags alone, where it has any. */
const TAGS_ALONE = 2;

const MOST_TAGS = 4;
const FEWEST_TAGS = 2;

/** Where the label goes, with the article that it takes, or without. */
const templates = [
  "a drawing of {a label}",
  "a picture of {a label}",
  "an icon of {a label}",
  "an emoji of {a label}",
  "a small drawing of {a label}",
  "a drawing of the {label}",
  "a picture that shows {a label}",
  "a cartoon of {a label}",
  "clip art of {a label}",
  "the symbol for {label}",
];

/**
 * What is said of a drawing: its label ("dog face"), then templates, no two alike, with two to four of its tags that the label
 * does not hold ("a drawing of a dog face, pet, puppy"), fewer where there are no more. The same seed says the same of a
 * drawing, whatever others are there.
 */
export function emojiCaptions({ vendor, concept }: { vendor: string; concept: string }, seed: number): string[] {
  const { label, tags } = emojiWordsOf(concept);
  const words = label.toLowerCase().split(/[\s:]+/);
  const further = tags.filter((tag) => !words.includes(tag.toLowerCase()));
  const random = new Random(seed, "emoji captions", vendor, concept);
  const said = random.shuffle([...templates]).slice(0, TEMPLATES_OF_A_DRAWING);
  const some = (words: readonly string[]): string[] =>
    random.shuffle([...words]).slice(0, FEWEST_TAGS + random.integer(MOST_TAGS - FEWEST_TAGS + 1));
  const named = said.map((template) => {
    const text = template.replace("{a label}", () => withArticle(label)).replace("{label}", () => label);
    return [text, ...some(further)].join(", ");
  });
  const alone =
    tags.length > 0 ? Array.from({ length: TAGS_ALONE }, () => `a drawing of ${some(tags).join(", ")}`) : [];
  return [label, ...named, ...alone];
}

const withArticle = (label: string): string => `${/^[aeiou]/i.test(label) ? "an" : "a"} ${label}`;
