import { type Correct, pairedDifference } from "../../evaluate/index.ts";
import { dataTable } from "../copyable.ts";
import { points } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { ReportedArm, Study } from "../study.ts";
import { shownName } from "./corruptions.ts";

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

/** Several image sets that show the same images, as one. */
interface Row {
  readonly title: string;
  readonly sets: readonly string[];
}

/**
 * Accuracy of each arm against the baseline's, paired over the images: both saw the same ones, so what one image is
 * worth cancels out.
 */
export function differences({ arms, baseline }: Study): Html | undefined {
  const others = arms.filter((arm) => arm !== baseline);
  if (others.length === 0) return undefined;
  const correct = new Map(arms.map((arm) => [arm, correctOf(arm)]));
  const base = correct.get(baseline)!;
  // A folder may hold results without the predictions that they were made of.
  if (base.length === 0) return undefined;
  const corruptions = base.filter(({ role }) => role === "corruption");
  const rows: Row[] = base.map(({ name, role }) => ({
    title: role === "corruption" ? shownName(name) : name,
    sets: [name],
  }));
  if (corruptions.length > 1)
    rows.push({ title: `all ${corruptions.length} corruptions`, sets: corruptions.map(({ name }) => name) });
  const of = (all: readonly Correct[], { sets }: Row): Float64Array | undefined => {
    const found = sets.map((name) => all.find((one) => one.name === name)?.correct);
    const [first] = found;
    if (!first || found.some((one) => one?.length !== first.length)) return undefined;
    return first.map((_, row) => mean(found.map((one) => one![row])));
  };
  const cells = rows.map((row) => {
    const theirs = of(base, row)!;
    return [
      row.title,
      (100 * mean(theirs)).toFixed(1),
      ...others.map((arm) => {
        const mine = of(correct.get(arm)!, row);
        if (mine?.length !== theirs.length) return "–";
        const { difference, interval } = pairedDifference(mine, theirs);
        return `${points(difference)} [${points(interval[0])}, ${points(interval[1])}]`;
      }),
    ];
  });
  const head = ["Accuracy", `${baseline.name}, %`, ...others.map(({ name }) => `${name}: difference, points [95 %]`)];
  const seeds = Math.max(...arms.map(({ runs }) => runs.length));
  return html`<section><h2>Differences, with intervals</h2>${dataTable([head, ...cells], "Paired differences")}
<p class="note">By bootstrap over the test images, the same for both arms${seeds > 1 ? ", of the mean over seeds" : ""}: what another draw of images would change. Under a corruption it is the mean over severities. What another seed of training would change they do not hold${seeds > 1 ? "; the comparison above has the spread over seeds" : ", and with one seed an arm nobody knows"}.</p></section>`;
}

/** Mean over the arm's seeds of what all of them have. */
function correctOf({ runs }: ReportedArm): Correct[] {
  const [first, ...rest] = runs.map((run) => run.correct());
  return first.flatMap((one) => {
    const same = rest.map((all) => all.find(({ name }) => name === one.name)?.correct);
    if (same.some((other) => other?.length !== one.correct.length)) return [];
    return [{ ...one, correct: one.correct.map((value, row) => mean([value, ...same.map((other) => other![row])])) }];
  });
}
