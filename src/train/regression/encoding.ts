import { normalizeImages } from "../../augment/index.ts";
import {
  HostArray,
  type ImageSet,
  type Normalization,
  type NumberColumns,
  Random,
  type RegressionSet,
  UserError,
} from "../../core/index.ts";
import { channelStatistics } from "../../data/index.ts";
import type { RegressionOptions, TargetScale } from "../../tasks/index.ts";

/** What a network sees of the inputs of its training set, and how its outputs are read. */
export interface RegressionEncoding {
  readonly inputs:
    | {
        readonly kind: "images";
        readonly height: number;
        readonly width: number;
        readonly channels: number;
        readonly normalization: Normalization;
      }
    | ({ readonly kind: "numbers"; readonly names: readonly string[] } & TargetScale);
  readonly targets: { readonly names: readonly string[] } & TargetScale;
}

/** The statistics of a training set, by which inputs and targets are standardised. */
export const describeEncoding = (train: RegressionSet): RegressionEncoding => ({
  inputs: describeInputs(train),
  targets: { names: train.targets.names, ...scaleOf(train.targets, train.count) },
});

function describeInputs(train: RegressionSet): RegressionEncoding["inputs"] {
  const { inputs } = train;
  if (inputs.kind === "numbers") return { kind: "numbers", names: inputs.names, ...scaleOf(inputs, train.count) };
  const { height, width, channels } = inputs;
  return { kind: "images", height, width, channels, normalization: channelStatistics(imagesOf(train)) };
}

/** Mean and standard deviation (divisor N) of each column; 1 for a column that never varies. */
function scaleOf({ names, data }: NumberColumns, count: number): TargetScale {
  const columns = names.map((_, d) => Array.from({ length: count }, (_, row) => data[row * names.length + d]));
  const mean = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / count);
  const standardDeviation = columns.map((column, d) => {
    const variance = column.reduce((sum, value) => sum + (value - mean[d]) ** 2, 0) / count;
    return variance > 0 ? Math.sqrt(variance) : 1;
  });
  return { mean, standardDeviation };
}

/** Examples as a network is fed them. */
export interface RegressionEncoder {
  /** Of one example; numbers are a map of one pixel with a channel for each column. */
  readonly shape: { readonly channels: number; readonly height: number; readonly width: number };
  /** [N, C, H, W] standardised. @throws UserError for other columns or images than the network was trained on */
  inputs(set: RegressionSet, rows: ArrayLike<number>): Float32Array;
  /** [N, D] standardised. */
  targets(set: RegressionSet, rows: ArrayLike<number>): Float32Array;
}

/** @param seed of the Fourier features, where there are any */
export function regressionEncoder(
  encoding: RegressionEncoding,
  { fourier }: Pick<RegressionOptions, "fourier">,
  seed: number,
): RegressionEncoder {
  const { inputs, targets } = encoding;
  const common = {
    targets: (set: RegressionSet, rows: ArrayLike<number>) => standardised(set.targets, rows, targets),
  };
  if (inputs.kind === "images") {
    if (fourier) throw new UserError("task.fourier: it is for numbers, and the inputs are images; leave it out");
    const { channels, height, width, normalization } = inputs;
    return {
      ...common,
      shape: { channels, height, width },
      inputs(set, rows) {
        checkInputs(set, inputs);
        return normalizeImages(imagesOf(set), rows, normalization);
      },
    };
  }
  const directions = fourier && fourierDirections(inputs.names.length, fourier, seed);
  return {
    ...common,
    shape: { channels: fourier ? 2 * fourier.features : inputs.names.length, height: 1, width: 1 },
    inputs(set, rows) {
      checkInputs(set, inputs);
      const numbers = standardised(set.inputs as NumberColumns, rows, inputs);
      return directions ? fourierFeatures(numbers, inputs.names.length, directions) : numbers;
    },
  };
}

function standardised(
  { names, data }: NumberColumns,
  rows: ArrayLike<number>,
  { mean, standardDeviation }: TargetScale,
): Float32Array {
  const D = names.length;
  return Float32Array.from({ length: rows.length * D }, (_, i) => {
    const [row, d] = [rows[Math.floor(i / D)], i % D];
    return (data[row * D + d] - mean[d]) / standardDeviation[d];
  });
}

/** B [features × D], normal with the scale as standard deviation. */
export function fourierDirections(
  columns: number,
  { features, scale }: NonNullable<RegressionOptions["fourier"]>,
  seed: number,
): Float32Array {
  const random = new Random("fourier features", seed);
  return Float32Array.from({ length: features * columns }, () => scale * random.normal());
}

/** x [N × D] → sin 2πBx, cos 2πBx [N × 2F]. */
function fourierFeatures(numbers: Float32Array, columns: number, directions: Float32Array): Float32Array {
  const features = directions.length / columns;
  const count = numbers.length / columns;
  const out = new Float32Array(count * 2 * features);
  for (let row = 0; row < count; row++)
    for (let f = 0; f < features; f++) {
      let angle = 0;
      for (let d = 0; d < columns; d++) angle += directions[f * columns + d] * numbers[row * columns + d];
      out[row * 2 * features + f] = Math.sin(2 * Math.PI * angle);
      out[row * 2 * features + features + f] = Math.cos(2 * Math.PI * angle);
    }
  return out;
}

function checkInputs({ name, inputs }: RegressionSet, known: RegressionEncoding["inputs"]): void {
  if (inputs.kind !== known.kind)
    throw new UserError(`${name} has ${inputs.kind}, the model was trained on ${known.kind}`);
  if (inputs.kind === "numbers" && known.kind === "numbers") {
    if (JSON.stringify(inputs.names) !== JSON.stringify(known.names))
      throw new UserError(
        `${name} has the columns ${inputs.names.join(", ")}, the model was trained on ${known.names.join(", ")}`,
      );
  } else if (inputs.kind === "images" && known.kind === "images") {
    const inWords = ({ width, height, channels }: Pick<typeof known, "width" | "height" | "channels">) =>
      `${width}×${height} images of ${channels} channels`;
    if (inWords(inputs) !== inWords(known))
      throw new UserError(`${name} has ${inWords(inputs)}, the model was trained on ${inWords(known)}`);
  }
}

/** The images of a set for functions that know labels. */
function imagesOf({ name, count, inputs }: RegressionSet): ImageSet {
  if (inputs.kind !== "images") throw new TypeError(`${name}: it holds numbers, not images`);
  const { height, width, channels, images } = inputs;
  return { name, height, width, channels, images, labels: new Int32Array(count), classNames: [name] };
}

/** Examples [N, C, H, W] as they are fed. */
export const encodedRows = (encoder: RegressionEncoder, set: RegressionSet, rows: ArrayLike<number>): HostArray => {
  const { channels, height, width } = encoder.shape;
  return HostArray.float32([rows.length, channels, height, width], encoder.inputs(set, rows));
};
