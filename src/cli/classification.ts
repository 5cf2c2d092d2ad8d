import { percent, printable, rankAmong, shareInWords, UserError } from "../core/index.ts";
import type { Severity } from "../corrupt/index.ts";
import {
  type Answers,
  type Classifier,
  decodeAll,
  type Exported,
  type ModelCard,
  openModel,
  type RunExportOptions,
  type VerdictAnswer,
  verdictAt,
  verdictInWords,
  writeModel,
} from "../export/index.ts";
import {
  foreignSource,
  judgeRuns,
  judgeRunsAsOne,
  judgeRunsByLaplace,
  laplaceFolders,
  resultFolders,
  variantOf,
} from "../judge/index.ts";
import { answerImages, type ReadAll, type ReadImage } from "./image-answers.ts";
import type { Process } from "./in-group.ts";
import { printJudged } from "./print-judged.ts";
import { listenerOf } from "./progress.ts";
import type { EvaluateFlags, ModelFlags, TaskCommands } from "./tasks.ts";
import { untilInterrupted } from "./terminal.ts";

async function evaluate(
  { terminal, group }: Process,
  runs: readonly string[],
  { suite, json, severities, ensemble, combination, out, csv: _, table: __, ...options }: EvaluateFlags,
): Promise<number> {
  if (options.calibrate && (options.protocol ?? "k") !== "k")
    throw new UserError(
      `--calibrate: it scales by the spread over K references; leave out --protocol ${options.protocol}`,
    );
  for (const name of options.ood ?? []) foreignSource(name);
  if (ensemble === undefined && combination !== undefined)
    throw new UserError(`--combination ${combination}: it belongs to --ensemble DIR; give both or neither`);
  const { laplace } = options;
  if (ensemble !== undefined && laplace !== undefined)
    throw new UserError(
      `--laplace ${laplace}: an ensemble combines what plain networks answer; leave it or --ensemble out`,
    );
  const byLaplace = laplaceFolders(runs, { ...options, out });
  const judged = await untilInterrupted(terminal, async (signal) => {
    const asked = {
      ...options,
      ...listenerOf(terminal, signal),
      group,
      suites: suite,
      severities: severities as Severity[],
    };
    if (laplace !== undefined) {
      const both = await judgeRunsByLaplace(runs, { ...asked, laplace, out });
      return [...both.plain, ...both.laplace];
    }
    if (ensemble === undefined) return judgeRuns(runs, { ...asked, out });
    const command = `anchored evaluate ${runs.join(" ")} --ensemble ${ensemble}`;
    const together = await judgeRunsAsOne(runs, ensemble, { ...asked, combination, command });
    return [...together.members, together.ensemble];
  });
  const all = [...runs, ...byLaplace, ...(ensemble === undefined ? [] : [ensemble])];
  const folders =
    ensemble === undefined ? [...resultFolders(runs, out, variantOf(options)?.stored), ...byLaplace] : all;
  return printJudged(terminal, judged, { json, runs: all, folders });
}

/** How a run is made a model, as `openModel` and `writeModel` take it. */
function exportedBy(flags: ModelFlags): RunExportOptions {
  const { protocol, k, weights, precision, temperature, verdict, keep, nearest } = flags;
  const { dataDir, folder, humanLabels, changedData } = flags;
  const data = { dataDir, folder, humanLabels, changedData };
  return { protocol, k, weights, precision, temperature, verdict, keep, nearest, data };
}

function exportInWords({ file, bytes, card, temperatureImages, check, accuracy }: Exported): string {
  const asked = card.references === 0 ? "no references" : `${card.references} references`;
  const fitted = temperatureImages === undefined ? "" : ` (fitted on ${temperatureImages} validation images)`;
  const lines = [
    `${file}  ${(bytes / 2 ** 20).toFixed(2)} MiB`,
    `  ${card.name}: ${card.classes.length} classes, ${card.width}×${card.height}×${card.channels}`,
    `  ${asked}, temperature ${Number(card.temperature.toPrecision(4))}${fitted}, ${card.weights} weights in ${card.precision}`,
    `  logits of ${check.images} images (${check.set}) within ${check.largestDifference.toExponential(1)} of the run's`,
  ];
  if (card.verdict)
    lines.push(
      `  known or foreign by ${card.verdict.score}: known from ${card.verdict.threshold.toFixed(3)}, which keeps ${percent(card.verdict.keeps)} of ${card.verdict.validation.images} validation images`,
    );
  if (accuracy)
    lines.push(
      `  validation accuracy ${percent(accuracy.float16)} in float16, ${percent(accuracy.float32)} in float32: ${accuracy.changed} of ${accuracy.images} answers differ`,
    );
  return lines.join("\n");
}

