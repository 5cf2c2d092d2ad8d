import { type CalledForeign, shareInterval, type VerdictResults } from "../../evaluate/internal.ts";
import type { VerdictPictures } from "../../run/internal.ts";
import { copyable } from "../copyable.ts";
import { type Share, type ShareRow, shares } from "../figures/index.ts";
import { counted, meanOf, percent } from "../format.ts";
import { type Html, html, raw } from "../html.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";
import { armLegend } from "./legend.ts";

/** How much of each set the verdict calls foreign, and some pictures with it; `undefined` where none was measured. */
export async function calledForeign(study: ReportedStudy): Promise<Html | undefined> {
  const judged = study.arms.flatMap((arm): Judged[] => {
    const all = arm.runs.flatMap(({ results }) => results.oodScores?.verdict ?? []);
    return all.length > 0 ? [{ arm, all }] : [];
  });
  if (judged.length === 0) return undefined;
  const told = judged.filter(({ all }) => all[0].sets.length > 0);
  const [first] = told;
  const out = 100 * (1 - (first ?? judged[0]).all[0].keeps);
  const sets = columnsOf(told);
  const panels: Html[] = [];
  for (const [i, { title, is }] of sides.entries()) {
    const rows = sets.filter(is).map((set) => rowOf(told, set));
    if (rows.length === 0) continue;
    const options = { axis: "called foreign, %", marked: out, label: `${title}. Share called foreign, by set.` };
    panels.push(html`<div class="panel"><h3>${title}</h3>${await shares(rows, options, `called-foreign-${i}`)}</div>`);
  }
  return html`<figure id="called-foreign"><h2>Known or foreign? What the verdict says</h2>
${told.length > 1 && armLegend(told.map(({ arm }) => arm))}<div class="grid wide">${panels}</div>${absences(judged)}
${told.length > 0 && html`<figcaption>${howItIsTold(first.all[0], told)}</figcaption>`}${examples(told)}${
  sets.length > 0 && copyable(cellsOf(told, sets))
}</figure>`;
}

interface Judged {
  readonly arm: ReportedArm;
  /** A verdict a run. */
  readonly all: readonly VerdictResults[];
}

const sides: readonly { readonly title: string; readonly is: (set: CalledForeign) => boolean }[] = [
  { title: "Known pictures: few should be called foreign", is: ({ role }) => role !== "ood" },
  { title: "Foreign pictures: the more, the better", is: ({ role }) => role === "ood" },
];

/** Of all arms, in the order of the first that has it. */
function columnsOf(told: readonly Judged[]): CalledForeign[] {
  const found = new Map<string, CalledForeign>();
  for (const { all } of told) for (const set of all[0].sets) found.set(keyOf(set), found.get(keyOf(set)) ?? set);
  const nearFirst = ({ role, group }: CalledForeign) => (role === "ood" && group !== "near" ? 1 : 0);
  return [...found.values()].sort((a, b) => nearFirst(a) - nearFirst(b));
}

const keyOf = ({ set, role }: CalledForeign): string => `${role} ${set}`;

const roleInWords: Readonly<Record<Exclude<CalledForeign["role"], "ood">, string>> = {
  validation: "validation pictures, by which it was set",
  test: "clean test pictures",
  shift: "shifted",
  "corrupted-sample": "damaged test pictures",
};

const nameOf = ({ set, role, group }: CalledForeign): string => {
  const plain = set.replace(/\/(test|pictures)$/, "");
  if (role === "ood") return group ? `${plain} (${group})` : plain;
  return role === "shift" ? `${plain} (shifted)` : roleInWords[role];
};

const sharesOf = ({ all }: Judged, set: CalledForeign) =>
  all.flatMap(({ sets }) => sets.find((one) => keyOf(one) === keyOf(set)) ?? []);

