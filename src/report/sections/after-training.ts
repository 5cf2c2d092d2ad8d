import { calibrationName } from "../calibration-name.ts";
import { dataTable } from "../copyable.ts";
import { meanOf, withSdOrDash } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";
import { conformalSets } from "./conformal-sets.ts";

const across = (
  arm: ReportedArm,
  of: (run: ReportedArm["runs"][number]) => number | undefined,
  unit: "%" | "",
): string => withSdOrDash(meanOf(arm.runs.map(of)), unit);

/** What can be mended without training again: scaled logits, and sets of classes in place of one. */
export function afterTraining(study: ReportedStudy): Html | undefined {
  const parts = [scalings(study), conformalSets(study)].filter((part) => part !== undefined);
  return parts.length > 0 ? html`<section>${parts}</section>` : undefined;
}

function scalings({ arms }: ReportedStudy): Html | undefined {
  const keys = unique(
    arms.flatMap(({ runs }) =>
      runs.flatMap(({ results }) => (results.scalings ?? []).map(({ kind, set }) => ({ kind, set }))),
    ),
  );
  if (keys.length === 0) return undefined;
  const rows = keys.flatMap(({ kind, set }) => {
    const found = (run: ReportedArm["runs"][number]) =>
      run.results.scalings?.find((one) => one.kind === kind && one.set === set);
    return [
      [
        `${set}, ${calibrationName(kind)}: NLL`,
        ...arms.map((arm) => across(arm, (run) => found(run)?.metrics.nll, "")),
      ],
      [
        `${set}, ${calibrationName(kind)}: smoothed ECE, %`,
        ...arms.map((arm) => across(arm, (run) => found(run)?.metrics.smoothEce, "%")),
      ],
      ...(kind === "venn-abers"
        ? [
            [
              `${set}, ${calibrationName(kind)}: interval width, %`,
              ...arms.map((arm) => across(arm, (run) => found(run)?.intervalWidth, "%")),
            ],
          ]
        : []),
    ];
  });
  const temperatures = [
    "temperature",
    ...arms.map((arm) =>
      across(arm, ({ results }) => results.scalings?.find(({ temperature }) => temperature)?.temperature, ""),
    ),
  ];
  return html`<h3>Calibrated probabilities</h3>${dataTable([["", ...arms.map(({ name }) => name)], temperatures, ...rows], "Post-hoc calibration")}
<p class="note">Fitted on validation images alone, then applied to the sets named: scaled logits (Guo et al. 2017) and Venn-Abers probabilities (Vovk and Petej 2014), of each class against the others. A temperature above 1 says that the model was too sure of itself; the width of the interval around the probability of the answer says how little the validation images tell.</p>`;
}

const unique = <T extends object>(all: readonly T[]): T[] => [
  ...new Map(all.map((one) => [JSON.stringify(one), one])).values(),
];
