import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Listener, type StoredPredictions, UserError } from "../core/index.ts";
import type { PredictionContext, Results } from "../evaluate/index.ts";
import { areProbabilities } from "../evaluate/internal.ts";
import { runPaths } from "../files/index.ts";
import { savePredictions } from "../run/index.ts";
import { dropStored } from "../run/internal.ts";
import { evaluateExternal } from "./index.ts";
import { readExternal, readExternalCorruption } from "./internal.ts";

export interface ExternalOptions extends Listener {
  readonly logits: string;
  readonly labels?: string;
  readonly validationLogits?: string;
  readonly validationLabels?: string;
  /** `NAME=FILE.npy` */
  readonly ood?: readonly string[];
  /** `NAME=FILE.npy` of five severities. */
  readonly corrupted?: readonly string[];
  /** Whether all files hold probabilities, whose logarithms are judged. Default false. */
  readonly probabilities?: boolean;
  readonly name?: string;
  readonly out?: string;
}

/**
 * Judges logits that another program has stored; the folder of the results can be reported like a run.
 * @throws UserError for files that do not fit together, or a folder that holds a run of ours.
 * @example
 * const { folder, results } = judgeExternal({ logits: "logits.npy", labels: "labels.npy", ood: ["svhn=svhn.npy"] });
 */
export function judgeExternal(options: ExternalOptions): { folder: string; results: Results } {
  const { folder, name, notices } = storeExternal(options);
  return { folder, results: evaluateExternal(folder, name, { ...options, notices }) };
}

/** What was read is let go of here: judging reads set by set. */
function storeExternal(options: ExternalOptions): { folder: string; name: string; notices: string[] } {
  const { logits, labels, validationLogits, validationLabels, probabilities } = options;
  if (!labels)
    throw new UserError(`options.logits ${logits}: without labels nothing can be judged; add options.labels FILE.npy`);
  if ((validationLogits === undefined) !== (validationLabels === undefined))
    throw new UserError("options.validationLogits and options.validationLabels belong together; give both or neither");
  const name = options.name ?? basename(logits).replace(/\.npy$/i, "");
  const folder = options.out ?? join(dirname(logits), `${name}-judged`);
  if (existsSync(runPaths(folder).checkpoint))
    throw new UserError(`options.out ${folder}: a run of ours lies there; choose another folder`);

  const test = readExternal({ set: `${name}/test`, logits, labels, probabilities });
  const parts: readonly Part[] = [
    ...(validationLogits
      ? [
          () => [
            {
              role: "validation" as const,
              predictions: readExternal({
                set: `${name}/validation`,
                logits: validationLogits,
                labels: validationLabels,
                probabilities,
              }),
            },
          ],
        ]
      : []),
    ...namesAndFiles("options.ood", options.ood).map(([set, file]) => () => [
      { role: "ood" as const, predictions: readExternal({ set, logits: file, probabilities }) },
    ]),
    ...namesAndFiles("options.corrupted", options.corrupted).map(
      ([corruption, file]) =>
        () =>
          readExternalCorruption(corruption, file, test, { probabilities }).map((predictions, i) => ({
            role: "corruption" as const,
            predictions,
            corruption: { name: corruption, severity: i + 1, benchmark: "external" },
          })),
    ),
  ];
  // Everything is read and checked before anything is written; twice, for together the files may not fit into memory.
  const likely = areProbabilities(test.logits, test.classes) ? [test.set] : [];
  for (const read of parts)
    for (const { predictions } of read()) {
      const { set, classes } = predictions;
      if (classes !== test.classes)
        throw new UserError(`${set}: ${classes} classes, but ${logits} has ${test.classes}; they are not of one model`);
      if (areProbabilities(predictions.logits, classes)) likely.push(set);
    }

  dropStored(folder, () => false);
  savePredictions(folder, test, { role: "test" });
  for (const read of parts)
    for (const { predictions, ...context } of read()) savePredictions(folder, predictions, context);
  return { folder, name, notices: noticesOf(likely) };
}

/** Reads one file. */
type Part = () => ({ readonly predictions: StoredPredictions } & PredictionContext)[];

function noticesOf(likely: readonly string[]): string[] {
  if (likely.length === 0) return [];
  return [
    `${likely.join(", ")}: every row is in [0, 1] and sums to 1, as probabilities do, but was taken as logits; if they are probabilities the numbers are wrong: add options.probabilities`,
  ];
}

function namesAndFiles(flag: string, texts: readonly string[] = []): [string, string][] {
  const files = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf("=");
    if (at <= 0 || at === text.length - 1)
      throw new UserError(`${flag} ${text}: a name and a file belong here, e.g. ${flag} svhn=svhn.npy`);
    const name = text.slice(0, at);
    const before = files.get(name);
    if (before) throw new UserError(`${flag} ${text}: ${name} is ${before} already; give each file a name of its own`);
    files.set(name, text.slice(at + 1));
  }
  return [...files];
}
