import { HostArray, type ImageSet, type Random, textsOfClasses, UserError } from "../../core/index.ts";
import { classPrompts, type TextTokenizer, templates as usualTemplates, wordTokenizer } from "../../data/index.ts";
import type { ContrastiveOptions } from "../../tasks/index.ts";

interface Named {
  /** Ways to name a class, with {} in the place of its name. */
  readonly templates?: readonly string[];
}

/** What is said of the images of a training set. */
export interface PairTexts {
  /** Each text once. */
  readonly all: readonly string[];
  /** [N] of each image: which of `all` are said of it. */
  readonly of: readonly (readonly number[])[];
}

/**
 * The texts of each image: its captions, or its class's name in each of the templates.
 * @throws UserError where captions are asked for, and there are none
 */
export function pairTexts(
  set: ImageSet,
  { texts, templates = usualTemplates }: Pick<ContrastiveOptions, "texts"> & Named,
): PairTexts {
  const said = texts === "captions" ? captionsOf(set) : promptsOf(set, templates);
  const numbers = new Map<string, number>();
  const numberOf = (text: string): number => {
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
  // All images of a class share one list of prompts.
  const numbered = new Map<readonly string[], readonly number[]>();
  const of = said.map((own) => {
    const known = numbered.get(own) ?? own.map(numberOf);
    numbered.set(own, known);
    return known;
  });
  return { all: [...numbers.keys()], of };
}

/** Texts of the images of two sets, one set after the other. */
export function joinedTexts(first: PairTexts, second: PairTexts): PairTexts {
  const numbers = new Map(first.all.map((text, i) => [text, i]));
  const places = second.all.map((text) => {
    const place = numbers.get(text) ?? numbers.size;
    numbers.set(text, place);
    return place;
  });
  return { all: [...numbers.keys()], of: [...first.of, ...second.of.map((own) => own.map((text) => places[text]))] };
}

function captionsOf({ name, captions }: ImageSet): readonly (readonly string[])[] {
  if (!captions)
    throw new UserError(
      `task.texts captions: nothing is said of the images of ${name}; put a captions.jsonl beside them, or use task.texts classes`,
    );
  const without = captions.findIndex((own) => own.length === 0);
  if (without >= 0)
    throw new UserError(`task.texts captions: nothing is said of image ${without + 1} of ${name}; give it a caption`);
  return captions;
}

function promptsOf(set: ImageSet, templates: readonly string[]): readonly (readonly string[])[] {
  const prompts = classPrompts(textsOfClasses(set), templates);
  return Array.from(set.labels, (label) => prompts[label]);
}

/**
 * The `tokenizer.json` of the words of these texts, and of the classes' names in the templates, for networks that start afresh.
 * @param vocabulary most ids that there may be
 */
export function tokenizerFor(
  texts: readonly string[],
  set: Pick<ImageSet, "classNames" | "classTexts">,
  { templates = usualTemplates }: Named,
  vocabulary: number,
): object {
  const prompts = classPrompts(textsOfClasses(set), templates).flat();
  // Padding, the unknown word, start and end.
  return wordTokenizer([...texts, ...prompts], { most: vocabulary - 4 });
}

/** What to say where texts have more tokens than the text tower reads; nothing where none has. */
export function cutInWords(texts: readonly string[], tokenizer: TextTokenizer, context: number): string | undefined {
  const { data } = tokenizer.encode(texts, context + 1);
  // Behind the end of a text there is padding.
  const cut = texts.filter((_, i) => data[(i + 1) * (context + 1) - 1] !== 0);
  if (cut.length === 0) return undefined;
  return `${cut.length} of ${texts.length} texts have more than ${context} tokens and are cut there, e.g. "${cut[0].slice(0, 80)}"`;
}

/** Draws the texts of images at `rows`, one for each, and gives their tokens int32 [N, T]; each text is tokenised once. */
export function tokensOf(
  { all, of }: PairTexts,
  tokenizer: TextTokenizer,
  context: number,
): (rows: Int32Array, random: Random) => HostArray<"int32"> {
  const { data } = tokenizer.encode(all, context);
  return (rows, random) => {
    const tokens = new Int32Array(rows.length * context);
    for (const [i, row] of rows.entries()) {
      const own = of[row];
      const text = own[random.integer(own.length)];
      tokens.set(data.subarray(text * context, (text + 1) * context), i * context);
    }
    return new HostArray("int32", [rows.length, context], tokens);
  };
}
