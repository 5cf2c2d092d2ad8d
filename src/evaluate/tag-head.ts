import { UserError } from "../core/index.ts";
import { featureStatistics, linearOutput, linearOutputs, unstandardised } from "./feature-statistics.ts";
import { minimize } from "./lbfgs.ts";

/** What a frozen network says of images, and which tags each of them has. */
export interface TaggedFeatures {
  /** [N × D] */
  readonly features: Float32Array;
  /** [N], of each image the numbers of its tags, in [0, T). */
  readonly tags: readonly (readonly number[])[];
}

export interface TagHead {
  /** T. */
  readonly count: number;
  /** [T × D], for the features as they are. */
  readonly weights: Float64Array;
  /** [T] */
  readonly biases: Float64Array;
  /** λ. */
  readonly strength: number;
}

export interface ChosenTagHead {
  readonly head: TagHead;
  /** Strongest first: binary cross-entropy in nats, the mean over validation images and tags. */
  readonly tried: readonly { readonly strength: number; readonly validationLoss: number }[];
  /** Whether the best is the last on either side of the grid. */
  readonly atEdge: boolean;
}

export interface TagHeadOptions {
  /** T. */
  readonly count: number;
  /** λ > 0, falling; default 1, 0.1, … 1e-4. */
  readonly strengths?: readonly number[];
  /** Called before each tag is fitted; may throw to stop. */
  readonly onProgress?: (progress: { done: number; total: number }) => void;
}

/** One a decade: of rare tags the loss is small, and so is the strength that holds their weights back. */
const tagStrengths: readonly number[] = [1, 0.1, 0.01, 1e-3, 1e-4];

const TOLERANCE = 1e-5;

/**
 * A logistic regression for each tag on standardised features: min over w, b of the mean binary cross-entropy of σ(w·z + b) + λ/2 ‖w‖²,
 * by L-BFGS in float64. One λ for all tags, the best on validation images; weaker ones are not tried once one has not been better.
 * @throws UserError where the arrays do not fit, there are no images to fit or to choose by, or a strength is not positive
 * @example
 * const seen = { features: Float32Array.of(1, 0.5, -1, 2), tags: [[0], [0, 1], [], [1]] }; // 4 images, 1 feature, 2 tags
 * const held = { features: Float32Array.of(0.7, -2), tags: [[0], []] };
 * const { head } = await chooseTagHead(seen, held, { count: 2 });
 * console.log(tagProbabilities(head, held.features)); // [N × T]
 */
export async function chooseTagHead(
  train: TaggedFeatures,
  validation: TaggedFeatures,
  { count, strengths = tagStrengths, onProgress }: TagHeadOptions,
): Promise<ChosenTagHead> {
  const size = sizeOf("training", train, count);
  if (sizeOf("validation", validation, count) !== size)
    throw new UserError("tag head: training and validation images have other numbers of features");
  const wrong = strengths.find((strength) => !(strength > 0));
  if (wrong !== undefined || strengths.length === 0)
    throw new UserError(`tag head: the strength ${wrong} is not positive`);
  const statistics = featureStatistics(train.features, size);
  const { mean, scale } = statistics;
  const z = Float64Array.from(train.features, (value, i) => (value - mean[i % size]) / scale[i % size]);
  const has = membersOf(train, count);
  const tried: { strength: number; validationLoss: number }[] = [];
  let best: { head: TagHead; loss: number; place: number } | undefined;
  const points: Float64Array[] = has.map(() => new Float64Array(size + 1));
  for (const [place, strength] of strengths.entries()) {
    for (const [tag, members] of has.entries()) {
      onProgress?.({ done: place * count + tag, total: strengths.length * count });
      // Lets signals in: all tags together keep the thread for seconds.
      await new Promise((resolve) => setImmediate(resolve));
      points[tag] = minimize(penalisedLoss(z, members, size, strength), points[tag], {
        tolerance: TOLERANCE,
      }).point;
    }
    const weights = new Float64Array(count * size);
    for (const [tag, point] of points.entries()) weights.set(point.subarray(0, size), tag * size);
    const biases = Float64Array.from(points, (point) => point[size]);
    const head = { count, ...unstandardised({ weights, biases }, statistics), strength };
    const validationLoss = tagLoss(head, validation);
    tried.push({ strength, validationLoss });
    if (best && !(validationLoss < best.loss)) break;
    best = { head, loss: validationLoss, place };
  }
  return { head: best!.head, tried, atEdge: best!.place === 0 || best!.place === strengths.length - 1 };
}

/**
 * Features [N × D] → how likely an image has each tag, [N × T].
 * @example
 * const head = { count: 2, weights: Float64Array.of(1, -3), biases: Float64Array.of(0, 1), strength: 0.1 }; // of 1 feature
 * const likely = tagProbabilities(head, Float32Array.of(0.7, -2)).map((p) => Number(p > 0.5)); // [1, 0, 0, 1]
 */
export const tagProbabilities = (head: TagHead, features: Float32Array): Float32Array =>
  linearOutputs(head, features, (score) => 1 / (1 + Math.exp(-score)));

/** −ln σ(score) for a member, −ln(1 − σ(score)) for another, without overflow. */
const crossEntropy = (score: number, member: number): number =>
  Math.max(score, 0) - score * member + Math.log1p(Math.exp(-Math.abs(score)));

/** The mean over images and tags. */
function tagLoss(head: TagHead, { features, tags }: TaggedFeatures): number {
  const { count } = head;
  let sum = 0;
  for (const [row, own] of tags.entries()) {
    const members = new Set(own);
    for (let tag = 0; tag < count; tag++)
      sum += crossEntropy(linearOutput(head, features, row, tag), Number(members.has(tag)));
  }
  return sum / (tags.length * count);
}

/** What is minimised for one tag, at a point [w, b], with its gradient. */
function penalisedLoss(z: Float64Array, members: Uint8Array, size: number, strength: number) {
  const images = members.length;
  return (point: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    let loss = 0;
    for (let row = 0; row < images; row++) {
      const at = row * size;
      let score = point[size];
      for (let d = 0; d < size; d++) score += point[d] * z[at + d];
      loss += crossEntropy(score, members[row]);
      const residual = (1 / (1 + Math.exp(-score)) - members[row]) / images;
      for (let d = 0; d < size; d++) gradient[d] += residual * z[at + d];
      gradient[size] += residual;
    }
    let penalty = 0;
    for (let d = 0; d < size; d++) {
      gradient[d] += strength * point[d];
      penalty += point[d] * point[d];
    }
    return loss / images + (strength / 2) * penalty;
  };
}

/** Of each tag, which images have it: [T] of [N]. */
function membersOf({ tags }: TaggedFeatures, count: number): Uint8Array[] {
  const has = Array.from({ length: count }, () => new Uint8Array(tags.length));
  for (const [row, own] of tags.entries()) for (const tag of own) has[tag][row] = 1;
  return has;
}

/** D. */
function sizeOf(which: string, { features, tags }: TaggedFeatures, count: number): number {
  if (tags.length === 0) throw new UserError(`tag head: there are no ${which} images`);
  const size = features.length / tags.length;
  if (!Number.isInteger(size) || size < 1)
    throw new UserError(`tag head: ${features.length} features for ${tags.length} ${which} images`);
  const wrong = tags.flat().find((tag) => !Number.isInteger(tag) || tag < 0 || tag >= count);
  if (wrong !== undefined)
    throw new UserError(`tag head: the tag ${wrong} of ${which} images lies outside [0, ${count})`);
  return size;
}
