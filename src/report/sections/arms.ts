import type { Results } from "../../evaluate/index.ts";
import { counted, percent } from "../format.ts";
import { type Html, html, raw } from "../html.ts";
import type { Study } from "../study.ts";
import { lineSwatch } from "./legend.ts";

/** What an arm's method does, a sentence each; a method without one is called by its name. */
const methods: Record<string, (results: Results) => string> = {
  standard: () => "The usual training: the network sees each image as it is.",
  anchored: (results) =>
    [
      "The network sees each image x as the pair of a reference image r and the residual x − r.",
      masking(results),
      asked(results),
    ].join(" "),
  oat: () => "Online anchor-based training: it learns outputs relative to an anchor taken from the batch.",
};

const targets: Record<string, string> = {
  label: "must still give the right label",
  uniform: "must then be undecided: all classes alike",
};

const statistics: Record<string, string> = {
  ordinary: " BatchNorm's running statistics come from batches that are not masked.",
  all: " BatchNorm's running statistics come from masked batches, too.",
};

/** Settings that change what masking does, each where it is not the usual one. */
function masking({ maskProbability = 0, maskTarget = "", settings }: Results): string {
  if (maskProbability === 0) return "References are never masked.";
  const which = settings["method.maskBy"] === "image" ? "an image's reference is" : "the references of a batch are";
  const from = Number(settings["method.maskFrom"] ?? 0);
  const start = from > 0 ? `, after the first ${percent(from)} of the training` : "";
  const target = targets[maskTarget] ?? `learns toward “${maskTarget}”`;
  return `With probability α = ${maskProbability} ${which} masked while it trains${start}; it ${target}.${statistics[String(settings["method.maskStatistics"])] ?? ""}`;
}

function asked({ sets: [first] }: Results): string {
  if (first?.protocol === "k" && first.references)
    return `Its answer is the mean over ${counted(first.references, "reference")}; how much they disagree is its uncertainty.`;
  return first?.protocol === "single" ? "It answers under one reference." : "";
}

/** A key of the arms that says what each one is, from its run's configuration. */
export const armsInWords = ({ arms, baseline }: Study): Html =>
  html`<ul class="arms">${arms.map((arm) => {
    const { results } = arm.runs[0];
    const words = methods[results.method]?.(results) ?? "";
    return html`<li>${raw(lineSwatch(arm))}<div><b>${arm.name}</b>${
      arm === baseline && arms.length > 1 ? " (others are compared with it)" : ""
    } <small>${counted(arm.runs.length, "seed")}</small><br>${words}</div></li>`;
  })}</ul>`;
