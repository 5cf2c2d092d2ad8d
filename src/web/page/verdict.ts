import type { Image } from "../../core/image-set.ts";
import { armColorName } from "../../core/palette.ts";
import type { ModelEntry } from "../manifest.ts";
import { element, percent, svg } from "./element.ts";
import { isForeign, Known, type TrainingPictures } from "./known.ts";
import { thumbnail } from "./picture.ts";
import { cleanPictures, type Reading } from "./reading.ts";

/** More classes than these are shown by their probability alone, the largest first. */
const SHOWN = 10;

export interface Shown {
  readonly classNames: readonly string[];
  /** The visitor's own class, the last one, where there is one. */
  readonly own: boolean;
  readonly label?: number;
  /** Whether references are to appear one after the other. */
  readonly oneByOne: boolean;
}

/** What one model says: its answer, its doubt, a bar for each class, and a dot for each reference. */
export class Verdict {
  readonly node: HTMLElement;
  readonly #answer = element("p", { class: "answer" });
  readonly #doubt = element("div", { class: "doubt" });
  readonly #bars = element("div", { class: "bars", role: "img" });
  readonly #references = element("ol", { class: "references" });
  readonly #said = element("p", { class: "said" });
  readonly #thumbnails: readonly HTMLElement[];
  readonly #known?: Known;

  constructor(
    readonly entry: ModelEntry,
    readonly index: number,
    references: readonly Image[],
    training: TrainingPictures,
  ) {
    if (entry.verdict) this.#known = new Known(entry.verdict, training);
    this.#thumbnails = references.map((image, r) =>
      element("li", {}, thumbnail(image, `Reference ${r + 1}`), element("span", {})),
    );
    this.#references.append(...this.#thumbnails);
    this.node = element(
      "article",
      { class: `card verdict ${armColorName(index)}`, "aria-labelledby": `model-${index}` },
      element("h3", { id: `model-${index}` }, element("i", { class: "swatch", "aria-hidden": "true" }), entry.title),
      element("p", { class: "about" }, entry.description),
      this.#answer,
      this.#doubt,
      this.#known?.node,
      this.#bars,
      this.#said,
      ...(references.length > 0 ? [this.#references] : []),
    );
  }

  show(reading: Reading, { classNames, own, label, oneByOne }: Shown): void {
    const { predicted, doubt, probabilities } = reading;
    const right = label === undefined ? undefined : label === predicted;
    this.node.dataset.predicted = classNames[predicted];
    this.node.dataset.doubt = String(doubt);
    this.node.dataset.spread = String(reading.spread);
    const foreign = isForeign(this.entry, reading, { classNames, own });
    if (this.#known && reading.known) {
      this.#known.show(reading.known, classNames, foreign);
      // The verdict knows nothing of the visitor's own class.
      this.#known.node.hidden = own && predicted === classNames.length - 1;
    }
    this.node.dataset.known = String(!foreign);
    this.#answer.replaceChildren(
      classNames[predicted],
      ...(right === undefined
        ? []
        : [element("span", { class: right ? "right" : "wrong" }, right ? "right" : `wrong: ${classNames[label!]}`)]),
    );
    this.#doubt.replaceChildren(
      element("span", {}, "Doubt"),
      element("span", { class: "meter" }, element("i", { style: `width:${100 * doubt}%` })),
      element("b", {}, percent(doubt)),
    );
    this.#showBars(reading, classNames, own, oneByOne);
    this.#bars.setAttribute(
      "aria-label",
      `Probabilities: ${ranked(probabilities)
        .slice(0, 4)
        .map((k) => `${classNames[k]} ${percent(probabilities[k])}`)
        .join(", ")}`,
    );
    this.#said.textContent = this.#inWords(reading, own);
    this.#showReferences(reading, classNames, oneByOne);
  }

  #showBars(
    { probabilities, byReference, predicted, uncertainty }: Reading,
    classNames: readonly string[],
    own: boolean,
    oneByOne: boolean,
  ): void {
    const order = classNames.length <= SHOWN + 1 ? classNames.map((_, k) => k) : ranked(probabilities).slice(0, SHOWN);
    this.#bars.replaceChildren(
      ...order.map((k) => {
        const dots = this.entry.references > 1 ? byReference.map((each, r) => dot(each[k], r, oneByOne)) : [];
        const classes = [k === predicted ? "top" : "", own && k === classNames.length - 1 ? "own" : ""].join(" ");
        return element(
          "div",
          {
            class: `bar ${classes}`,
            title: `${classNames[k]}: ${percent(probabilities[k])}${dots.length > 0 ? `, uncertainty ${uncertainty[k].toFixed(3)}` : ""}`,
          },
          element("span", { class: "name" }, classNames[k]),
          element("span", { class: "track" }, element("i", { style: `width:${100 * probabilities[k]}%` }), ...dots),
          element("span", { class: "share" }, percent(probabilities[k])),
        );
      }),
    );
  }

  #showReferences({ byReference, predicted }: Reading, classNames: readonly string[], oneByOne: boolean): void {
    for (const [r, item] of this.#thumbnails.entries()) {
      const answer = ranked(byReference[r])[0];
      item.classList.toggle("other", answer !== predicted);
      item.classList.remove("drawn");
      if (oneByOne) {
        // Read so that the animation begins anew.
        void item.offsetWidth;
        item.classList.add("drawn");
        item.style.animationDelay = `${70 * r}ms`;
      }
      const said = `${classNames[answer]} ${percent(byReference[r][answer])}`;
      item.title = `Compared with this reference: ${said}`;
      item.querySelector("canvas")!.setAttribute("aria-label", `Reference ${r + 1}: ${said}`);
      item.querySelector("span")!.textContent = answer === predicted ? "" : classNames[answer];
    }
  }

  #inWords({ agreeing, spread, doubt }: Reading, own: boolean): string {
    const { references, spreadPercentiles, doubtPercentiles } = this.entry;
    // Percentiles are of the classes that the model was trained on.
    const unsure = own ? "" : `More unsure than on ${cleanPictures(doubtPercentiles, doubt)}. `;
    if (references === 1) return `${unsure}One answer, and nothing to compare it with.`;
    const agreed = `${agreeing} of ${references} references agree`;
    if (own || !spreadPercentiles) return `${unsure}${agreed}.`;
    return `${unsure}${agreed}; they differ more than on ${cleanPictures(spreadPercentiles, spread)}.`;
  }
}

const ranked = (values: ArrayLike<number>): number[] =>
  Array.from(values, (_, k) => k).sort((a, b) => values[b] - values[a] || a - b);

function dot(share: number, r: number, oneByOne: boolean): Node {
  return element("b", {
    class: oneByOne ? "dot drawn" : "dot",
    style: `left:${100 * share}%;animation-delay:${oneByOne ? 70 * r : 0}ms`,
  });
}

/** The arm's mark for legends. */
export const swatch = (index: number): Node =>
  svg(
    "svg",
    { viewBox: "0 0 12 12", width: 12, height: 12, class: armColorName(index), "aria-hidden": "true" },
    svg("circle", { cx: 6, cy: 6, r: 5, fill: "var(--arm)" }),
  );
