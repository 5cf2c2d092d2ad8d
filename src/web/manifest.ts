import type { Severity } from "../corrupt/corruption.ts";
import type { VerdictPart } from "../evaluate/verdict/verdict-scores.ts";

/** What `anchored demo` writes for the page: `demo.json`, and the files that it names. Paths are relative to the page. */
export interface Manifest {
  /** A digest of everything below: another demo in the same place is told by it. */
  readonly version: string;
  /** The data set in words, e.g. `Emoji categories`. */
  readonly title: string;
  /** Whose pictures the samples and references are. */
  readonly licence: string;
  readonly classNames: readonly string[];
  readonly shape: { readonly height: number; readonly width: number; readonly channels: number };
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
  readonly models: readonly ModelEntry[];
  readonly samples: Samples;
  /** Training pictures that a picture's nearest are shown of. */
  readonly nearest: { readonly images: string; readonly labels: readonly number[] };
  /** What ranks any words for a picture; absent where there is no dual encoder. */
  readonly words?: WordsPlan;
  /** What the page opens on; undamaged where absent. */
  readonly opening?: Opening;
  readonly teaching: TeachingPlan;
}

export interface ModelEntry {
  /** Unlike every other's, e.g. `Anchored`. */
  readonly title: string;
  /** What it is, in a line. */
  readonly description: string;
  readonly anchored: boolean;
  /**
   * ONNX: image float32 [1, C, H, W], normalised → logits [R, 1, K] and features [R, 1, F]; with a verdict also `known_parts`
   * [1, P], `known_score` [1] and `similarity` [1, B] to the B pictures of `nearest`.
   */
  readonly graph: string;
  /** R; 1 for a model without references. */
  readonly references: number;
  /** Bytes [R, H, W, C] of the references; absent for a model without. */
  readonly referenceImages?: string;
  /** Spread over references of clean validation images (mean over classes of the std), its percentiles 0 to 100. */
  readonly spreadPercentiles?: readonly number[];
  /** Doubt (1 − the largest probability) of clean validation images, which it was not trained on, its percentiles 0 to 100. */
  readonly doubtPercentiles: readonly number[];
  /** What Node says of each sample, to be told from what the browser says: [N × K] combined logits. */
  readonly expected: readonly number[];
  readonly teaching: Teaching;
  /** What tells known from foreign pictures; absent where it could not be fitted. */
  readonly verdict?: VerdictEntry;
}

/** A picture is known where the least of the graph's `known_parts` reaches the threshold. */
export interface VerdictEntry {
  /** [P] in the order of the graph's output. */
  readonly parts: readonly VerdictPart[];
  readonly threshold: number;
  /** Share of the validation pictures that are known by it, 0 to 1, and how many they are. */
  readonly keeps: number;
  readonly validationImages: number;
}

export interface WordsPlan {
  readonly dualEncoders: readonly DualEncoderEntry[];
  /** Words to begin with. */
  readonly suggested: readonly string[];
}

/** A dual encoder as `anchored export` writes it (src/export/dual-encoder). */
export interface DualEncoderEntry {
  /** Unlike every other's, e.g. `Anchored`. */
  readonly title: string;
  /** What it is, in a line. */
  readonly description: string;
  /** ONNX: `images` uint8 [N, H, W, C] → `embedding` [N, d], under several references with `agreement` [N]. */
  readonly image: string;
  /** ONNX: `tokens` int32 [N, T] → `embedding` [N, d]. */
  readonly text: string;
  readonly tokenizer: string;
  readonly tokenizerConfig?: string;
  /** d */
  readonly embedding: number;
  /** T */
  readonly context: number;
  /** Logits are this times agreement times cosine. */
  readonly scale: number;
  readonly templates: readonly string[];
  /** What Node says of each sample, to be told from what the browser says: [N × W] logits of the suggested words. */
  readonly expected: readonly number[];
}

export interface Samples {
  /** Bytes [N, H, W, C]. */
  readonly images: string;
  /** [N] index into `classNames`. */
  readonly labels: readonly number[];
  /** [N] the image set that each is from. */
  readonly sets: readonly string[];
}

/** A sample and a damage at which a standard model is surest of a wrong answer and an anchored one is right. */
export interface Opening {
  /** Index of the picture in `samples`. */
  readonly sample: number;
  readonly corruption: string;
  readonly severity: Severity;
  /** Indices into `models` of the two that were compared. */
  readonly anchored: number;
  readonly standard: number;
  /** Whether the anchored one also calls it known. */
  readonly known?: boolean;
  /** How many pictures under how many corruptions, at every severity, it was chosen from. */
  readonly tried: { readonly pictures: number; readonly corruptions: number };
}

/** How a class is taught, the same for all models. */
export interface TeachingPlan {
  readonly batchSize: number;
  /** Of a batch, how many show the new class. */
  readonly newInBatch: number;
  readonly steps: number;
  /** Of the largest learning rate at which plain descent is stable: that is about 1 / mean ‖features‖². */
  readonly rate: number;
  /** Grey level that uncovered pixels are filled with where a picture is moved. */
  readonly fill: number;
}

/** An array that a program takes or gives, by its path in the tree, e.g. `slots.mean.weight`. */
export interface NamedShape {
  readonly path: string;
  readonly shape: readonly number[];
}

/** What a classifier of one class more is trained with in the page. */
export interface Teaching {
  /** F. */
  readonly features: number;
  /** ONNX: one training step of the linear classifier [K + 1, F], forward, loss, backward and update. */
  readonly step: string;
  readonly inputs: readonly NamedShape[];
  readonly outputs: readonly NamedShape[];
  /** Float32: weight [K × F], bias [K], then features of training images [T × F], then of validation images [V × F]. */
  readonly weights: string;
  /** [T] and [V]. */
  readonly trainLabels: readonly number[];
  readonly validationLabels: readonly number[];
}
