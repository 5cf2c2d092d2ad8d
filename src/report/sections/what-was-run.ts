import { duration } from "../../core/index.ts";
import type { Results } from "../../evaluate/index.ts";
import { counted, listing, meanOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { oodSets } from "../measures.ts";
import { memberNames } from "../member-names.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";

export const unique = (values: readonly (string | undefined)[]): string[] => [
  ...new Set(values.filter((v) => v !== undefined)),
];
export const day = (iso: string) => iso.slice(0, 10);

const allResults = ({ arms }: ReportedStudy) => arms.flatMap(({ runs }) => runs.map(({ results }) => results));

/** The one line under the title. */
export function facts(study: ReportedStudy): string {
  const results = allResults(study);
  const seeds = [...new Set(study.arms.map(({ runs }) => runs.length))].sort((a, b) => a - b);
  const per = study.arms.length > 1 ? " each" : "";
  return [
    listing(unique(results.map(({ data }) => data.title))),
    listing(unique(results.map(({ model }) => model))),
    `${counted(study.arms.length, "arm")}, ${seeds.length === 1 ? `${counted(seeds[0], "seed")}${per}` : `${seeds[0]} to ${seeds.at(-1)} seeds`}`,
    listing(unique(results.map(({ date }) => day(date))).slice(-1)),
  ].join(" · ");
}

const protocolText = ({ protocol, references }: Results["sets"][number]): string | undefined => {
  if (protocol === "k" && references)
    return `mean logits over ${counted(references, "reference")}, the same for all images`;
  if (protocol === "single") return "one reference, the same for all images";
  return protocol;
};

const weightsText = { average: "moving average over the training steps", raw: "of the last training step" } as const;

/** Where, how and when results were computed, as terms of a list, of whatever task. */
export function circumstances(
  results: readonly Pick<Results, "machine" | "versions" | "date">[],
  commands: readonly string[],
): Html {
  const machines = unique(results.map(({ machine }) => `${machine.cpu}, ${counted(machine.cores, "core")}`));
  const versions = unique(
    results.flatMap((run) => Object.entries(run.versions).map(([name, version]) => `${name} ${version}`)),
  );
  return html`<dt>Machine</dt><dd>${machines.join("; ")}</dd>
${commands.length > 0 && html`<dt>Command</dt><dd>${commands.map((line) => html`<code>${line}</code>`)}</dd>`}
<dt>Evaluated</dt><dd>${unique(results.map(({ date }) => date.slice(0, 16).replace("T", " "))).at(-1)} UTC</dd>
<dt>Versions</dt><dd>${versions.join(", ")}</dd>`;
}

/** Enough to do it again. */
export function whatWasRun(study: ReportedStudy, command?: string): Html {
  const results = allResults(study);
  const commands = command ? [command] : unique(results.map((run) => run.command));
  const sets = new Map(results.flatMap((run) => run.sets.map((set) => [set.set, set] as const)));
  const foreign = oodSets(study);
  const protocols = unique(results.flatMap((run) => run.sets.map(protocolText)));
  const mirrored = results.some(({ sets }) => sets.some((set) => set.mirrored));
  const weights = unique(results.map((run) => run.weights && weightsText[run.weights]));
  return html`<section>
<dl>
<dt>Data</dt><dd>${listing(unique(results.map(({ data }) => data.title)))}: ${listing([...sets.values()].map(({ set, images }) => `${set} (${counted(images, "image")})`))}${foreign.length > 0 && `; foreign: ${listing(foreign)}`}</dd>
${protocols.length > 0 && html`<dt>Anchored prediction</dt><dd>${protocols.join("; ")}</dd>`}
${mirrored && html`<dt>Test-time augmentation</dt><dd>mean logits of each image and its mirror image</dd>`}
${weights.length > 0 && html`<dt>Weights</dt><dd>${listing(weights)}</dd>`}
${circumstances(results, commands)}
</dl>
<div class="scroll" role="region" aria-label="Runs" tabindex="0"><table>
<thead><tr><th scope="col">Arm</th><th scope="col">Model</th><th scope="col">Parameters</th><th scope="col">Epochs</th><th scope="col">Seeds</th><th scope="col">Training a run</th><th scope="col">Images/s</th><th scope="col">Passes an image</th></tr></thead>
<tbody>${study.arms.map(armRow)}</tbody></table></div>
${settingsOf(study.arms.map(({ runs }) => runs[0].results.settings))}</section>`;
}

function armRow({ name, runs }: ReportedArm): Html {
  const first = runs[0].results;
  const seconds = meanOf(runs.map(({ results }) => results.training.seconds));
  const speed = meanOf(runs.map(({ results }) => results.training.imagesPerSecond));
  return html`<tr><th scope="row">${name}</th><td>${first.model}</td><td>${first.parameters?.toLocaleString("en") ?? "–"}</td><td>${first.training.epochs ?? "–"}</td><td>${first.members ? memberNames(first.members) : runs.map(({ results }) => results.seed ?? "–").join(", ")}</td><td>${seconds ? duration(seconds.mean) : "–"}</td><td>${speed ? Math.round(speed.mean).toLocaleString("en") : "–"}</td><td>${first.passes ?? "–"}</td></tr>`;
}

/** Settings that all arms share, once; those that differ are in the arms' names or shown by arm. */
export function settingsOf(all: readonly Results["settings"][]): Html | undefined {
  const keys = [...new Set(all.flatMap((one) => Object.keys(one)))];
  if (keys.length === 0) return undefined;
  const values = (key: string) => [...new Set(all.map((one) => String(one[key] ?? "–")))];
  return html`<details><summary>All settings</summary><dl>${keys.map(
    (key) =>
      html`<dt>${key}</dt><dd>${values(key).length === 1 ? values(key)[0] : all.map((one) => String(one[key] ?? "–")).join(" | ")}</dd>`,
  )}</dl></details>`;
}
