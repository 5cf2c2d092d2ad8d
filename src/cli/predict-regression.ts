import type { Option } from "commander";
import { percent, printable, UserError } from "../core/index.ts";
import { readFeatureRows } from "../data/index.ts";
import type { Device } from "../engine/index.ts";
import { openRegression, type Regressor, type RegressorAnswers, targetAnswersAt } from "../export/index.ts";
import { refuseClassFlags } from "./class-flags.ts";
import type { RegressionExportFlags } from "./export-regression.ts";
import { answerImages } from "./image-answers.ts";
import { listenerOf, noteTo } from "./progress.ts";
import { regressionOptionNames } from "./regression-options.ts";
import type { Terminal } from "./terminal.ts";

interface Options extends Omit<RegressionExportFlags, "precision"> {
  readonly device?: Device;
  readonly delimiter?: string;
  readonly json?: boolean;
}

const known: readonly (keyof Options)[] = [
  ...regressionOptionNames,
  "k",
  "weights",
  "device",
  "threads",
  "dataDir",
  "folder",
  "changedData",
  "delimiter",
  "json",
];

/** An example's answer, a line of `--json`. */
interface Answer {
  readonly path: string;
  /** Where a row stands in its file, e.g. `line 7`; absent for images. */
  readonly place?: string;
  readonly targets: ReturnType<typeof targetAnswersAt>;
}

/** `predict` by a regression's run or file. @returns the exit code */
export async function predictRegression(
  terminal: Terminal,
  model: string,
  paths: readonly string[],
  given: Options,
  flags: readonly Option[],
  signal: AbortSignal,
): Promise<number> {
  refuseClassFlags(model, given, known, flags);
  const { json, device, threads, delimiter, ...exported } = given;
  const regressor = await openRegression(model, { exported, device, threads }, listenerOf(terminal, signal));
  const lines = (names: readonly Pick<Answer, "path" | "place">[], answers: RegressorAnswers) =>
    names.map((name, row) => {
      const answer = { ...name, targets: targetAnswersAt(answers, row, regressor.card) };
      return json ? JSON.stringify(answer) : inWords(answer);
    });
  try {
    const { inputs } = regressor.card;
    if (inputs.kind === "numbers") return await answerTables(terminal, paths, regressor, lines, { delimiter, signal });
    if (delimiter !== undefined)
      throw new UserError(`--delimiter ${delimiter}: ${model} predicts from images, not from tables; leave it out`);
    return await answerImages(
      terminal,
      paths,
      inputs,
      async (good) =>
        lines(
          good.map(({ source }) => ({ path: source.name })),
          await regressor.predict(Buffer.concat(good.map(({ image }) => image))),
        ),
      { signal },
    );
  } finally {
    await regressor.dispose();
  }
}

/** Rows that are answered at a time. */
const AT_ONCE = 1024;

async function answerTables(
  terminal: Terminal,
  paths: readonly string[],
  regressor: Regressor,
  lines: (names: readonly Pick<Answer, "path" | "place">[], answers: RegressorAnswers) => readonly string[],
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