function rowOf(told: readonly Judged[], set: CalledForeign): ShareRow {
  const bars = told.flatMap((one): Share[] => {
    const found = sharesOf(one, set);
    if (found.length === 0) return [];
    const values = found.map(({ share }) => share);
    const [low, high] =
      found.length > 1 ? [Math.min(...values), Math.max(...values)] : shareInterval(found[0].share, found[0].images);
    const { name: arm, color } = one.arm;
    return [{ arm, color, value: 100 * meanOf(values)!.mean, low: 100 * low, high: 100 * high }];
  });
  return { name: nameOf(set), shares: bars };
}

function howItIsTold({ score, keeps, sets }: VerdictResults, told: readonly Judged[]): Html {
  const validation = sets.find(({ role }) => role === "validation");
  const sample = sets.find(({ role }) => role === "corrupted-sample");
  const seeds = Math.max(...told.map(({ all }) => all.length));
  return html`The verdict that export, predict, serve and the page give, by a score that was named beforehand: ${
    score === "combination" ? "the smaller of the z-scores of entropy and Mahalanobis++" : score
  }. Its threshold keeps ${percent(keeps)} of ${counted(validation?.images ?? 0, "validation picture")}, so that of these one in ${Math.round(1 / (1 - keeps))} is called foreign by construction (the dashed line); no foreign picture chose anything.${
    sample &&
    ` Damaged test pictures are ${counted(sample.images, "picture")} under every corruption and severity in turn: what they show is known, but of the badly damaged ones little may be left to know.`
  } ${seeds > 1 ? "A bar is the mean over seeds, its line reaches from the lowest to the highest." : "A line on a bar is the 95 % interval over the choice of the pictures (Wilson's)."} Bars have the order of the arms.`;
}

const absences = (judged: readonly Judged[]): Html[] =>
  judged.flatMap(({ arm, all: [{ absent }] }) =>
    absent === undefined ? [] : [html`<p class="note">${arm.name} has no verdict: ${absent}.</p>`],
  );

const cellsOf = (told: readonly Judged[], sets: readonly CalledForeign[]) => [
  ["called foreign, %", "pictures", ...told.map(({ arm }) => arm.name)],
  ...sets.map((set) => [
    nameOf(set),
    String(set.images),
    ...told.map((one) => {
      const mean = meanOf(sharesOf(one, set).map(({ share }) => share))?.mean;
      return mean === undefined ? "–" : (100 * mean).toFixed(1);
    }),
  ]),
];

type Example = VerdictPictures["images"][number];

/** The same pictures for each arm; of several seeds, the first. */
function examples(told: readonly Judged[]): Html | undefined {
  const shown = told.flatMap(({ arm }) => {
    const found = arm.runs.flatMap(({ verdictPictures }) => verdictPictures ?? [])[0];
    return found && found.images.length > 0 ? [{ arm, images: found.images }] : [];
  });
  if (shown.length === 0) return undefined;
  return html`<h3>Some foreign pictures, and the training pictures that they are most like</h3>
<div class="grid wide">${shown.map(
    ({ arm, images }) => html`<section class="told"><h4>${arm.name}</h4><ul>${images.map(example)}</ul></section>`,
  )}</div>
<p class="note">Drawn, not picked, and the same for every arm. The number beside an answer is its confidence. Most like: the largest cosines of features, of the training pictures that the verdict is fitted on.</p>`;
}

function example({ set, png, predicted, confidence, known, by, nearest }: Example): Html {
  const from = set.replace(/\/(test|pictures)$/, "");
  const why = by === "distance" ? "unlike what it was trained on" : "the answer is unsure";
  return html`<li><img src="${raw(png)}" alt="of ${from}" width="56" height="56"><p><span class="${known ? "wrong" : "right"}">${
    known ? "✗ called known" : "✓ called foreign"
  }</span><span class="truth">${known ? "" : `${why}; `}it would say ${predicted}, ${percent(confidence)}</span></p><ol>${nearest.map(
    ({ png, label, similarity }) =>
      html`<li><img src="${raw(png)}" alt="${label}, similarity ${similarity.toFixed(2)}" title="similarity ${similarity.toFixed(2)}" width="36" height="36"><span>${label}</span></li>`,
  )}</ol></li>`;
}
