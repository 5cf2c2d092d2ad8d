import { percent, printable, UserError } from "../core/index.ts";
import { readFeatureRows } from "../data/index.ts";
import {
  decodeAll,
  type ExportedRegression,
  openRegression,
  type Regressor,
  type RegressorAnswers,
  targetAnswersAt,
  writeRegression,
} from "../export/index.ts";
import { judgeEnsemble, judgeRegressionRuns, openRegressionRun, resultFolders } from "../judge/index.ts";
import { answerImages, type ReadImage } from "./image-answers.ts";
import type { Process } from "./in-group.ts";
import { printJudged } from "./print-judged.ts";
import { listenerOf, noteTo } from "./progress.ts";
import { regressionOptionNames } from "./regression-options.ts";
import type { EvaluateFlags, TaskCommands } from "./tasks.ts";
import { type Terminal, untilInterrupted } from "./terminal.ts";

const own: readonly string[] = [...regressionOptionNames, "delimiter"];
/** Flags of all tasks; all others ask about classes. */
const known: readonly string[] = [
  ...["k", "weights", "precision", "device", "threads", "dataDir", "folder", "changedData"],
  ...["fresh", "ensemble", "out", "json"],
  ...["host", "port", "maxBatch", "maxBody", "maxPixels", "maxImages", "maxPending", "timeout", "cors"],
];

/** Judges regressions, or the deep ensemble that they make, and prints what came out. */
async function evaluate({ terminal, group }: Process, runs: readonly string[], given: EvaluateFlags): Promise<number> {
  const { k, fresh, out, ensemble, json, ...opening } = given;
  const judged = await untilInterrupted(terminal, async (signal) => {
    const options = {
      ...listenerOf(terminal, signal),
      k,
      fresh,
      group,
      openRun: (run: string, { threads }: { readonly threads?: number }) =>
        openRegressionRun(run, { threads, ...opening }),
    };
    if (ensemble === undefined) return judgeRegressionRuns(runs, { ...options, out });
    const command = `anchored evaluate ${runs.join(" ")} --ensemble ${ensemble}`;
    return [await judgeEnsemble(runs, ensemble, { ...options, command })];
  });
  return ensemble === undefined
    ? printJudged(terminal, judged, { json, runs, folders: resultFolders(runs, out) })
    : printJudged(terminal, judged, { json, runs: [ensemble], folders: [ensemble] });
}

function exportInWords({ file, bytes, card, check, error }: ExportedRegression): string {
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

/** An example's answer, a line of `--json`. */
interface Answer {
  readonly path: string;
  /** Where a row stands in its file, e.g. `line 7`; absent for images. */
  readonly place?: string;
  readonly targets: ReturnType<typeof targetAnswersAt>;
}

type Named = Pick<Answer, "path" | "place">;

/** Rows that are answered at a time. */
const AT_ONCE = 1024;

async function answerTables(
  terminal: Terminal,
  paths: readonly string[],
  regressor: Regressor,
  lines: (names: readonly Named[], answers: RegressorAnswers) => readonly string[],
  { delimiter, signal }: { readonly delimiter?: string; readonly signal: AbortSignal },
): Promise<number> {
  const { inputs } = regressor.card;
  if (inputs.kind !== "numbers") throw new TypeError("answerTables: the model takes images");
  const onNotice = noteTo(terminal);
  let failed = 0;
  for (const path of paths) {
    const rows = readFeatureRows(path, inputs, { delimiter, onNotice });
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      signal.throwIfAborted();
      const some = rows.slice(at, at + AT_ONCE);
      const good = some.flatMap(({ place, values }) => (values instanceof UserError ? [] : [{ place, values }]));
      const bad = some.flatMap(({ values }) => (values instanceof UserError ? [values] : []));
      for (const { message } of bad) onNotice(`anchored: ${message}`);
      failed += bad.length;
      const fed = new Float32Array(good.length * inputs.names.length);
      for (const [i, { values }] of good.entries()) fed.set(values, i * inputs.names.length);
      const names = good.map(({ place }) => ({ path, place }));
      for (const line of lines(names, await regressor.predict(fed))) terminal.out(line);
    }
  }
  if (failed > 0) terminal.note(`${failed} row${failed === 1 ? "" : "s"} could not be predicted from`);
  return failed > 0 ? 2 : 0;
}

function inWords({ path, place, targets }: Answer): string {
  const told = Object.entries(targets).map(([name, { mean, standardDeviation, lower, upper, quantiles = {} }]) =>
    [
      `${name} ${digits(mean, 5)}`,
      ...(standardDeviation === undefined ? [] : [`± ${digits(standardDeviation, 3)}`]),
      ...(lower === undefined ? [] : [`[${digits(lower, 5)}, ${digits(upper!, 5)}]`]),
      ...Object.entries(quantiles).map(([level, value]) => `${percent(Number(level))}: ${digits(value, 5)}`),
    ].join(" "),
  );
  return [place === undefined ? path : `${path} ${place}`, ...told].map(printable).join("\t");
}

const digits = (value: number, count: number): string => String(Number(value.toPrecision(count)));

export const regressionCommands: TaskCommands<Regressor> = {
  own,
  knows: (flag) => own.includes(flag) || known.includes(flag),
  next: (run) => `evaluate ${run}`,
  models: "regressions",
  refusal: (what) => `it is about classes, and ${what} is a regression`,
  evaluate,
  async export(run, { json: _, ...options }, listener) {
    const written = await writeRegression(run, { ...options, ...listener });
    const inputs = written.card.inputs.kind === "images" ? "IMAGE" : "ROWS.csv";
    return { written, words: exportInWords(written), inputs };
  },
  open(path, flags, listener) {
    const { k, weights, conformal, conformalBy, withoutDraws } = flags;
    const { device, threads, dataDir, csv, folder, table, changedData } = flags;
    const places = { dataDir, csv, folder, table, changedData };
    const exported = { k, weights, conformal, conformalBy, withoutDraws, ...places };
    return openRegression(path, { exported, device, threads }, listener);
  },
  served: (model) => model,
  async predict(terminal, regressor, paths, { json, delimiter }, signal) {
    const lines = (names: readonly Named[], answers: RegressorAnswers) =>
      names.map((name, row) => {
        const answer = { ...name, targets: targetAnswersAt(answers, row, regressor.card) };
        return json ? JSON.stringify(answer) : inWords(answer);
      });
    const { inputs } = regressor.card;
    if (inputs.kind === "numbers") return answerTables(terminal, paths, regressor, lines, { delimiter, signal });
    if (delimiter !== undefined)
      throw new UserError(`--delimiter ${delimiter}: the model predicts from images, not from tables; leave it out`);
    const answer = async (good: readonly ReadImage[]) => {
      const answers = await regressor.predict(Buffer.concat(good.map(({ image }) => image)));
      return lines(
        good.map(({ source }) => ({ path: source.name })),
        answers,
      );
    };
    return answerImages(terminal, paths, (sources) => decodeAll(sources, inputs), answer, { signal });
  },
};
