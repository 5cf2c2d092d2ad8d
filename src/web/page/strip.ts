import type { Image } from "../../core/image-set.ts";
import { armColorName } from "../../core/palette.ts";
import type { ModelEntry } from "../manifest.ts";
import { element, percent } from "./element.ts";
import { FOREIGN, isForeign } from "./known.ts";
import { show } from "./picture.ts";
import type { Reading } from "./reading.ts";

export interface StripContent {
  readonly image: Image;
  readonly readings: readonly Reading[];
  readonly classNames: readonly string[];
  /** Whether the last class is the visitor's own. */
  readonly own: boolean;
  /** Of what the picture shows, where that is known. */
  readonly label?: number;
  /** Corruptions that are done to the picture. */
  readonly changes: number;
}

/** The answers in short: spoken, and on a phone in a strip that stays in sight beside the sliders. */
export class Strip {
  readonly node = element("div", { class: "strip", "aria-hidden": "true" });
  readonly spoken = element("p", { class: "hidden", "aria-live": "polite" });

  constructor(readonly models: readonly ModelEntry[]) {}

  show({ image, readings, classNames, own, label, changes }: StripContent): void {
    const foreign = readings.map((reading, i) => isForeign(this.models[i], reading, { classNames, own }));
    const said = readings.map(
      ({ predicted, doubt }, i) =>
        `${this.models[i].title}: ${foreign[i] ? `${FOREIGN} At most ` : ""}${classNames[predicted]}, doubt ${percent(doubt)}`,
    );
    this.spoken.textContent = `${said.join("; ")}${changes > 0 ? `; ${changes} corruptions` : ""}`;
    const picture = element("canvas", { class: "pixels" });
    show(picture, image);
    this.node.replaceChildren(
      picture,
      ...readings.map(({ predicted, doubt }, i) =>
        element(
          "span",
          { class: armColorName(i) },
          element("small", {}, element("i", { class: "swatch" }), this.models[i].title),
          answer(classNames[predicted], predicted, label),
          element(
            "span",
            { class: "line" },
            "doubt",
            element("span", { class: "meter" }, element("i", { style: `width:${100 * doubt}%` })),
            percent(doubt),
          ),
        ),
      ),
    );
  }
}

const answer = (name: string, predicted: number, label: number | undefined): Node =>
  element("b", { class: label === undefined ? "" : label === predicted ? "right" : "wrong" }, name);
