import { element } from "./element.ts";

export interface DeskParts {
  readonly why: HTMLElement;
  readonly picture: readonly HTMLElement[];
  readonly teach: HTMLElement;
  readonly sliders: HTMLElement;
  readonly verdicts: readonly HTMLElement[];
  /** Of dual encoders, where there are some. */
  readonly words?: HTMLElement;
  /** Of the class that is taught. */
  readonly learning: HTMLElement;
  readonly curve: HTMLElement;
}

/** Where everything lies: three columns, which the style takes apart on narrow screens. */
export const desk = ({ why, picture, teach, sliders, verdicts, words, learning, curve }: DeskParts): HTMLElement =>
  element(
    "div",
    { class: "desk" },
    why,
    element(
      "div",
      { class: "column" },
      element(
        "section",
        { class: "card stage", "aria-labelledby": "stage-title" },
        element("h2", { id: "stage-title" }, "Pick a picture"),
        ...picture,
      ),
      teach,
    ),
    sliders,
    element(
      "div",
      { class: "column" },
      element(
        "section",
        { class: "says", "aria-labelledby": "says-title" },
        element("h2", { id: "says-title" }, "What they say"),
        element("div", { class: `verdicts of-${verdicts.length}` }, ...verdicts),
      ),
      words,
      learning,
      curve,
    ),
  );
