import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { StoredPredictions } from "../core/index.ts";
import { UserError } from "../core/index.ts";
import { parseJson, readNpy, readText, runPaths, writeFileAtomic, writeNpy } from "../files/index.ts";
import { checkPredictions } from "./judged.ts";
import { unusedSlug } from "./slug.ts";

/** Which of a run's weights predict, where it keeps a moving average of them beside the `raw` ones of its last step. */
export const weightKinds = ["average", "raw"] as const;
export type Weights = (typeof weightKinds)[number];

const storedSet = z.object({
  /** Image-set name, e.g. `emoji/test`. */
  set: z.string(),
  /** Absent where a run has only one kind. */
  weights: z.enum(weightKinds).optional(),
  /** The beginning of its file names. */
  slug: z.string().regex(/^[\w.-]+$/),
  role: z.enum(["test", "validation", "shift", "ood", "corruption"]),
  images: z.number().int().positive(),
  classes: z.number().int().min(2),
  /** How an anchored model was asked: `single`, `k`, `blt`. */
  protocol: z.string().optional(),
  /** K of that protocol. */
  references: z.number().int().positive().optional(),
  /** Whether the logits are means over each image and its mirror image. */
  mirrored: z.boolean().optional(),
  /** Whether an `.uncertainty.npy` lies beside the logits. */
  uncertainty: z.boolean(),
  /** How the images were corrupted, of role `corruption`. */
  corruption: z
    .object({
      name: z.string(),
      /** 1 to 5. */
      severity: z.number().int(),
      /** Whose constants: `cifar`, `tiny-imagenet`, `imagenet`; or `published` for files made by others. */
      benchmark: z.string(),
      /** Whether something stands in for what the benchmark prescribes (a procedural texture for photographs). */
      standIn: z.boolean().optional(),
    })
    .optional(),
  /** Of the checkpoint that predicted. */
  checkpointSha256: z.string().optional(),
  /** Of the images and of how they were asked: equal keys and checkpoints give equal logits. */
  inputKey: z.string().optional(),
  /** Of shape, bytes and labels of the images. */
  imagesSha256: z.string().optional(),
});
const index = z.object({ version: z.literal(1), sets: z.array(storedSet) });

/** A line of `predictions/index.json`: one image set that a run has predicted. */
export type StoredSet = z.infer<typeof storedSet>;
/**
 * What an image set is for: judged in distribution, under shift or corrupted; held against the test set as foreign; or,
 * `validation`, what temperatures and thresholds are fitted on.
 */
export type SetRole = StoredSet["role"];

export type PredictionContext = Pick<
  StoredSet,
  | "role"
  | "weights"
  | "protocol"
  | "references"
  | "mirrored"
  | "corruption"
  | "checkpointSha256"
  | "inputKey"
  | "imagesSha256"
>;

const indexPath = (run: string) => join(runPaths(run).predictions, "index.json");
const paths = (run: string, slug: string) => {
  const stem = join(runPaths(run).predictions, slug);
  return { logits: `${stem}.logits.npy`, uncertainty: `${stem}.uncertainty.npy`, labels: `${stem}.labels.npy` };
};

/** The image sets that a run has predicted, in the order in which they were first saved; none for a fresh run. */
export function storedSets(run: string): StoredSet[] {
  const path = indexPath(run);
  if (!existsSync(path)) return [];
  return parseJson(readText(path, ""), index, path).sets;
}

/**
 * Stores a model's outputs on one image set under the run folder, in place of earlier ones of the same weights on it in
 * the same role: the test set of one data set and foreign images may have one name.
 * The labels of an out-of-distribution set are stored as −1 whatever they are.
 * @throws TypeError for predictions whose arrays disagree or are not finite.
 */
export function savePredictions(run: string, predictions: StoredPredictions, context: PredictionContext): void {
  checkPredictions(predictions);
  const { set, logits, uncertainty, labels, classes } = predictions;
  const others = storedSets(run);
  const { role, weights, protocol, references, mirrored, ...origin } = context;
  const before = others.find((other) => other.set === set && other.role === role && other.weights === weights);
  const slug = before?.slug ?? unusedSlug(weights === "raw" ? `${set}-raw` : set, others);
  const shape = [labels.length, classes];
  const files = paths(run, slug);
  writeNpy(files.logits, { shape, data: logits });
  if (uncertainty) writeNpy(files.uncertainty, { shape, data: uncertainty });
  const known = role === "ood" ? new Int32Array(labels.length).fill(-1) : labels;
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
    ...origin,
  };
  writeIndex(run, before ? others.map((other) => (other === before ? entry : other)) : [...others, entry]);
}

/** Removes the sets that `keep` does not want, with their files. */
export function dropStored(run: string, keep: (entry: StoredSet) => boolean): void {
  const sets = storedSets(run);
  const dropped = sets.filter((entry) => !keep(entry));
  if (dropped.length === 0) return;
  // The index first: a file without its line does no harm, a line without its file does.
  writeIndex(run, sets.filter(keep));
  for (const { slug } of dropped) for (const path of Object.values(paths(run, slug))) rmSync(path, { force: true });
}

const writeIndex = (run: string, sets: readonly StoredSet[]): void =>
  writeFileAtomic(indexPath(run), `${JSON.stringify({ version: 1, sets }, null, 2)}\n`);

/**
 * @param role of the sets of that name; where absent, one that is not foreign before one that is
 * @throws UserError where the set was never predicted by these weights, or a file of it is missing or damaged.
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
  const read = <D extends "f4" | "f8" | "i4">(path: string, shape: number[], ...types: readonly D[]) => {
    const array = readNpy(path, ...types);
    if (array.shape.join() !== shape.join())
      throw new UserError(`${path}: shape [${array.shape.join(", ")}], but the index says [${shape.join(", ")}]`);
    return array.data;
  };
  const predictions: StoredPredictions = {
    set,
    logits: read(files.logits, [images, classes], "f4", "f8"),
    ...(entry.uncertainty && { uncertainty: read(files.uncertainty, [images, classes], "f4") }),
    labels: read(files.labels, [images], "i4"),
    classes,
  };
  try {
    checkPredictions(predictions);
  } catch (error) {
    throw new UserError(`${files.logits}: ${(error as Error).message}`);
  }
  return predictions;
}
