import type { Contrast } from "../../contrast.ts";
import { counted, listing, meanOf, unbroken } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { type RegressionMeasure, regressionContrast, regressionValues } from "../measures.ts";
import { shownDifference, shownMeanOrDash } from "../numbers.ts";
import { otherRegressionArms, type RegressionArm, type RegressionStudy } from "../study.ts";
import { SHOWN_TARGETS } from "./errors.ts";

interface Found {
  readonly arm: RegressionArm;
  readonly measure: RegressionMeasure;
  readonly contrast: Contrast;
  /** Of the baseline. */
  readonly baseline: number;
}

/** More would push the figures off the first screen. */
const SHOWN_SENTENCES = 6;

const capital = (text: string) => text[0].toUpperCase() + text.slice(1);

/**
 * The finding in one line, and a sentence for each arm and set below it; every word of it computed. Of what intervals
 * establish the title takes the largest difference in RMSE, as a share of the baseline's; several seeds before one.
 */
export function regressionHeadline(study: RegressionStudy): { title: string; verdict: Html | undefined } {
  const { baseline, targets, sets, arms } = study;
  const measures = sets.flatMap((set) =>
    targets.slice(0, SHOWN_TARGETS).map((target): RegressionMeasure => ({ set, target, metric: "rmse" })),
  );
  const found = otherRegressionArms(study).flatMap((arm) =>
    measures.flatMap((measure): Found[] => {
      const contrast = regressionContrast(arm, baseline, measure);
      const mean = meanOf(regressionValues(baseline, measure))?.mean;
      return contrast && mean !== undefined ? [{ arm, measure, contrast, baseline: mean }] : [];
    }),
  );
  if (found.length === 0) {
    const values = measures.slice(0, 2).map((measure) => `${wordsOf(measure)} ${valueText(baseline, measure)}`);
    const title =
      arms.length > 1
        ? `${listing(arms.map(({ name }) => name))}: not judged on the same examples`
        : `${capital(baseline.name)}: ${values.join(", ")}`;
    return { title: unbroken(title), verdict: undefined };
  }
  const share = ({ contrast, baseline }: Found) => Math.abs(contrast.difference) / Math.abs(baseline);
  const decided = found.filter(({ contrast: { standing } }) => standing === "better" || standing === "worse");
  const overSeeds = decided.filter(({ contrast: { over } }) => over === "seeds");
  const [strongest] = [...(overSeeds.length > 0 ? overSeeds : decided)].sort((a, b) => share(b) - share(a));
  const title = strongest ? decidedTitle(strongest, study) : sentence(found[0], study);
  const more = found.length > SHOWN_SENTENCES && html`<li>The others stand under “Differences, with intervals”.</li>`;
  const verdict = html`<ul class="verdict">${found
    .slice(0, SHOWN_SENTENCES)
    .map((one) => html`<li>${unbroken(sentence(one, study))}.</li>`)}${more}</ul>`;
  return { title: unbroken(title), verdict };
}

const wordsOf = ({ set, target }: RegressionMeasure): string => `RMSE of ${target} on ${set.set}`;

const valueText = (arm: RegressionArm, measure: RegressionMeasure): string =>
  shownMeanOrDash(meanOf(regressionValues(arm, measure)), "target");

function decidedTitle(one: Found, { baseline }: RegressionStudy): string {
  const { arm, measure, contrast } = one;
  const share = (100 * Math.abs(contrast.difference)) / Math.abs(one.baseline);
  const size = `${share.toFixed(share < 10 ? 1 : 0)} % ${contrast.difference < 0 ? "lower" : "higher"}`;
  const seeds = contrast.over === "seeds" ? "" : "; not over seeds, only over the choice of examples";
  return `${capital(arm.name)}: ${wordsOf(measure)} ${size} than ${baseline.name}, which is ${contrast.standing}${seeds}`;
}

function sentence({ arm, measure, contrast, baseline: like }: Found, { baseline }: RegressionStudy): string {
  const values = `${arm.name} ${valueText(arm, measure)}, ${baseline.name} ${valueText(baseline, measure)}`;
  const over =
    contrast.over === "seeds"
      ? ` over ${counted(Math.min(arm.runs.length, baseline.runs.length), "seed")}`
      : contrast.over
        ? " over the choice of examples"
        : "";
  const said = {
    better: "which is better",
    worse: "which is worse",
    undecided: "not distinguishable",
    unknown: "without an interval",
  }[contrast.standing ?? "unknown"];
  return `${wordsOf(measure)}: ${values}: ${shownDifference(contrast, "target", like)}${over}, ${said}`;
}
