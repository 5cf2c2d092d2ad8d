import { basename, dirname, join } from "node:path";
import { type StoredPredictions, UserError } from "../core/index.ts";
import type { PredictionContext, Results } from "../evaluate/index.ts";
import { areProbabilities } from "../evaluate/internal.ts";
import { savePredictions } from "../run/index.ts";
import { dropOodScores, dropStored } from "../run/internal.ts";
import { evaluateExternal } from "./index.ts";
import type { JudgeStoredOptions } from "./judge-stored.ts";
import { judgeByLaplace, requireLaplaceFiles } from "./laplace/external.ts";
import { askedLaplace, type LaplaceJudgeOptions } from "./laplace/options.ts";
import {
  checkFeatures,
  checkLinear,
  classifierFiles,
  type FeatureFiles,
  type SetFiles,
  trainingFiles,
  Width,
} from "./ood-scores/feature-files.ts";
import { nearAmong } from "./ood-scores/groups.ts";
import { measureOodScores, type ScoreFiles } from "./ood-scores/measure.ts";
import { scoresAsked } from "./ood-scores/names.ts";
import { featureFileOptions, type OodScoreOptions, oodScoreOptions } from "./ood-scores/options.ts";
import { readExternal, readExternalCorruption } from "./read-external.ts";
import { requireNoRun } from "./result-folders.ts";

export interface ExternalOptions extends FeatureFiles, OodScoreOptions, LaplaceJudgeOptions, JudgeStoredOptions {
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
  /** Threads of the scores; a thread a core where absent. */
  readonly threads?: number;
}

/** What came of another program's files, and where it lies. */
export interface ExternalJudged {
  readonly folder: string;
  readonly results: Results;
  /** By the last layer's Laplace approximation, where it was asked for. */
  readonly laplace?: { readonly folder: string; readonly results: Results };
}

/**
 * Judges logits that another program has stored, and scores of its features where they are given: those are read block by
 * block and need not fit into memory. The folder of the results can be reported like a run. A Laplace approximation's results
 * go below it, into `variants/NAME`.
 * @throws UserError for files that do not fit together, or a folder that holds a run of ours.
 * @example
 * const { folder, results } = await judgeExternal({ logits: "logits.npy", labels: "labels.npy", ood: ["svhn=svhn.npy"] });
 */
export async function judgeExternal(options: ExternalOptions): Promise<ExternalJudged> {
  const { onProgress, onNotice, signal, threads } = options;
  const asked = options.oodScores ?? (options.features === undefined ? undefined : ["default"]);
  if (!asked) requireNoScores(options);
  const names = asked && scoresAsked(asked);
  const laplace = askedLaplace(options);
  if (laplace) requireLaplaceFiles(options, laplace);
  const { folder, name, notices, files } = storeExternal(options);
  dropOodScores(folder);
  if (names) await measureOodScores(folder, names, files, { onProgress, onNotice, signal, threads });
  const results = evaluateExternal(folder, name, { ...options, notices });
  return { folder, results, ...(laplace && { laplace: await judgeByLaplace(folder, name, files, laplace, options) }) };
}

/** @throws UserError for an option that only scores have a use for */
function requireNoScores(options: ExternalOptions): void {
  for (const { path } of [...featureFileOptions(), ...oodScoreOptions()]) {
    const given = options[path as keyof ExternalOptions];
    if (given !== undefined)
      throw new UserError(
        `options.${path} ${given}: it serves scores of features; add options.features FILE.npy, or leave it out`,
      );
  }
}

interface Stored {
  readonly folder: string;
  readonly name: string;
  readonly notices: string[];
  readonly files: ScoreFiles;
}

