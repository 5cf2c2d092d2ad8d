import type { Image } from "../../core/image-set.ts";
import { leastUsual } from "../../evaluate/verdict/verdict-scores.ts";
import type { ModelEntry, VerdictEntry } from "../manifest.ts";
import { element, percent } from "./element.ts";
import { thumbnail } from "./picture.ts";
import type { Reading } from "./reading.ts";

/** Training pictures, and of which class each is. */
export interface TrainingPictures {
  readonly images: readonly Image[];
  readonly labels: readonly number[];
}

/** Whether a model has seen the like of a picture, why, and which training pictures are the most like it. */
export class Known {
  readonly node = element("div", { class: "known" });
  readonly #heading = element("p", { class: "verdict-line" });
  readonly #reason = element("p", { class: "reason" });
  readonly #nearest = element("ol", { class: "nearest" });

  constructor(
    readonly entry: VerdictEntry,
    readonly training: TrainingPictures,
  ) {
    this.node.append(this.#heading, this.#reason, this.#nearest);
  }

  show(known: NonNullable<Reading["known"]>, classNames: readonly string[], foreign: boolean): void {
    this.node.dataset.known = String(!foreign);
    this.node.dataset.score = String(Math.min(...known.parts));
    this.#heading.textContent = foreign ? FOREIGN : "I have seen pictures like this.";
    const nearest = `The nearest of ${this.training.images.length} that I learnt from:`;
    this.#reason.textContent = foreign ? `${reasonOf(this.entry, known)} ${nearest}` : nearest;
    this.#nearest.replaceChildren(
      ...known.nearest.map((b) => {
        const name = classNames[this.training.labels[b]];
        return element(
          "li",
          {},
          thumbnail(this.training.images[b], `Training picture: ${name}`),
          element("span", {}, name),
        );
      }),
    );
  }
}

export const FOREIGN = "I have never seen anything like this.";

/**
 * Whether a model has seen nothing like a picture. Of one that it puts into the visitor's own class, the last one, nothing is
 * said: the verdict knows the classes of the training.
 */
export function isForeign(
  { verdict }: ModelEntry,
  { known, predicted }: Reading,
  { classNames, own }: { readonly classNames: readonly string[]; readonly own: boolean },
): boolean {
  if (!verdict || !known || (own && predicted === classNames.length - 1)) return false;
  return Math.min(...known.parts) < verdict.threshold;
}

/** Of a foreign picture: what is least usual about it. */
function reasonOf({ parts, keeps }: VerdictEntry, known: NonNullable<Reading["known"]>): string {
  const others = `${percent(keeps)} of the pictures I was tested on`;
  return leastUsual(parts, known.parts) === "distance"
    ? `It looks less like what I learnt from than ${others}.`
    : `No class fits: the answer is less clear than on ${others}.`;
}
