import { type Batch, permutation, type Random, UserError } from "../core/index.ts";
import { beta, knownName, registerEntry } from "../core/internal.ts";
import { refuseUnknownOptions } from "./known-options.ts";

/** Sizes of a batch: N images [C, H, W], K classes. */
export interface MixShape {
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
}

/** A random mixture of the images of a batch with one another, and of their targets in the same shares. */
export interface BatchMixer {
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
  /** Must not write to `batch`. */
  readonly apply: (batch: Batch, shape: MixShape, random: Random) => Batch;
}

const checkAlpha = (name: string, alpha: number): void => {
  if (!(alpha > 0)) throw new UserError(`${name}: alpha ${alpha} is not above 0; e.g. 1`);
};

/** a·own + (1 − a)·partner's, row by row. */
function mixRows(values: Float32Array, rows: number, partners: Int32Array, own: number): Float32Array {
  const size = values.length / rows;
  const out = new Float32Array(values.length);
  for (let row = 0, at = 0; row < rows; row++) {
    let from = partners[row] * size;
    for (let i = 0; i < size; i++, at++, from++) out[at] = own * values[at] + (1 - own) * values[from];
  }
  return out;
}

/**
 * mixup (Zhang et al. 2018, equation 1): every image with another one of its batch, in one share from Beta(α, α).
 * @example
 * const config = resolveConfig({ data: { name: "cifar10" }, mix: [mixup({ alpha: 0.2 })] });
 */
export function mixup({ alpha = 0.2 }: { alpha?: number } = {}): BatchMixer {
  checkAlpha("mixup", alpha);
  return {
    name: "mixup",
    options: { alpha },
    apply({ images, targets }, { count }, random) {
      const own = beta(alpha, alpha, random);
      const partners = permutation(count, random);
      return { images: mixRows(images, count, partners, own), targets: mixRows(targets, count, partners, own) };
    },
  };
}

/**
 * CutMix (Yun et al. 2019, section 3): a rectangle of every image comes from another one of its batch; its area is a share
 * from Beta(α, α), cut off at the edges, and the targets are mixed by the area that is left.
 * @example
 * const config = resolveConfig({ data: { name: "cifar10" }, mix: [cutmix({ alpha: 1 })] });
 */
export function cutmix({ alpha = 1 }: { alpha?: number } = {}): BatchMixer {
  checkAlpha("cutmix", alpha);
  return {
    name: "cutmix",
    options: { alpha },
    apply({ images, targets }, { count, channels, height, width }, random) {
      const side = Math.sqrt(1 - beta(alpha, alpha, random));
      const partners = permutation(count, random);
      const [tall, wide] = [Math.trunc(height * side), Math.trunc(width * side)];
      const [middleY, middleX] = [random.integer(height), random.integer(width)];
      const clip = (value: number, size: number) => Math.min(Math.max(value, 0), size);
      const top = clip(middleY - Math.floor(tall / 2), height);
      const bottom = clip(middleY + Math.floor(tall / 2), height);
      const left = clip(middleX - Math.floor(wide / 2), width);
      const right = clip(middleX + Math.floor(wide / 2), width);
      const own = 1 - ((bottom - top) * (right - left)) / (height * width);
      const size = channels * height * width;
      const mixed = images.slice();
      for (let row = 0; row < count; row++)
        for (let c = 0; c < channels; c++)
          for (let y = top; y < bottom; y++) {
            const line = (c * height + y) * width;
            const from = partners[row] * size + line;
            mixed.set(images.subarray(from + left, from + right), row * size + line + left);
          }
      return { images: mixed, targets: mixRows(targets, count, partners, own) };
    },
  };
}

/** Every mixer by name, from its options as they stand in a run's config. */
export const mixerTable: Readonly<Record<string, (options: any) => BatchMixer>> = { mixup, cutmix };
/**
 * Those of the table and of `registerMixer`.
 * @example
 * console.log(mixerNames); // ["mixup", "cutmix"]
 */
export const mixerNames: readonly string[] = Object.keys(mixerTable);

/**
 * Makes a mixer of the user's own known by name, here and to `--mix`, as `registerAugmentation` does an augmentation.
 * @throws UserError for a name that is taken
 * @example
 * registerMixer("mixup-even", () => ({ ...mixup({ alpha: 1000 }), name: "mixup-even", options: {} }));
 */
export const registerMixer = (name: string, create: (options: any) => BatchMixer): void =>
  registerEntry("mixer", mixerTable, mixerNames, name, create);

/**
 * Batch mixers by their names and options, as a config holds them. @throws UserError for an unknown name or option
 * @throws UserError for an unknown name or option, or options out of range.
 * @example
 * const [mixer] = mixersFromJson([{ name: "mixup", options: { alpha: 0.2 } }]);
 */
export const mixersFromJson = (list: readonly Pick<BatchMixer, "name" | "options">[]): BatchMixer[] =>
  list.map(({ name, options }) => {
    const create = mixerTable[knownName("mixer", name, mixerNames)];
    refuseUnknownOptions(mixerTable, name, options);
    return create(options);
  });

/**
 * Targets moved toward 1 / K by ε (Szegedy et al. 2016, section 7).
 * @example
 * smoothLabels(Float32Array.of(0, 1), 2, 0.1); // [0.05, 0.95]
 */
export const smoothLabels = (targets: Float32Array, classes: number, epsilon: number): Float32Array =>
  epsilon === 0 ? targets : targets.map((target) => (1 - epsilon) * target + epsilon / classes);