/** What was read is let go of here: judging reads set by set. */
function storeExternal(options: ExternalOptions): Stored {
  const { logits, labels, validationLogits, validationLabels, probabilities } = options;
  if (!labels)
    throw new UserError(`options.logits ${logits}: without labels nothing can be judged; add options.labels FILE.npy`);
  if ((validationLogits === undefined) !== (validationLabels === undefined))
    throw new UserError("options.validationLogits and options.validationLabels belong together; give both or neither");
  const name = options.name ?? basename(logits).replace(/\.npy$/i, "");
  const folder = options.out ?? join(dirname(logits), `${name}-judged`);
  requireNoRun("options.out", folder);

  const test = readExternal({ set: `${name}/test`, logits, labels, probabilities });
  const foreign = foreignFiles(options);
  const parts: readonly Part[] = [
    ...(validationLogits
      ? [
          () => [
            {
              role: "validation" as const,
              files: { logits: validationLogits, features: options.validationFeatures },
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
    ...foreign.map(({ set, ...files }) => () => [
      {
        role: set === options.oodValidation ? ("ood-validation" as const) : ("ood" as const),
        files,
        predictions: readExternal({ set, logits: files.logits, probabilities }),
      },
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
  const width = new Width();
  checkFeatures({ logits, features: options.features, predictions: test }, width);
  for (const read of parts)
    for (const { predictions, files } of read()) {
      const { set, classes } = predictions;
      if (classes !== test.classes)
        throw new UserError(`${set}: ${classes} classes, but ${logits} has ${test.classes}; they are not of one model`);
      if (areProbabilities(predictions.logits, classes)) likely.push(set);
      if (files) checkFeatures({ ...files, predictions }, width);
    }
  const training = trainingFiles(options, test.classes, width);
  const classifier = classifierFiles(options, test.classes, width);
  if (options.features && classifier && !probabilities) checkLinear(options.features, logits, test, classifier);

  dropStored(folder, () => false);
  savePredictions(folder, test, { role: "test" });
  for (const read of parts)
    for (const { predictions, files: _, ...context } of read()) savePredictions(folder, predictions, context);
  const files = {
    featuresOf: featuresOf(options, foreign),
    training,
    classifier,
    verdict: true,
    groups: groupsAmong(foreign, options),
  };
  return { folder, name, notices: noticesOf(likely), files };
}

/** Reads one file. */
type Part = () => ({
  readonly predictions: StoredPredictions;
  readonly files?: Omit<SetFiles, "predictions">;
} & PredictionContext)[];

interface ForeignFiles extends Omit<SetFiles, "predictions"> {
  readonly set: string;
}

/** @throws UserError for features, or an OOD validation set, of no foreign set that is named */
function foreignFiles({ ood, oodFeatures, oodValidation }: ExternalOptions): ForeignFiles[] {
  const features = new Map(namesAndFiles("options.oodFeatures", oodFeatures));
  const sets = namesAndFiles("options.ood", ood).map(([set, logits]) => ({ set, logits, features: features.get(set) }));
  const named = (name: string) => sets.some(({ set }) => set === name);
  for (const [name, file] of features)
    if (!named(name))
      throw new UserError(
        `options.oodFeatures ${name}=${file}: no logits have that name; add options.ood ${name}=LOGITS.npy`,
      );
  if (oodValidation !== undefined && !named(oodValidation))
    throw new UserError(
      `options.oodValidation ${oodValidation}: no foreign set has that name; add options.ood ${oodValidation}=LOGITS.npy`,
    );
  return sets;
}

const featuresOf =
  ({ features, validationFeatures }: ExternalOptions, foreign: readonly ForeignFiles[]): ScoreFiles["featuresOf"] =>
  ({ role, set }) => {
    if (role === "test") return features;
    if (role === "validation") return validationFeatures;
    return foreign.find((one) => one.set === set && role.startsWith("ood"))?.features;
  };

function groupsAmong(foreign: readonly ForeignFiles[], { oodNear }: OodScoreOptions): ScoreFiles["groups"] {
  const names = foreign.map(({ set }) => set);
  const near = nearAmong(names, oodNear);
  return near && new Map(names.map((name) => [name, near(name).group]));
}

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
