import type { HostArray } from "../core/host-array.ts";
import type { Image } from "../core/image-set.ts";
import { type TextTokenizer, textTokenizer } from "../data/text/tokenizer.ts";
import type { WebModel, WebRuntime } from "../engine/runtime/web.ts";
import type { Ranking } from "./calls.ts";
import type { DualEncoderEntry } from "./manifest.ts";

/** A dual encoder of the page: both exported towers, and the tokenizer. */
export class DualEncoder {
  /** Points [d] of words that were asked before. */
  readonly #known = new Map<string, Float32Array>();

  private constructor(
    readonly entry: DualEncoderEntry,
    readonly image: WebModel,
    readonly text: WebModel,
    readonly tokenizer: TextTokenizer,
  ) {}

  static async open(
    runtime: WebRuntime,
    entry: DualEncoderEntry,
    files: Record<string, ArrayBuffer>,
  ): Promise<DualEncoder> {
    const jsonOf = (path: string) => JSON.parse(new TextDecoder().decode(files[path])) as object;
    const config = entry.tokenizerConfig === undefined ? {} : jsonOf(entry.tokenizerConfig);
    return new DualEncoder(
      entry,
      await runtime.openModel(new Uint8Array(files[entry.image])),
      await runtime.openModel(new Uint8Array(files[entry.text])),
      textTokenizer(entry.title, jsonOf(entry.tokenizer), config),
    );
  }

  /** Logits [W] of words for one picture, and which of them it knows. */
  async rank(
    { height, width, channels, data }: Image,
    words: readonly string[],
  ): Promise<Omit<Ranking, "milliseconds">> {
    const fed = { dtype: "uint8", shape: [1, height, width, channels], data } as const;
    const { embedding, agreement } = await this.image.run({ images: fed });
    const scale = this.entry.scale * (agreement?.[0] ?? 1);
    const logits = new Float32Array(words.length);
    for (const [k, word] of words.entries()) logits[k] = scale * product(embedding, await this.#pointOf(word));
    return { logits, known: words.map((word) => this.tokenizer.knows(word)) };
  }

  /** The mean of what the templates say of a word, of length 1. */
  async #pointOf(word: string): Promise<Float32Array> {
    const known = this.#known.get(word);
    if (known) return known;
    const { templates, context, embedding: d } = this.entry;
    const said = templates.map((template) => template.replaceAll("{}", () => word));
    const tokens: HostArray<"int32"> = this.tokenizer.encode(said, context);
    const { embedding } = await this.text.run({ tokens });
    const mean = new Float32Array(d);
    for (const [i, value] of embedding.entries()) mean[i % d] += value;
    const length = Math.hypot(...mean);
    const point = mean.map((value) => value / length);
    this.#known.set(word, point);
    return point;
  }
}

const product = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
