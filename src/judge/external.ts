import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { runPaths, type StoredPredictions, UserError } from "../core/index.ts";
import {
  areProbabilities,
  dropStored,
  evaluateExternal,
  type Results,
  readExternal,
  readExternalCorruption,
  savePredictions,
} from "../evaluate/index.ts";

export interface ExternalOptions {
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
 */
export function judgeExternal(options: ExternalOptions): { folder: string; results: Results } {
  const { logits, labels, validationLogits, validationLabels, probabilities } = options;
  if (!labels) throw new UserError(`--logits ${logits}: without labels nothing can be judged; add --labels FILE.npy`);
  if ((validationLogits === undefined) !== (validationLabels === undefined))
    throw new UserError("--validation-logits and --validation-labels belong together; give both or neither");
  const name = options.name ?? basename(logits).replace(/\.npy$/i, "");
  const folder = options.out ?? join(dirname(logits), `${name}-judged`);
  if (existsSync(runPaths(folder).checkpoint))
    throw new UserError(`--out ${folder}: a run of ours lies there; choose another folder`);

  // Everything is read and checked before anything is written.
  const test = readExternal({ set: `${name}/test`, logits, labels, probabilities });
  const validation =
    validationLogits &&
    readExternal({
      set: `${name}/validation`,
      logits: validationLogits,
      labels: validationLabels,
      probabilities,
    });
  const foreign = namesAndFiles("--ood", options.ood).map(([set, file]) => {
    return readExternal({ set, logits: file, probabilities });
  });
  const corrupted = namesAndFiles("--corrupted", options.corrupted).flatMap(([corruption, file]) => {
    return readExternalCorruption(corruption, file, test, { probabilities }).map((predictions, i) => ({
      predictions,
      corruption: { name: corruption, severity: i + 1, benchmark: "external" },
    }));
  });
  for (const { set, classes } of [...(validation ? [validation] : []), ...foreign])
    if (classes !== test.classes)
      throw new UserError(`${set}: ${classes} classes, but ${logits} has ${test.classes}; they are not of one model`);

  dropStored(folder, () => false);
  savePredictions(folder, test, { role: "test" });
  if (validation) savePredictions(folder, validation, { role: "validation" });
  for (const predictions of foreign) savePredictions(folder, predictions, { role: "ood" });
  for (const { predictions, corruption } of corrupted)
    savePredictions(folder, predictions, { role: "corruption", corruption });
  const all = [
    test,
    ...(validation ? [validation] : []),
    ...foreign,
    ...corrupted.map(({ predictions }) => predictions),
  ];
  return { folder, results: evaluateExternal(folder, name, { notices: noticesOf(all) }) };
}

function noticesOf(all: readonly StoredPredictions[]): string[] {
  const likely = all.filter(({ logits, classes }) => areProbabilities(logits, classes)).map(({ set }) => set);
  if (likely.length === 0) return [];
  return [
    `${likely.join(", ")}: every row is in [0, 1] and sums to 1, as probabilities do, but was taken as logits; if they are probabilities the numbers are wrong: add --probabilities`,
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
