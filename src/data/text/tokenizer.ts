import { Tokenizer } from "@huggingface/tokenizers";
import { HostArray, UserError } from "../../core/index.ts";

/** Texts → the ids of their tokens. */
export interface TextTokenizer {
  /** Ids are 0 to one less. */
  readonly vocabulary: number;
  /** The id that ends every text: the greatest, at which a text tower reads. */
  readonly end: number;
  /** Whether no part of a text stands for what the vocabulary does not have. */
  knows(text: string): boolean;
  /**
   * Texts → int32 [N, T]: a start, the text's tokens, the end, then zeros. Of a text that is too long the last tokens are left
   * out, never the end.
   */
  encode(texts: readonly string[], context: number): HostArray<"int32">;
}

/** What is padded with; no token sees those behind it. */
const PADDING = 0;

/**
 * A tokenizer of `tokenizer.json` as Hugging Face's tokenizers write it, and of `tokenizer_config.json` where it is there:
 * CLIP's own (byte-level BPE), or one of words by `wordTokenizer`.
 * @param where what messages call it
 * @throws UserError where it is none, or does not end texts with its greatest id
 * @example
 * import { readFileSync } from "node:fs";
 * const json = JSON.parse(readFileSync("clip/tokenizer.json", "utf8"));
 * const { data } = textTokenizer("clip/tokenizer.json", json).encode(["a photo of a cat"], 77);
 */
export function textTokenizer(where: string, json: object, config: object = {}): TextTokenizer {
  let tokenizer: Tokenizer;
  let empty: readonly number[];
  try {
    tokenizer = new Tokenizer(json, config);
    empty = tokenizer.encode("").ids;
  } catch (error) {
    throw new UserError(`${where}: no tokenizer that can be read (${(error as Error).message})`);
  }
  const greatest = Math.max(...tokenizer.get_vocab().values());
  const end = empty.at(-1);
  if (empty.length < 2 || end !== greatest)
    throw new UserError(
      `${where}: it must set a start before and its greatest id, ${greatest}, behind every text, at which a text tower reads; an empty text is ${empty.length === 0 ? "nothing" : empty.join(" ")}`,
    );
  const { unk_token: unknownToken } = (json as { model?: { unk_token?: string | null } }).model ?? {};
  const unknown = unknownToken ? tokenizer.token_to_id(unknownToken) : undefined;
  return {
    vocabulary: greatest + 1,
    end,
    // The first is the start, the last the end, which of CLIP's own tokenizer is the unknown token too.
    knows: (text) =>
      !tokenizer
        .encode(text)
        .ids.slice(1, -1)
        .some((id: number) => id === unknown),
    encode(texts, context) {
      const ids = new Int32Array(texts.length * context).fill(PADDING);
      for (const [row, text] of texts.entries()) {
        const own = tokenizer.encode(text).ids;
        ids.set(own.slice(0, context), row * context);
        if (own.length > context) ids[(row + 1) * context - 1] = end;
      }
      return new HostArray("int32", [texts.length, context], ids);
    },
  };
}
