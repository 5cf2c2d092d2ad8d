import type { Option } from "commander";
import { percent, toJson } from "../core/index.ts";
import { type ExportedRegression, type RegressionExportOptions, writeRegression } from "../export/index.ts";
import { refuseClassFlags } from "./class-flags.ts";
import { listenerOf } from "./progress.ts";
import { regressionOptionNames } from "./regression-options.ts";
import { ownCommand, type Terminal } from "./terminal.ts";

/** Flags of `export` and `predict` that say something of a regression's run. */
export type RegressionExportFlags = RegressionExportOptions;

interface Options extends RegressionExportFlags {
  readonly out: string;
  readonly json?: boolean;
}

const known: readonly (keyof Options)[] = [
  ...regressionOptionNames,
  "k",
  "weights",
  "precision",
  "threads",
  "dataDir",
  "folder",
  "changedData",
  "out",
  "json",
];

/** `export` of a regression's run. */
export async function exportRegressionRun(
  terminal: Terminal,
  run: string,
  given: Options,
  flags: readonly Option[],
): Promise<void> {
  refuseClassFlags(run, given, known, flags);
  const { json, ...options } = given;
  const exported = await terminal.interruptible((signal) =>
    writeRegression(run, { ...options, ...listenerOf(terminal, signal) }),
  );
  terminal.out(json ? toJson(exported) : inWords(exported));
  const { inputs } = exported.card;
  terminal.note(`next: ${ownCommand()} predict ${exported.file} ${inputs.kind === "images" ? "IMAGE" : "ROWS.csv"}`);
}

function inWords({ file, bytes, card, check, error }: ExportedRegression): string {
  const { inputs, targets, conformal } = card;
  const shown =
    inputs.kind === "images"
      ? `images of ${inputs.width}×${inputs.height}×${inputs.channels}`
      : `${inputs.names.length} column${inputs.names.length === 1 ? "" : "s"}`;
  const given = [
    "mean",
    ...(card.standardDeviation ? ["standard deviation"] : []),
    ...(card.levels ? [`quantiles ${card.levels.join(", ")}`] : []),
  ];
  const lines = [
    `${file}  ${(bytes / 2 ** 20).toFixed(2)} MiB`,
    `  ${card.name}: ${shown} → ${given.join(", ")} of ${targets.names.join(", ")}`,
    `  ${card.references === 0 ? "no references" : `${card.references} references`}, ${card.weights} weights in ${card.precision}`,
    `  answers for ${check.examples} examples (${check.set}) within ${check.largestDifference.toExponential(1)} of the run's, in standard deviations of the targets`,
  ];
  if (conformal)
    lines.push(
      `  intervals of ${percent(conformal.level)} (${conformal.method}), calibrated on ${conformal.examples} validation examples`,
    );
  if (error) {
    const rmse = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(5))).join(", ");
    lines.push(
      `  RMSE of ${error.examples} validation examples ${rmse(error.float16)} in float16, ${rmse(error.float32)} in float32`,
    );
  }
  return lines.join("\n");
}
