import { Tokenizer } from "@huggingface/tokenizers";

/** A word that is not in the vocabulary. */
const UNKNOWN = "[UNK]";
const PADDING = "[PAD]";
const START = "[START]";
const END = "[END]";

/**
 * The `tokenizer.json` of the whole words that texts have, the most frequent first, for `textTokenizer` and for Hugging Face's
 * tokenizers. Ids: padding 0, the unknown word 1, the words, start, end.
 * @param most words that are kept; all by default
 * @example
 * const tokenizer = textTokenizer("mine", wordTokenizer(["a drawing of a dog"]));
 * const { data } = tokenizer.encode(["A drawing of a cat"], 8); // 6 2 4 5 2 1 7 0
 */
export function wordTokenizer(texts: Iterable<string>, { most = Number.POSITIVE_INFINITY } = {}): object {
  const words = [...countWords(texts)]
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([word]) => word);
  return tokenizerOf(words);
}

function tokenizerOf(words: readonly string[]): object {
  const tokens = [PADDING, UNKNOWN, ...words, START, END];
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const special = (token: string) => ({ id: token, ids: [vocab[token]], tokens: [token] });
  const piece = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [PADDING, UNKNOWN, START, END].map((content) => ({
      id: vocab[content],
      content,
      special: true,
      ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
    })),
    // Lower case, no accents; words and punctuation marks apart.
    normalizer: {
      type: "BertNormalizer",
      ...{ clean_text: true, handle_chinese_chars: true, strip_accents: true, lowercase: true },
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [piece(START), { Sequence: { id: "A", type_id: 0 } }, piece(END)],
      pair: [piece(START), { Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }, piece(END)],
      special_tokens: { [START]: special(START), [END]: special(END) },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: UNKNOWN,
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}

/** How often each word occurs, as the tokenizer itself splits texts. */
function countWords(texts: Iterable<string>): Map<string, number> {
  const { normalizer, pre_tokenizer: splitter } = new Tokenizer(tokenizerOf([]), {});
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const word of splitter!.pre_tokenize(normalizer!.normalize(text)))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
