import { element, percent } from "./element.ts";
import { lineChart } from "./line-chart.ts";
import type { Reading } from "./reading.ts";
import { swatch } from "./verdict.ts";

/** Doubt of every model over the severities of one corruption, with the band that its references span. */
export class DoubtCurve {
  readonly node: HTMLElement;
  readonly #title = element("h2", { id: "curve-title" });
  readonly #chart = element("div");

  constructor(readonly titles: readonly string[]) {
    this.node = element(
      "section",
      { class: "card curve", "aria-labelledby": "curve-title" },
      this.#title,
      element("ul", { class: "key" }, ...titles.map((title, i) => element("li", {}, swatch(i), title))),
      this.#chart,
      element(
        "p",
        { class: "note" },
        `Doubt is what is left of ${percent(1)} after the most probable class. Bands: from the surest reference to the least sure one.`,
      ),
    );
  }

  /** `readings` [severity 0, 1, …][model], as many as there are yet. */
  show(corruption: string, severity: number, readings: readonly (readonly Reading[])[]): void {
    this.#title.textContent = `Doubt under ${corruption.toLowerCase()}`;
    const lines = this.titles.map((_, arm) => ({
      arm,
      points: readings.map((models, x) => ({ x, y: models[arm].doubt })),
      band: bandOf(readings.map((models) => models[arm])),
    }));
    const said = this.titles.map((title, arm) => {
      const values = readings.map((models) => percent(models[arm].doubt));
      return `${title}: ${values.join(", ")}`;
    });
    this.node.dataset.points = String(readings.length);
    this.#chart.replaceChildren(
      lineChart(lines, {
        label: `Doubt at severities 0 to ${readings.length - 1}. ${said.join(". ")}`,
        xRange: [0, 5],
        yRange: [0, 1],
        xTicks: [0, 1, 2, 3, 4, 5],
        yTicks: [0, 0.5, 1],
        xTitle: "severity",
        formatY: percent,
        marked: true,
        at: severity,
      }),
    );
  }
}

function bandOf(readings: readonly Reading[]): [number, number][] | undefined {
  if (readings.some(({ byReference }) => byReference.length < 2)) return undefined;
  return readings.map(({ byReference }) => {
    const doubts = byReference.map((each) => 1 - Math.max(...Array.from(each)));
    return [Math.min(...doubts), Math.max(...doubts)];
  });
}
