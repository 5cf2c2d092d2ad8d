import type { Image } from "../../core/image-set.ts";
import { armColorName } from "../../core/palette.ts";
import { element, percent } from "./element.ts";
import { show } from "./picture.ts";
import type { Reading } from "./reading.ts";

export interface StripContent {
  readonly image: Image;
  readonly readings: readonly Reading[];
  readonly classNames: readonly string[];
  /** Of what the picture shows, where that is known. */
  readonly label?: number;
  /** Corruptions that are done to the picture. */
  readonly changes: number;
}

/** The answers in short: spoken, and on a phone in a strip that stays in sight beside the sliders. */
export class Strip {
  readonly node = element("div", { class: "strip", "aria-hidden": "true" });
  readonly spoken = element("p", { class: "hidden", "aria-live": "polite" });

  constructor(readonly titles: readonly string[]) {}

  show({ image, readings, classNames, label, changes }: StripContent): void {
    const said = readings.map(
      ({ predicted, doubt }, i) => `${this.titles[i]}: ${classNames[predicted]}, doubt ${percent(doubt)}`,
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
          element("small", {}, element("i", { class: "swatch" }), this.titles[i]),
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
