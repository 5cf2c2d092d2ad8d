import type { LogLine } from "../../run/index.ts";
import type { ReportedArm } from "../study.ts";
import { drawSvg } from "../svg.ts";

export const curves = {
  loss: { title: "Training loss", of: (line: LogLine) => line.loss },
  validationAccuracy: { title: "Validation accuracy, %", of: (line: LogLine) => percentOf(line.validationAccuracy) },
} as const;
export type CurveName = keyof typeof curves;

const percentOf = (fraction: number | null | undefined) => (typeof fraction === "number" ? 100 * fraction : undefined);

/** One quantity over the epochs, a line a run. `undefined` where no run logged it. */
export function learningCurve(arms: readonly ReportedArm[], curve: CurveName, id: string) {
  const { title, of } = curves[curve];
  // A run stopped within its first epoch has no epochs to show, but steps.
  const event = arms.some(({ runs }) => runs.some(({ log }) => epochs(log, of) > 1)) ? "epoch" : "step";
  const values = arms.flatMap((arm) =>
    arm.runs.flatMap(({ log }, seed) => {
      const lines = log.filter((line) => line.event === event && typeof of(line) === "number");
      return lines.map((line, i) => ({
        arm: arm.name,
        run: `${arm.name} ${seed}`,
        at: event === "epoch" ? i + 1 : (line.step ?? i),
        value: of(line),
      }));
    }),
  );
  if (values.length === 0) return undefined;
  const names = arms.map(({ name }) => name);
  return drawSvg(
    {
      width: 270,
      height: 190,
      data: { values },
      mark: { type: "line", strokeWidth: 1.8, strokeJoin: "round" },
      encoding: {
        x: {
          field: "at",
          type: "quantitative",
          title: event === "epoch" ? "Epoch" : "Step",
          scale: { nice: false, zero: false },
          axis: { tickMinStep: 1, tickCount: 8, grid: false, format: "d" },
        },
        y: { field: "value", type: "quantitative", title, scale: { zero: false, nice: true }, axis: { tickCount: 6 } },
        detail: { field: "run" },
        color: {
          field: "arm",
          type: "nominal",
          scale: { domain: names, range: arms.map(({ color }) => color) },
          legend: null,
        },
        strokeDash: {
          field: "arm",
          type: "nominal",
          scale: { domain: names, range: arms.map(({ dash }) => [...dash]) },
          legend: null,
        },
      },
    },
    id,
    `${title} by ${event} for ${names.join("; ")}.`,
  );
}

const epochs = (log: readonly LogLine[], of: (line: LogLine) => number | null | undefined): number =>
  log.filter((line) => line.event === "epoch" && typeof of(line) === "number").length;
