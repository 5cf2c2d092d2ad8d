import type { Results } from "../../evaluate/index.ts";
import { conformalName } from "../conformal-name.ts";
import { dataTable } from "../copyable.ts";
import { meanOf, withSdOrDash } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";

type ConformalSets = NonNullable<Results["conformal"]>[number];

const measures: readonly { title: string; unit: "%" | ""; of: (sets: ConformalSets) => number }[] = [
  { title: "coverage, %", unit: "%", of: ({ coverage }) => coverage },
  { title: "worst class, %", unit: "%", of: ({ worstClassCoverage }) => worstClassCoverage },
  { title: "mean size", unit: "", of: ({ meanSize }) => meanSize },
];

/** Coverage and size of the sets of every method: those of the first image set, the others' folded. */
export function conformalSets({ arms }: ReportedStudy): Html | undefined {
  const all = arms.flatMap(({ runs }) => runs.flatMap(({ results }) => results.conformal ?? []));
  const [first, ...others] = [...new Set(all.map(({ set }) => set))].map((set) => tableOf(set, arms, all));
  if (first === undefined) return undefined;
  const always = Math.max(0, ...all.map(({ alwaysInSet = 0 }) => alwaysInSet));
  return html`<h3>Sets of classes that hold the right one</h3>${first}
${others.length > 0 && html`<details><summary>Other image sets</summary>${others}</details>`}
<p class="note">Split conformal prediction: thresholds from validation images promise the wanted coverage on images like them (LAC: Sadinle et al. 2019, APS: Romano et al. 2020, RAPS: Angelopoulos et al. 2021, SAPS: Huang et al. 2024); under shift nothing is promised, and the table shows what became of it. <i>Worst class</i> is the coverage of the class that is covered least. <i>By class</i> each class has a threshold of its own, from its own validation images, and the promise holds of each class. Smaller sets say more.${always > 0 && ` Classes with too few validation images for a threshold are in every set by class; of these there are ${always}.`}</p>`;
}

const keyOf = (sets: ConformalSets) => ({ name: conformalName(sets), alpha: sets.alpha });

function tableOf(set: string, arms: readonly ReportedArm[], all: readonly ConformalSets[]): Html {
  const own = all.filter((one) => one.set === set);
  const kinds = [undefined, "class" as const].filter((kind) => own.some(({ conditional }) => conditional === kind));
  const keys = [...new Map(own.map((one) => [`${conformalName(one)} ${one.alpha}`, keyOf(one)])).values()];
  const rows = keys.flatMap(({ name, alpha }) =>
    arms.map((arm) => [
      `${name}, ${Number((100 * (1 - alpha)).toPrecision(4))} % wanted${arms.length > 1 ? `: ${arm.name}` : ""}`,
      ...kinds.flatMap((kind) =>
        measures.map(({ of, unit }) => {
          const found = arm.runs.map(({ results }) =>
            results.conformal?.find(
              (one) =>
                one.set === set && conformalName(one) === name && one.alpha === alpha && one.conditional === kind,
            ),
          );
          return withSdOrDash(meanOf(found.map((one) => one && of(one))), unit);
        }),
      ),
    ]),
  );
  const heads = kinds.flatMap((kind) => measures.map(({ title }) => (kind ? `by class: ${title}` : title)));
  return dataTable([[set, ...heads], ...rows], `Conformal prediction on ${set}`);
}
