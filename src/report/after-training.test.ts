import { expect, test } from "vitest";
import type { Results } from "../evaluate/index.ts";
import { afterTraining } from "./sections/after-training.ts";
import type { ReportedStudy } from "./study.ts";

type Scalings = NonNullable<Results["scalings"]>;

const scalings: Scalings = [
  { kind: "none", set: "test", metrics: { nll: 0.5, smoothEce: 0.04 } },
  { kind: "temperature", set: "test", temperature: 1.5, metrics: { nll: 0.45, smoothEce: 0.02 } },
  { kind: "venn-abers", set: "test", intervalWidth: 0.0125, metrics: { nll: 0.4375, smoothEce: 0.011 } },
];
const study = (...arms: Scalings[]) =>
  ({
    arms: arms.map((own, i) => ({ name: `arm ${i}`, runs: [{ results: { scalings: own } }] })),
  }) as unknown as ReportedStudy;

test("calibrations stand below each other, Venn-Abers with the width of its intervals", () => {
  const { markup } = afterTraining(study(scalings, scalings.slice(0, 2)))!;
  const rows = [...markup.matchAll(/<tr><th scope="row">(.*?)<\/th>(.*?)<\/tr>/g)].map(([, name, cells]) => [
    name,
    ...[...cells.matchAll(/<td>(.*?)<\/td>/g)].map(([, value]) => value),
  ]);
  expect(rows).toEqual([
    ["temperature", "1.500", "1.500"],
    ["test, as it is: NLL", "0.500", "0.500"],
    ["test, as it is: smoothed ECE, %", "4.0", "4.0"],
    ["test, temperature scaling: NLL", "0.450", "0.450"],
    ["test, temperature scaling: smoothed ECE, %", "2.0", "2.0"],
    ["test, Venn-Abers: NLL", "0.438", "–"],
    ["test, Venn-Abers: smoothed ECE, %", "1.1", "–"],
    ["test, Venn-Abers: interval width, %", "1.3", "–"],
  ]);
});
