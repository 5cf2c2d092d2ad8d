import { meanSd } from "../evaluate/index.ts";
import { type Measure, measuresOf, readReportedRun, study, valuesOf } from "../report/index.ts";
import { textTable } from "./table.ts";

/** Every measure of evaluated runs, an arm a column; `±` is the standard deviation over seeds. */
export function comparisonTable(runs: readonly string[]): string {
  const compared = study(runs.map(readReportedRun));
  const rows = [["", ...compared.arms.map(({ name }) => name)]];
  let group = "";
  for (const measure of measuresOf(compared)) {
    if (measure.group !== group) {
      group = measure.group;
      rows.push([group, ...compared.arms.map(() => "")]);
    }
    rows.push([`  ${measure.title}`, ...compared.arms.map((arm) => formatted(valuesOf(arm, measure), measure))]);
  }
  return textTable(rows);
}

function formatted(values: readonly number[], { unit }: Measure): string {
  if (values.length === 0) return "–";
  const { mean, sd } = meanSd(values);
  const show = (value: number) => (unit === "%" ? (100 * value).toFixed(1) : value.toFixed(3));
  return `${show(mean)}${sd === undefined ? "" : ` ± ${show(sd)}`}${unit && ` ${unit}`}`;
}
