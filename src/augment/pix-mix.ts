import { type Random, UserError } from "../core/index.ts";
import { beta as betaNumber } from "../core/internal.ts";
import type { Augmentation, Image } from "./augmentation.ts";
import { fractalOf } from "./fractals.ts";
import { type OperationName, operations } from "./operations.ts";

const LEVELS = 10;
/** Mixing pictures stand over by an eighth and are cropped at random, as the authors' 36 pixels are to 32. */
const OVERSIZE = 9 / 8;
/** Side of the mixing pictures for images of this side. */
export const mixingSide = (side: number): number => Math.ceil(OVERSIZE * side);
/** Below this a value counts as this, so that its power stays finite. */
const DARKEST = 1e-37;

/** Magnitudes by the share of the highest level; whole numbers are cut off as by the authors. */
const space: Partial<Record<OperationName, (share: number, image: Image) => number>> = {
  autoContrast: () => 0,
  equalize: () => 0,
  posterize: (share) => 4 - Math.trunc(4 * share),
  rotate: (share) => Math.trunc(30 * share),
  solarize: (share) => 256 - Math.trunc(256 * share),
  shearX: (share) => 0.3 * share,
  shearY: (share) => 0.3 * share,
  translateX: (share, { width }) => Math.trunc((share * width) / 3),
  translateY: (share, { height }) => Math.trunc((share * height) / 3),
};
const names = Object.keys(space) as OperationName[];

/** One random operation of a level uniform in [0.1, severity]. */
function augmented(image: Image, severity: number, fill: number, random: Random): Image {
  const name = names[random.integer(names.length)];
  const level = 0.1 + (severity - 0.1) * random.uniform();
  const magnitude = space[name]!(level / LEVELS, image);
  const { signed, apply } = operations[name];
  return apply(image, signed && random.uniform() < 0.5 ? -magnitude : magnitude, fill);
}

/** Weights of the image and of what is mixed in: near (1, 0), from below and above or from above and below. */
export function mixingWeights(beta: number, random: Random): [number, number] {
  return random.uniform() < 0.5
    ? [betaNumber(beta, 1, random), betaNumber(1, beta, random)]
    : [1 + betaNumber(1, beta, random), -betaNumber(1, beta, random)];
}

/** Mixtures of values x and y in [0, 1] by weights (a, b), `join(own(x, a), other(y, b))`; results may lie outside. */
export interface Mixing {
  readonly own: (x: number, a: number) => number;
  readonly other: (y: number, b: number) => number;
  readonly join: (own: number, other: number) => number;
}

export const mixings: readonly Mixing[] = [
  // The weighted sum, of values in [−1, 1].
  {
    own: (x, a) => a * (2 * x - 1),
    other: (y, b) => b * (2 * y - 1),
    join: (own, other) => (own + other + 1) / 2,
  },
  // The weighted geometric mixture, of values in [0, 2].
  {
    own: (x, a) => (2 * x) ** a,
    other: (y, b) => Math.max(2 * y, DARKEST) ** b,
    join: (own, other) => (own * other) / 2,
  },
];

/** A function of bytes as [0, 1], for all of them. */
function ofBytes(change: (value: number) => number): Float64Array {
  const out = new Float64Array(256);
  for (let byte = 0; byte < 256; byte++) out[byte] = change(byte / 255);
  return out;
}

/** One round: values in [0, 1], or bytes in the first, with bytes. Powers cost most, so bytes go through tables. */
function mixed(
  values: Uint8Array | Float64Array,
  data: Uint8Array,
  { own, other, join }: Mixing,
  a: number,
  b: number,
) {
  const others = ofBytes((y) => other(y, b));
  const out = new Float64Array(data.length);
  if (values instanceof Uint8Array) {
    const owns = ofBytes((x) => own(x, a));
    for (let i = 0; i < out.length; i++) out[i] = join(owns[values[i]], others[data[i]]);
  } else for (let i = 0; i < out.length; i++) out[i] = join(own(values[i], a), others[data[i]]);
  for (let i = 0; i < out.length; i++) out[i] = Math.min(Math.max(out[i], 0), 1);
  return out;
}

/** A random part of the picture, of the image's size. */
function cropped(picture: Image, { height, width, channels }: Image, random: Random): Image {
  const top = random.integer(picture.height - height + 1);
  const left = random.integer(picture.width - width + 1);
  const data = new Uint8Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * channels;
    data.set(picture.data.subarray(from, from + width * channels), y * width * channels);
  }
  return { height, width, channels, data };
}

