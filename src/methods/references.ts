import { type ImageSet, imageCount, permutation, Random, UserError } from "../core/index.ts";

/** Which training images serve as references, and when. */
export interface ReferenceOptions {
  /** The reference set: `all`, `N`, `classes:K`, `stratified:N`, or `batch`: the images that are trained on at a step. */
  readonly references: string;
  /** How many of them there are at the start; all where absent. */
  readonly referenceStart?: number;
  /** The share of training at which all of them are there; default 0.5. */
  readonly referenceGrowth?: number;
}

/** Which training images may serve as references. */
export type ReferencePolicy =
  | { readonly kind: "all" }
  /** At each step the images of its batch; a trained model keeps some of all training images. */
  | { readonly kind: "batch" }
  /** N images drawn from all. */
  | { readonly kind: "images"; readonly count: number }
  /** All images of K classes drawn from all classes. */
  | { readonly kind: "classes"; readonly count: number }
  /** N images, as evenly over all classes as N allows. */
  | { readonly kind: "stratified"; readonly count: number };

/** @throws UserError where references from the batch are to come from a set as well. */
export function checkReferences({
  references,
  referenceStart,
  referenceSource = "new",
  corruptReferencesEvery = 0,
}: ReferenceOptions & {
  readonly referenceSource?: string;
  readonly corruptReferencesEvery?: number;
}): void {
  if (references !== "batch") return;
  const refuse = (flag: string, why: string) =>
    new UserError(`${flag}: method.references batch ${why}; leave one of them out`);
  if (referenceStart !== undefined)
    throw refuse(`method.referenceStart ${referenceStart}`, "takes the images of each step, no set that could grow");
  if (referenceSource !== "new")
    throw refuse(`method.referenceSource ${referenceSource}`, "takes the images that are trained on");
  if (corruptReferencesEvery > 0)
    throw refuse(`method.corruptReferencesEvery ${corruptReferencesEvery}`, "takes images that are augmented already");
}

/** Reads `all`, `batch`, `N`, `classes:K` or `stratified:N`. @throws UserError for anything else. */
export function parseReferencePolicy(text: string): ReferencePolicy {
  const match = /^(?:all|batch|(?:(classes|stratified):)?(\d+))$/.exec(text);
  const wrong = (why: string) => new UserError(`method.references ${text}: ${why}`);
  if (!match) throw wrong("unknown policy; known: all, batch, N, classes:K, stratified:N (e.g. stratified:500)");
  if (text === "all" || text === "batch") return { kind: text };
  const count = Number(match[2]);
  if (count < 1) throw wrong("an empty reference set; use at least 1");
  return { kind: (match[1] ?? "images") as "images" | "classes" | "stratified", count };
}

/**
 * Rows of the training set that form the reference set, in increasing order. The same seed gives the same set.
 * @throws UserError where the training set cannot satisfy the policy.
 * @example
 * const rows = referenceRows("stratified:20", dataSet.train, 0); // 20 images, as many of each class as can be
 */
export function referenceRows(text: string, train: ImageSet, seed: number): Int32Array {
  const policy = parseReferencePolicy(text);
  const random = new Random("reference-set", seed);
  const images = imageCount(train);
  const classes = train.classNames.length;
  const wrong = (why: string) => new UserError(`method.references ${text}: ${why}`);

  switch (policy.kind) {
    case "all":
    case "batch":
      return Int32Array.from({ length: images }, (_, row) => row);
    case "images":
      if (policy.count > images) throw wrong(`more than the ${images} training images; use at most ${images}, or all`);
      return permutation(images, random).subarray(0, policy.count).sort();
    case "classes": {
      if (policy.count > classes) throw wrong(`more than the ${classes} classes; use at most ${classes}`);
      const chosen = new Set(permutation(classes, random).subarray(0, policy.count));
      const rows = Int32Array.from({ length: images }, (_, row) => row).filter((row) => chosen.has(train.labels[row]));
      if (rows.length === 0) throw wrong("the chosen classes have no training images; use more classes");
      return rows;
    }
    case "stratified": {
      if (policy.count < classes) throw wrong(`fewer than the ${classes} classes; use at least ${classes}`);
      const rows: number[] = [];
      const order = permutation(images, random);
      // Where N is no multiple of the classes, which of them get one more is drawn too.
      permutation(classes, random).forEach((label, i) => {
        const wanted = Math.floor(policy.count / classes) + (i < policy.count % classes ? 1 : 0);
        const members = order.filter((row) => train.labels[row] === label).subarray(0, wanted);
        if (members.length < wanted)
          throw wrong(`class "${train.classNames[label]}" has only ${members.length} training images; use fewer`);
        rows.push(...members);
      });
      return Int32Array.from(rows).sort();
    }
  }
}

/**
 * The rows of the references that a trained model keeps: `count` of the reference set without repetition, or all of a
 * smaller one.
 */
export const keptReferenceRows = (rows: Int32Array, count: number, seed: number): Int32Array =>
  new Random("kept-references", seed).shuffle(rows.slice()).slice(0, count);

/**
 * How many references there are at a share of the training done, of a set that grows from `referenceStart`: by the same
 * factor at every step, for what counts is the order of magnitude (Narayanaswamy et al., figure on the set's size).
 */
export function referencesInUse(
  size: number,
  { referenceStart = size, referenceGrowth = 0.5 }: Omit<ReferenceOptions, "references">,
  progress: number,
): number {
  if (progress >= referenceGrowth || referenceStart >= size) return size;
  return Math.round(referenceStart * (size / referenceStart) ** (progress / referenceGrowth));
}

/**
 * The reference set in the order in which it grows, as it is where it does not: every smaller set is part of a larger.
 * @throws UserError where it would start larger than it is.
 */
export function growthOrder(rows: Int32Array, { referenceStart }: ReferenceOptions, seed: number): Int32Array {
  if (referenceStart === undefined) return rows;
  if (referenceStart > rows.length)
    throw new UserError(
      `method.referenceStart ${referenceStart}: more than the ${rows.length} images of the reference set; use at most that`,
    );
  return new Random("reference-growth", seed).shuffle(rows.slice());
}
