import type { Image } from "../../core/image-set.ts";
import { armColorName } from "../../core/palette.ts";
import { softmax } from "../../evaluate/softmax.ts";
import type { Client } from "../client.ts";
import type { DualEncoderEntry, Manifest } from "../manifest.ts";
import { element, latest, percent } from "./element.ts";

/** More than these are left out, and longer ones are cut: a page, not a search engine. */
const MOST_WORDS = 24;
const LONGEST = 80;

export interface WordsOptions {
  readonly manifest: Manifest;
  readonly client: Client;
  readonly onProblem: (text: string) => void;
}

/** Whatever words the visitor types, ranked for the picture by dual encoders. */
export class Words {
  readonly node: HTMLElement;
  readonly #options: WordsOptions;
  readonly #input: HTMLInputElement;
  readonly #note = element("p", { class: "note", role: "status" });
  readonly #rankings: readonly RankingCard[];
  #shown: Image | undefined;
  readonly #refresh = latest(() => this.#rank());

  constructor(options: WordsOptions) {
    this.#options = options;
    const { words, models } = options.manifest;
    const { suggested, dualEncoders } = words!;
    this.#input = element("input", {
      type: "text",
      id: "words",
      value: suggested.join(", "),
      autocomplete: "off",
      oninput: () => void this.#refresh(),
    });
    this.#rankings = dualEncoders.map((entry, i) => new RankingCard(entry, models.length + i));
    this.node = element(
      "section",
      { class: "card words", "aria-labelledby": "words-title" },
      element("h2", { id: "words-title" }, "Ask by any words"),
      element("label", { htmlFor: "words" }, "Words, apart by commas"),
      this.#input,
      this.#note,
      element("div", { class: "rankings" }, ...this.#rankings.map(({ node }) => node)),
    );
  }

  /** Ranks the words for another picture. */
  show(image: Image): Promise<void> {
    this.#shown = image;
    return this.#refresh();
  }

  async #rank(): Promise<void> {
    const image = this.#shown;
    if (!image) return;
    const { words, left } = wordsOf(this.#input.value);
    this.#note.textContent = left > 0 ? `Only the first ${MOST_WORDS} are ranked; ${left} are left out.` : "";
    try {
      const rankings = words.length > 0 ? await this.#options.client.call("rank", { image, words }) : undefined;
      for (const [i, card] of this.#rankings.entries()) card.show(words, rankings?.[i]);
    } catch (error) {
      this.#options.onProblem((error as Error).message);
    }
  }
}

/** Each once, in their order. */
export function wordsOf(text: string): { readonly words: readonly string[]; readonly left: number } {
  const all = text.split(",").map((word) => word.trim().replace(/\s+/g, " ").slice(0, LONGEST));
  const distinct = [...new Set(all.filter(Boolean))];
  return { words: distinct.slice(0, MOST_WORDS), left: Math.max(0, distinct.length - MOST_WORDS) };
}

/** How one dual encoder ranks them. */
class RankingCard {
  readonly node: HTMLElement;
  readonly #best = element("p", { class: "answer" });
  readonly #bars = element("ol", { class: "bars" });
  readonly #unknown = element("p", { class: "note" });

  constructor({ title, description }: DualEncoderEntry, index: number) {
    this.node = element(
      "article",
      { class: `ranking ${armColorName(index)}`, "aria-labelledby": `words-${index}` },
      element("h3", { id: `words-${index}` }, element("i", { class: "swatch", "aria-hidden": "true" }), title),
      element("p", { class: "about" }, description),
      this.#best,
      this.#bars,
      this.#unknown,
    );
  }

  show(
    words: readonly string[],
    ranking: { readonly logits: Float32Array; readonly known: readonly boolean[] } | undefined,
  ) {
    const { logits = new Float32Array(), known = [] } = ranking ?? {};
    const probabilities = words.length > 0 ? softmax(logits, words.length).probabilities : [];
    const order = words.map((_, k) => k).sort((a, b) => logits[b] - logits[a] || a - b);
    this.node.dataset.ranked = JSON.stringify(order.map((k) => words[k]));
    this.#best.textContent = order.length > 0 ? words[order[0]] : "Type a word.";
    this.#bars.replaceChildren(
      ...order.map((k, place) =>
        element(
          "li",
          { class: `bar${place === 0 ? " top" : ""}`, "data-share": String(probabilities[k]) },
          element("span", { class: "name", title: words[k] }, words[k]),
          element(
            "span",
            { class: "track", "aria-hidden": "true" },
            element("i", { style: `width:${100 * probabilities[k]}%` }),
          ),
          element("span", { class: "share" }, percent(probabilities[k])),
        ),
      ),
    );
    const strange = words.filter((_, k) => known[k] === false);
    this.#unknown.textContent =
      strange.length === 0
        ? "Shares are among these words alone: one of them always wins."
        : `It never read ${strange.map((word) => `“${word}”`).join(", ")}, and can only guess there.`;
  }
}