/** An image's answer, a line of `--json`. */
interface Answer {
  readonly path: string;
  readonly class: string;
  /** Largest probability. */
  readonly confidence: number;
  /** The model's `score`. */
  readonly uncertainty: number;
  /** The share of validation images on which the model is less unsure, 0 to 1; absent where the model does not keep it. */
  readonly uncertaintyRank?: number;
  /** Whether the image is like those of the training; absent where the model was made without. */
  readonly verdict?: VerdictAnswer;
  /** The most probable classes, as many as `--top` says. */
  readonly top: readonly { readonly class: string; readonly probability: number; readonly std?: number }[];
}

async function answersTo(classifier: Classifier, good: readonly ReadImage[], top: number): Promise<Answer[]> {
  const answers = await classifier.predict(Buffer.concat(good.map(({ image }) => image)));
  return good.map(({ source }, row) => answerOf(source.name, answers, row, classifier.card, top));
}

function answerOf(path: string, answers: Answers, row: number, card: ModelCard, top: number): Answer {
  const { logits, probabilities, uncertainty, score } = answers;
  const { classes, scorePercentiles } = card;
  const first = row * classes.length;
  // Of logits, as the model's label: probabilities of a high temperature may be equal.
  const order = Array.from(classes.keys()).sort((a, b) => logits[first + b] - logits[first + a]);
  const told = order.slice(0, top).map((k) => ({
    class: classes[k],
    probability: probabilities[first + k],
    ...(uncertainty && { std: uncertainty[first + k] }),
  }));
  const verdict = verdictAt(answers, row, card);
  return {
    path,
    class: told[0].class,
    confidence: told[0].probability,
    uncertainty: score[row],
    ...(scorePercentiles && { uncertaintyRank: rankAmong(scorePercentiles, score[row]) }),
    ...(verdict && { verdict }),
    top: told,
  };
}

const inWords = ({ path, class: name, confidence, uncertainty, uncertaintyRank, verdict, top }: Answer): string => {
  const others = top.slice(1).map((one) => `${one.class} ${percent(one.probability)}`);
  const among =
    uncertaintyRank === undefined ? "" : `, more unsure than on ${shareInWords(uncertaintyRank, "validation image")}`;
  const told = verdict ? verdictInWords(verdict) : [];
  const line = [path, name, percent(confidence), `uncertainty ${uncertainty.toFixed(4)}${among}`, ...told, ...others];
  return line.map(printable).join("\t");
};

export const classificationCommands: TaskCommands<Classifier> = {
  own: [],
  knows: () => true,
  next: (run) => `evaluate ${run}`,
  models: "classifiers",
  refusal: (what, others) => `it is about ${others}, and ${what} is none`,
  evaluate,
  async export(run, flags, listener) {
    const { out, threads, temperature = "auto" } = flags;
    const written = await writeModel(run, { ...exportedBy(flags), out, threads, temperature, ...listener });
    return { written, words: exportInWords(written), inputs: "IMAGE" };
  },
  open(path, flags, listener) {
    const { device, threads } = flags;
    return openModel(path, { exported: exportedBy(flags), device, threads }, listener);
  },
  served: (model) => model,
  predict(terminal, classifier, paths, { top = 1, json }, signal) {
    const answer = async (good: readonly ReadImage[]) =>
      (await answersTo(classifier, good, top)).map((one) => (json ? JSON.stringify(one) : inWords(one)));
    const read: ReadAll = (sources) => decodeAll(sources, classifier.card);
    return answerImages(terminal, paths, read, answer, { signal });
  },
};