export interface PixMixOptions {
  /** Mixing rounds are uniform in 0 … `rounds`; k in the paper. */
  readonly rounds?: number;
  /** The higher, the closer to the image. */
  readonly beta?: number;
  /** Of the single operations, 1 to 10. */
  readonly severity?: number;
  /** How many fractals to choose from; unused, and 0, with a `mixingSet`. */
  readonly fractals?: number;
  readonly fill?: number;
  /** Pictures to mix with in place of fractals, at least as large as the images. Not part of `options`. */
  readonly mixingSet?: readonly Image[];
}

/** What is mixed in, one picture an image. */
function mixingPicture(image: Image, fractals: number, given: readonly Image[] | undefined, random: Random): Image {
  const { height, width, channels } = image;
  if (!given) {
    const shape = { height: mixingSide(height), width: mixingSide(width), channels };
    return cropped(fractalOf(shape, random.integer(fractals)), image, random);
  }
  const index = random.integer(given.length);
  const picture = given[index];
  if (picture.channels !== channels || picture.height < height || picture.width < width)
    throw new UserError(
      `pixMix: picture ${index} of mixingSet, ${sizeOf(picture)}, cannot be cropped to the images' ${sizeOf(image)}; convert and enlarge it first`,
    );
  return cropped(picture, image, random);
}
const sizeOf = ({ height, width, channels }: Image) => `${height}×${width}×${channels}`;

/**
 * PixMix (Hendrycks et al. 2022, algorithm 1): the image or a simple augmentation of it, mixed in up to `rounds` rounds
 * with further augmentations of it and a structurally complex picture, by sums or products with Beta weights. The
 * defaults are the authors' for CIFAR, and so are the operations, which leave out those that overlap with CIFAR-10-C.
 * The paper's fractals are artists'; ours are drawn (`fractals.ts`).
 * @throws UserError for options out of range, and later for a picture smaller than the images
 * @example
 * const { images: fractals } = await readPictures("fractals", { side: 32, channels: 3 });
 * const [mix] = augmentationsFromJson([{ name: "pixmix", options: {} }], { mixingSet: fractals });
 */
export function pixMix(options: PixMixOptions = {}): Augmentation {
  const { rounds = 4, beta = 3, severity = 3, mixingSet, fill = 0 } = options;
  const fractals = mixingSet ? 0 : (options.fractals ?? 100);
  if (!(Number.isInteger(rounds) && rounds >= 0))
    throw new UserError(`pixMix: rounds ${rounds} is not an integer ≥ 0; e.g. 4`);
  if (!(beta > 0 && Number.isFinite(beta))) throw new UserError(`pixMix: beta ${beta} is not above 0; e.g. 3`);
  if (!(severity >= 1 && severity <= LEVELS))
    throw new UserError(`pixMix: severity ${severity} is outside [1, ${LEVELS}]; e.g. 3`);
  if (mixingSet?.length === 0) throw new UserError("pixMix: mixingSet is empty; leave it out to mix with fractals");
  if (!mixingSet && !(Number.isInteger(fractals) && fractals >= 1))
    throw new UserError(
      `pixMix: fractals ${fractals} is not an integer ≥ 1 (0 is of a pipeline with a mixingSet, which options cannot hold); e.g. 100, or give the mixingSet again`,
    );
  return {
    name: "pixMix",
    options: { rounds, beta, severity, fractals, fill },
    apply(image, random) {
      const picture = mixingPicture(image, fractals, mixingSet, random);
      const start = random.uniform() < 0.5 ? augmented(image, severity, fill, random) : image;
      const count = random.integer(rounds + 1);
      if (count === 0) return start;
      let values: Uint8Array | Float64Array = start.data;
      for (let round = 0; round < count; round++) {
        const { data } = random.uniform() < 0.5 ? augmented(image, severity, fill, random) : picture;
        const mixing = mixings[random.integer(mixings.length)];
        const [a, b] = mixingWeights(beta, random);
        values = mixed(values, data, mixing, a, b);
      }
      const data = new Uint8Array(values.length);
      for (let i = 0; i < data.length; i++) data[i] = Math.round(255 * values[i]);
      return { ...image, data };
    },
  };
}
