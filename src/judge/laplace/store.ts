import { type Listener, UserError } from "../../core/index.ts";
import { createInnerProducts } from "../../engine/index.ts";
import {
  fitLaplace,
  type LastLayer,
  type LastLayerLaplace,
  predictLaplace,
  rowsOf,
  type StoredSet,
  type StoredVariant,
  type Weights,
} from "../../evaluate/index.ts";
import { loadPredictions, savePredictions, storedSets } from "../../run/index.ts";
import { dropStored, logitsFile } from "../../run/internal.ts";
import { checkLinear } from "../ood-scores/feature-files.ts";
import type { ScoreFiles, TrainingFiles } from "../ood-scores/measure.ts";
import { type FileRows, fileRows } from "../ood-scores/sources.ts";
import { type AskedLaplace, namesOf } from "./options.ts";

/** What a folder of predictions needs beside them. */
export interface LaplaceFiles extends Pick<ScoreFiles, "featuresOf"> {
  readonly training: Pick<TrainingFiles, "features" | "labels" | "of">;
  readonly classifier: LastLayer;
}

export interface StoreLaplaceOptions extends Listener {
  readonly weights?: Weights;
  readonly threads?: number;
}

/**
 * Fits a last layer's Laplace approximation on the stored features of the training images, and stores in the folder `to`
 * what it predicts of all sets of `from` that have features: those that were asked as the training images were. Files of
 * features are read block by block.
 * @throws UserError for logits that are not linear in the features, and as `fitLaplace`
 */
export async function storeLaplace(
  from: string,
  to: string,
  { featuresOf, training, classifier }: LaplaceFiles,
  asked: AskedLaplace,
  { weights, threads, ...listener }: StoreLaplaceOptions = {},
): Promise<void> {
  const stored = storedSets(from).filter((entry) => entry.weights === weights);
  const test = stored.find(({ role }) => role === "test")!;
  requireLinear(from, test, featuresOf, classifier);
  const judged = stored.filter(({ role }) => role !== "train" && role !== "ood-validation");
  const asTest = ({ references, protocol }: StoredSet) => references === test.references && protocol === test.protocol;
  const predicted = judged.filter((entry) => featuresOf(entry) !== undefined && asTest(entry));
  tellOthers(judged, predicted, listener);
  const engine = createInnerProducts({ threads });
  const start = performance.now();
  const bank = fileRows(training.features);
  try {
    const laplace = await fitLaplace(
      { features: bank, labels: training.labels, classifier },
      {
        ...listener,
        kind: asked.kind,
        priorPrecision: asked.priorPrecision,
        imagesOf: training.of,
        innerProducts: (rows, others, width) => engine.products(rows, others, width),
      },
    );
    const variant = variantOf(asked, laplace, training.of);
    dropStored(to, () => false);
    for (const entry of predicted) {
      listener.signal?.throwIfAborted();
      const predictions = loadPredictions(from, entry.set, weights, entry.role);
      const { logits, labels, classes } = predictions;
      const { logProbabilities, doubts } = await withRows(featuresOf(entry)!, (features) =>
        predictLaplace(laplace, { features, logits: rowsOf(logits, classes) }, { ...asked, ...listener }),
      );
      const { role, protocol, references, mirrored, corruption, checkpointSha256, imagesSha256 } = entry;
      savePredictions(
        to,
        { set: entry.set, logits: logProbabilities, labels, classes, doubts },
        { role, weights, protocol, references, mirrored, corruption, checkpointSha256, imagesSha256, variant },
      );
    }
    const images = predicted.reduce((sum, entry) => sum + entry.images, 0);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    listener.onNotice?.(`${variant.title} of ${bank.count} training images and ${images} others took ${seconds} s`);
  } finally {
    bank.close();
    await engine.dispose();
  }
}

function requireLinear(
  folder: string,
  test: StoredSet,
  featuresOf: LaplaceFiles["featuresOf"],
  classifier: LastLayer,
): void {
  const features = featuresOf(test);
  if (features === undefined)
    throw new UserError(`${folder}: no features of ${test.set} are stored; a Laplace approximation predicts from them`);
  checkLinear(features, logitsFile(folder, test), loadPredictions(folder, test.set, test.weights, "test"), classifier);
}

function tellOthers(judged: readonly StoredSet[], predicted: readonly StoredSet[], { onNotice }: Listener): void {
  const left = judged.filter((entry) => !predicted.includes(entry));
  const corrupted = left.filter(({ role }) => role === "corruption").length;
  const names = left.filter(({ role }) => role !== "corruption").map(({ set }) => set);
  if (corrupted > 0)
    onNotice?.(
      `${corrupted} corrupted sets are not judged by the Laplace approximation, for their features are not stored, or under other references; add options.oodScores default`,
    );
  if (names.length > 0)
    onNotice?.(
      `${names.join(", ")}: not judged by the Laplace approximation, for features are not stored, or under other references`,
    );
}

async function withRows<T>(path: string, use: (rows: FileRows) => Promise<T>): Promise<T> {
  const rows = fileRows(path);
  try {
    return await use(rows);
  } finally {
    rows.close();
  }
}

function variantOf(asked: AskedLaplace, laplace: LastLayerLaplace, of = laplace.images): StoredVariant {
  const { kind, parameters, priorPrecision, effectiveParameters, logLikelihood, logEvidence, images } = laplace;
  return {
    ...namesOf(asked),
    passes: 1,
    laplace: {
      kind,
      predictive: asked.predictive,
      ...(asked.samples !== undefined && { samples: asked.samples }),
      priorPrecision,
      precisionBy: asked.priorPrecision === undefined ? "evidence" : "given",
      parameters,
      effectiveParameters,
      ...(logLikelihood !== undefined && { logLikelihood, logEvidence }),
      images,
      imagesOf: of,
    },
  };
}
