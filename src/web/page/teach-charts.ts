import type { TeachingProgress } from "../calls.ts";
import { element, percent } from "./element.ts";
import { type Line, lineChart } from "./line-chart.ts";

/** Loss and accuracy of every model while a class is taught; nothing before. */
export class TeachCharts {
  readonly node = element("section", { class: "card charts", "aria-label": "How it learns", hidden: true });

  constructor(readonly steps: number) {}

  /** `history` [model], what each has told so far. */
  show(history: readonly (readonly TeachingProgress[])[]): void {
    const { steps } = this;
    const lines = (pick: (progress: TeachingProgress) => number): Line[] =>
      history.map((list, arm) => ({ arm, points: list.map((progress) => ({ x: progress.step, y: pick(progress) })) }));
    const top = Math.max(1, Math.ceil(Math.max(0, ...history.flat().map(({ loss }) => loss))));
    const shared = { xRange: [0, steps], xTicks: [0, steps / 2, steps], xTitle: "training step" } as const;
    this.node.hidden = false;
    this.node.replaceChildren(
      element("h3", {}, "Loss while learning"),
      lineChart(
        lines(({ loss }) => loss),
        {
          ...shared,
          label: "Training loss by step",
          yRange: [0, top],
          yTicks: [0, top / 2, top],
          formatY: (y) => y.toFixed(1),
        },
      ),
      element("h3", {}, "Accuracy while learning"),
      lineChart(
        lines(({ accuracy }) => accuracy),
        { ...shared, label: "Training accuracy by step", yRange: [0, 1], yTicks: [0, 0.5, 1], formatY: percent },
      ),
    );
  }

  hide(): void {
    this.node.hidden = true;
  }
}
