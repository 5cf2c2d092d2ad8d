import { duration } from "../../../core/index.ts";
import { counted, listing, meanOf } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { memberNames } from "../../member-names.ts";
import { circumstances, day, settingsOf, unique } from "../../sections/what-was-run.ts";
import { shown } from "../numbers.ts";
import type { RegressionArm, RegressionStudy } from "../study.ts";

const allResults = ({ arms }: RegressionStudy) => arms.flatMap(({ runs }) => runs.map(({ results }) => results));

/** The one line under the title. */
export function regressionFacts(study: RegressionStudy): string {
  const results = allResults(study);
  const runs = study.arms.map(({ runs }) => runs.length).sort((a, b) => a - b);
  const most = runs.at(-1)!;
  return [
    listing(unique(results.map(({ data }) => data.title))),
    listing(unique(results.map(({ model }) => model))),
    `${counted(study.arms.length, "arm")}, ${runs[0] === most ? counted(most, "run") : `${runs[0]} to ${most} runs`}${study.arms.length > 1 ? " each" : ""}`,
    day(
      results
        .map(({ date }) => date)
        .sort()
        .at(-1)!,
    ),
  ].join(" · ");
}

/** Enough to do it again. */
export function regressionWhatWasRun(study: RegressionStudy): Html {
  const results = allResults(study);
  const sets = new Map(results.flatMap((run) => run.sets.map(({ set, examples }) => [set, examples] as const)));
  const targets = new Map(results.flatMap((run) => run.targets.map((target) => [target.name, target] as const)));
  const commands = unique(results.map(({ command }) => command));
  return html`<section>
<dl>
<dt>Data</dt><dd>${listing(unique(results.map(({ data }) => data.title)))}: ${listing([...sets].map(([set, examples]) => `${set} (${counted(examples, "example")})`))}</dd>
<dt>Predicted</dt><dd>${listing([...targets.values()].map(({ name, standardDeviation }) => `${name} (standard deviation of the training examples ${shown(standardDeviation, "target")})`))}</dd>
${circumstances(results, commands)}
</dl>
<div class="scroll" role="region" aria-label="Runs" tabindex="0"><table>
<thead><tr><th scope="col">Arm</th><th scope="col">Model</th><th scope="col">Loss</th><th scope="col">Parameters</th><th scope="col">Epochs</th><th scope="col">Seeds</th><th scope="col">Training a run</th></tr></thead>
<tbody>${study.arms.map(armRow)}</tbody></table></div>
${settingsOf(study.arms.map(({ runs }) => runs[0].results.settings))}</section>`;
}

function armRow({ name, runs }: RegressionArm): Html {
  const { model, loss, parameters, training, members } = runs[0].results;
  const seconds = meanOf(runs.map(({ results }) => results.training.seconds));
  const seeds = members ? memberNames(members) : runs.map(({ results }) => results.seed ?? "–").join(", ");
  return html`<tr><th scope="row">${name}</th><td>${model}</td><td>${loss ?? "–"}</td><td>${parameters?.toLocaleString("en") ?? "–"}</td><td>${training.epochs ?? "–"}</td><td>${seeds}</td><td>${seconds ? duration(seconds.mean) : "–"}</td></tr>`;
}
