import type { RegressionResults } from "../../../evaluate/index.ts";
import { counted } from "../../format.ts";
import { type Html, html, raw } from "../../html.ts";
import { memberNames } from "../../member-names.ts";
import { lineSwatch } from "../../sections/legend.ts";
import type { RegressionStudy } from "../study.ts";

const losses: Record<string, string> = {
  squared: "It minimises the squared error.",
  l1: "It minimises the absolute error.",
  gaussian: "It minimises the negative log-likelihood of a Gaussian, whose variance it learns too.",
  quantile: "It minimises the pinball loss of quantiles.",
};

/** What an arm's method does, in a few sentences. */
export function regressionInWords(results: RegressionResults): string {
  const { method, members, loss, maskProbability = 0, sets } = results;
  const k = sets[0].k;
  const minimised = (loss && losses[loss]) || "";
  if (members)
    return `Its answer is the mean over ${members.length} networks, each trained from a seed of its own (${memberNames(members)}); its spread is how far they disagree, with their own spreads where they give any. ${minimised}`;
  if (method === "anchored")
    return [
      "The network sees each example x as the pair of a reference r and the residual x − r.",
      maskProbability > 0
        ? `With probability α = ${maskProbability} the reference is masked while it trains${maskTarget(results)}.`
        : "References are never masked.",
      k ? `Its answer is the mean over ${counted(k, "reference")}, their standard deviation its spread.` : "",
      minimised,
    ].join(" ");
  if (/dropout/i.test(method))
    return `Dropout stays on while it predicts: its answer is the mean over ${k ? counted(k, "draw") : "draws"}, their standard deviation its spread. ${minimised}`;
  return method === "standard" ? `The usual training: the network sees each example as it is. ${minimised}` : minimised;
}

const maskTarget = ({ maskTarget }: RegressionResults): string => {
  if (maskTarget === "label") return "; it must still predict the right value";
  return maskTarget ? "; it then learns toward the training targets' mean" : "";
};

/** A key of the arms that says what each one is. */
export const regressionArmsInWords = ({ arms, baseline }: RegressionStudy): Html =>
  html`<ul class="arms">${arms.map((arm) => {
    const { results } = arm.runs[0];
    const runs = results.members ? counted(arm.runs.length, "ensemble") : counted(arm.runs.length, "seed");
    return html`<li>${raw(lineSwatch(arm))}<div><b>${arm.name}</b>${
      arm === baseline && arms.length > 1 ? " (others are compared with it)" : ""
    } <small>${runs}</small><br>${regressionInWords(results)}</div></li>`;
  })}</ul>`;
