import { join } from "node:path";
import type { StoredPredictions } from "../core/index.ts";
import { UserError } from "../core/index.ts";
import type { PredictionContext, SetRole, StoredSet, Weights } from "../evaluate/index.ts";
import { checkPredictions, storedSet } from "../evaluate/internal.ts";
import { runPaths, writeNpy } from "../files/index.ts";
import { unusedSlug } from "./slug.ts";
import { readStored, storedIndex } from "./stored-index.ts";

const paths = (run: string, slug: string) => {
  const stem = join(runPaths(run).predictions, slug);
  return {
    logits: `${stem}.logits.npy`,
    uncertainty: `${stem}.uncertainty.npy`,
    doubts: `${stem}.doubts.npy`,
    features: `${stem}.features.npy`,
    labels: `${stem}.labels.npy`,
  };
};
const index = storedIndex("classification", storedSet, paths);

/**
 * The image sets that a run has predicted, in the order in which they were first saved; none for a fresh run.
 * @example
 * for (const { set, role } of storedSets(run)) console.log(set, role);
 */
export function storedSets(run: string): StoredSet[] {
  return index.read(run);
}

/**
 * Stores a model's outputs on one image set under the run folder, in place of earlier ones of the same weights on it in
 * the same role: the test set of one data set and foreign images may have one name.
 * The labels of an out-of-distribution set are stored as −1 whatever they are.
 * @throws TypeError for predictions whose arrays disagree or are not finite.
 * @example
 * savePredictions(run, predictions, { role: "test", checkpointSha256: "9f86…", weights: "raw" });
 */
export function savePredictions(run: string, predictions: StoredPredictions, context: PredictionContext): void {
  checkPredictions(predictions);
  const { set, logits, uncertainty, doubts, features, labels, classes } = predictions;
  const others = storedSets(run);
  const { role, weights, protocol, references, mirrored, ...origin } = context;
  const before = others.find((other) => other.set === set && other.role === role && other.weights === weights);
  const slug = before?.slug ?? unusedSlug(weights === "raw" ? `${set}-raw` : set, others);
  const shape = [labels.length, classes];
  const files = paths(run, slug);
  writeNpy(files.logits, { shape, data: logits });
  if (uncertainty) writeNpy(files.uncertainty, { shape, data: uncertainty });
  if (doubts) writeNpy(files.doubts, doubtColumns(doubts, labels.length));
  const size = features && checkedFeatures(predictions);
  if (size) writeNpy(files.features, { shape: [labels.length, size], data: features });
  const known = role === "ood" || role === "ood-validation" ? new Int32Array(labels.length).fill(-1) : labels;
  writeNpy(files.labels, { shape: [labels.length], data: known });
  const entry: StoredSet = {
    set,
    weights,
    slug,
    role,
    images: labels.length,
    classes,
    protocol,
    references,
    mirrored,
    uncertainty: uncertainty !== undefined,
    ...(doubts && { doubts: Object.keys(doubts) }),
    ...(size && { features: size }),
    ...origin,
  };
  index.write(run, before ? others.map((other) => (other === before ? entry : other)) : [...others, entry]);
}

/** [N, columns] */
function doubtColumns(doubts: NonNullable<StoredPredictions["doubts"]>, images: number) {
  const columns = Object.values(doubts);
  const data = new Float64Array(images * columns.length);
  for (const [c, column] of columns.entries())
    for (let row = 0; row < images; row++) data[row * columns.length + c] = column[row];
  return { shape: [images, columns.length], data };
}

/** What `doubtColumns` put together. */
const doubtsOf = (names: readonly string[], data: ArrayLike<number>, images: number): StoredPredictions["doubts"] =>
  Object.fromEntries(
    names.map((name, c) => [name, Float64Array.from({ length: images }, (_, row) => data[row * names.length + c])]),
  );

/** D. @throws TypeError where features do not fill rows, or one is not finite. */
function checkedFeatures({ set, features = new Float32Array(), labels }: StoredPredictions): number {
  const size = features.length / labels.length;
  if (!(Number.isInteger(size) && size > 0))
    throw new TypeError(`${set}: ${features.length} features do not fill ${labels.length} rows`);
  for (let i = 0; i < features.length; i++)
    if (!Number.isFinite(features[i]))
      throw new TypeError(`${set}: feature ${i % size} of image ${Math.floor(i / size)} is ${features[i]}`);
  return size;
}

/**
 * The file of a set's features, float32 [N, D], for reading in blocks; `undefined` where none were stored.
 */
export const featuresFile = (run: string, { slug, features }: StoredSet): string | undefined =>
  features === undefined ? undefined : paths(run, slug).features;

/** The file of a set's logits [N, K], float32 or float64. */
export const logitsFile = (run: string, { slug }: StoredSet): string => paths(run, slug).logits;

/** Removes the sets that `keep` does not want, with their files. */
export const dropStored: (run: string, keep: (entry: StoredSet) => boolean) => void = index.drop;

/**
 * Reads what a run predicted for a set, as `evaluate` takes it.
 * @param role of the sets of that name; where absent, one that is not foreign before one that is
 * @throws UserError where the set was never predicted by these weights, or a file of it is missing or damaged.
 * @example
 * const stored = loadPredictions(run, "mnist/test");
 * console.log(measure(judge(stored)).accuracy);
 */
export function loadPredictions(run: string, set: string, weights?: Weights, role?: SetRole): StoredPredictions {
  const sets = storedSets(run).filter((entry) => entry.weights === weights);
  const named = sets.filter((other) => other.set === set && (role ?? other.role) === other.role);
  const entry = named.find((other) => other.role !== "ood") ?? named[0];
  if (!entry)
    throw new UserError(
      `${run} has no predictions${weights ? ` of its ${weights} weights` : ""} on "${set}"; it has: ${sets.map((s) => s.set).join(", ") || "none"}`,
    );
  const { classes, images } = entry;
  const files = paths(run, entry.slug);
  const predictions: StoredPredictions = {
    set,
    logits: readStored(files.logits, [images, classes], "f4", "f8"),
    ...(entry.uncertainty && { uncertainty: readStored(files.uncertainty, [images, classes], "f4") }),
    ...(entry.doubts && {
      doubts: doubtsOf(entry.doubts, readStored(files.doubts, [images, entry.doubts.length], "f8"), images),
    }),
    labels: readStored(files.labels, [images], "i4"),
    classes,
  };
  try {
    checkPredictions(predictions);
  } catch (error) {
    throw new UserError(`${files.logits}: ${(error as Error).message}`);
  }
  return predictions;
}
