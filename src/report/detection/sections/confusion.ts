import type { DetectionResults } from "../../../evaluate/index.ts";
import { type Cells, dataTable } from "../../copyable.ts";
import { heatMap } from "../../figures/index.ts";
import { type Html, html } from "../../html.ts";
import { type DetectionStudy, firstOf } from "../study.ts";

/** More classes than this would make a matrix that nobody can read. */
const LARGEST_MATRIX = 20;
const SHOWN_PAIRS = 20;

interface Pair {
  readonly is: string;
  readonly taken: string;
  readonly count: number;
  /** Of the row. */
  readonly share: number;
}

function pairsOf({ confusion: { names, counts } }: DetectionResults): Pair[] {
  return counts.map((count, place) => {
    const [row, column] = [Math.floor(place / names.length), place % names.length];
    const total = counts.slice(row * names.length, (row + 1) * names.length).reduce((a, b) => a + b, 0);
    return { is: names[row], taken: names[column], count, share: total > 0 ? count / total : 0 };
  });
}

const mistaken = (pairs: readonly Pair[]): Pair[] =>
  pairs.filter(({ is, taken, count }) => is !== taken && count > 0).sort((a, b) => b.count - a.count);

/** What is mistaken for what, and for background. */
export async function boxMistakes({ arms }: DetectionStudy): Promise<Html | undefined> {
  const judged = arms.map((arm) => ({ arm, results: firstOf(arm), pairs: pairsOf(firstOf(arm)) }));
  const blocks: Html[] = [];
  for (const [i, { arm, results, pairs }] of judged.entries()) {
    const { names, minScore } = results.confusion;
    const kept = minScore === "lrp" ? "from each class's operating score on" : `of a score of at least ${minScore}`;
    const worst = mistaken(pairs);
    const title = html`<h3>${arm.name}</h3><p class="note">Detections ${kept}.</p>`;
    if (names.length > LARGEST_MATRIX) {
      const rows: Cells = [
        ["is", "detected as", "boxes", "% of the row"],
        ...worst
          .slice(0, SHOWN_PAIRS)
          .map(({ is, taken, count, share }) => [is, taken, String(count), (100 * share).toFixed(1)]),
      ];
      blocks.push(html`${title}${dataTable(rows, `Most frequent mistakes of ${arm.name}`)}`);
      continue;
    }
    const limit = Math.max(0.1, ...worst.map(({ share }) => 100 * share));
    const said = worst[0] ? `most frequent: ${worst[0].is} taken for ${worst[0].taken}` : "none";
    const svg = await heatMap(
      pairs.map(({ is, taken, share }) => ({ row: is, column: taken, value: 100 * share, plain: is === taken })),
      {
        rows: names,
        columns: names,
        columnTitle: "Detected as",
        scale: "heat",
        limit,
        format: (value) => (value === 0 ? "" : value < 0.05 ? "·" : value.toFixed(value < 10 ? 1 : 0)),
        left: 120,
        upright: true,
      },
      `boxconfusion${i}`,
      `Confusion of classes and background of ${arm.name}, % of each row; ${said}.`,
    );
    blocks.push(html`<div class="panel">${title}${svg}</div>`);
  }
  if (blocks.length === 0) return undefined;
  return html`<figure><div class="grid wide">${blocks}</div>
<figcaption>A row is the class of an object, a column what was detected there at IoU 0.5, in % of the row. The last column are objects that were missed, the last row detections where nothing (more) is. The diagonal is not coloured.</figcaption></figure>`;
}
