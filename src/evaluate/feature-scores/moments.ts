import { type Eigen, symmetricEigen } from "./eigen.ts";
import type { NumberRows } from "./rows.ts";
import { eachBlock } from "./rows.ts";
import { unitRows } from "./scored-block.ts";
import { type Fitting, UndefinedScore } from "./types.ts";

/** Whether features are taken as they are, or divided by their norm. */
export type Scaling = "raw" | "unit";

export interface Moments {
  /** N */
  readonly count: number;
  /** [D] */
  readonly mean: Float64Array;
  /** [D, D] 1/N Σ (z − μ)(z − μ)ᵀ */
  readonly covariance: Float64Array;
}

/** By training labels. */
export interface ClassMoments {
  /** [K, D] */
  readonly means: Float64Array;
  /** [D] of all images. */
  readonly mean: Float64Array;
  /** [D, D] 1/N Σ (z − μ_y)(z − μ_y)ᵀ */
  readonly within: Float64Array;
  /** Ledoit and Wolf's, in [0, 1]. */
  readonly shrinkage: number;
}

/** [D] of the training features. */
export const trainingMean = (fitting: Fitting, scaling: Scaling = "raw"): Promise<Float64Array> =>
  fitting.once(`mean, ${scaling}`, async () => {
    const { features } = fitting.data.training!;
    const sums = new Float64Array(fitting.width);
    await eachTrainingBlock(fitting, scaling, (rows) => addRows(sums, rows));
    return finite(sums.map((sum) => sum / features.count));
  });

/** Mean and covariance of the training features, without labels. */
export const totalMoments = (fitting: Fitting, scaling: Scaling = "raw"): Promise<Moments> =>
  fitting.once(`total moments, ${scaling}`, async () => {
    const mean = await trainingMean(fitting, scaling);
    const { count } = fitting.data.training!.features;
    const covariance = new Float64Array(fitting.width ** 2);
    await eachTrainingBlock(fitting, scaling, (rows) => addProducts(fitting, covariance, centred(rows, mean)));
    return { count, mean, covariance: covariance.map((sum) => sum / count) };
  });

/** Class means and the covariance within classes, by training labels. */
export const classMoments = (fitting: Fitting, scaling: Scaling = "raw"): Promise<ClassMoments> =>
  fitting.once(`class moments, ${scaling}`, async () => {
    const { width } = fitting;
    const { features, labels } = fitting.data.training!;
    const [mean, means] = [await trainingMean(fitting, scaling), await classMeans(fitting, scaling)];
    const products = new Float64Array(width ** 2);
    let fourth = 0;
    await eachTrainingBlock(fitting, scaling, async (rows, from) => {
      const own = rows.slice();
      for (let i = 0; i < rows.length / width; i++) {
        const center = labels![from + i] * width;
        let square = 0;
        for (let d = 0; d < width; d++) {
          const value = rows[i * width + d] - means[center + d];
          own[i * width + d] = value;
          square += value * value;
        }
        fourth += square * square;
      }
      await addProducts(fitting, products, own);
    });
    const within = products.map((sum) => sum / features.count);
    return { means, mean, within, shrinkage: ledoitWolf(within, width, features.count, fourth) };
  });

/** [K, D] means of the training features by label. */
export const classMeans = (fitting: Fitting, scaling: Scaling = "raw"): Promise<Float64Array> =>
  fitting.once(`class means, ${scaling}`, async () => {
    const { width, classes } = fitting;
    const labels = fitting.data.training!.labels!;
    const sums = new Float64Array(classes * width);
    await eachTrainingBlock(fitting, scaling, (rows, from) => {
      for (let i = 0; i < rows.length / width; i++)
        for (let d = 0, at = labels[from + i] * width; d < width; d++) sums[at + d] += rows[i * width + d];
    });
    return finite(meansOf(sums, countsOf(labels, classes), width));
  });

/** Eigenvectors of the training features' covariance. */
export const totalEigen = (fitting: Fitting, scaling: Scaling = "raw"): Promise<Eigen> =>
  fitting.once(`eigenvectors of all, ${scaling}`, async () =>
    symmetricEigen((await totalMoments(fitting, scaling)).covariance, fitting.width),
  );

/** Eigenvectors of the covariance within classes. */
export const withinEigen = (fitting: Fitting, scaling: Scaling = "raw"): Promise<Eigen> =>
  fitting.once(`eigenvectors within classes, ${scaling}`, async () =>
    symmetricEigen((await classMoments(fitting, scaling)).within, fitting.width),
  );

/** Calls `visit` with the training features in float64, block by block; the rows are its own to change. */
export async function eachTrainingBlock(
  { data, width }: Fitting,
  scaling: Scaling,
  visit: (rows: Float64Array, from: number, to: number) => void | Promise<void>,
): Promise<void> {
  const { features } = data.training!;
  await eachBlock(features.count, async (from, to) => {
    const rows = Float64Array.from(await features.block(from, to));
    await visit(scaling === "unit" ? unitRows(rows, width) : rows, from, to);
  });
}

/** [n, D] − [D] */
export function centred(rows: NumberRows, mean: Float64Array): Float64Array {
  const width = mean.length;
  const own = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i += width) for (let d = 0; d < width; d++) own[i + d] = rows[i + d] - mean[d];
  return own;
}

/** [K]; throws where a class has no image. */
export function countsOf(labels: Int32Array, classes: number): Int32Array {
  const counts = new Int32Array(classes);
  for (const label of labels) counts[label]++;
  const empty = counts.indexOf(0);
  if (empty >= 0) throw new UndefinedScore(`class ${empty} has no training image`);
  return counts;
}

/** Sums [K, D] by counts [K]. */
export const meansOf = (sums: Float64Array, counts: ArrayLike<number>, width: number): Float64Array =>
  sums.map((sum, i) => sum / counts[Math.floor(i / width)]);

/**
 * s of (1 − s) Σ + s (tr Σ / D) I, of N rows of mean zero with covariance Σ (Ledoit & Wolf 2004).
 * @param fourth Σ over the rows of their norm to the fourth
 */
export function ledoitWolf(covariance: Float64Array, width: number, count: number, fourth: number): number {
  let [trace, squares] = [0, 0];
  for (let d = 0; d < width; d++) trace += covariance[d * width + d];
  for (const value of covariance) squares += value * value;
  const spread = squares / width - (trace / width) ** 2;
  const noise = (fourth / count - squares) / (count * width);
  return noise <= 0 ? 0 : Math.min(noise / spread, 1);
}

function addRows(sums: Float64Array, rows: Float64Array): void {
  for (let i = 0; i < rows.length; i += sums.length) for (let d = 0; d < sums.length; d++) sums[d] += rows[i + d];
}

/** sums [D, D] += rowsᵀ rows */
async function addProducts({ width, innerProducts }: Fitting, sums: Float64Array, rows: Float64Array): Promise<void> {
  const count = rows.length / width;
  const columns = new Float64Array(rows.length);
  for (let i = 0; i < count; i++) for (let d = 0; d < width; d++) columns[d * count + i] = rows[i * width + d];
  const products = await innerProducts(columns, columns, count);
  for (let i = 0; i < sums.length; i++) sums[i] += products[i];
}

function finite(values: Float64Array): Float64Array {
  if (values.every(Number.isFinite)) return values;
  throw new UndefinedScore("a training feature is NaN or infinite");
}
