import { normalizeImages } from "../augment/index.ts";
import { HostArray, type ImageSet, imageCount, type Normalization, permutation, Random } from "../core/index.ts";
import { ArraySpec, compile } from "../engine/index.ts";
import { innerProducts, nearestCandidates, transduction } from "../methods/internal.ts";

/** Gives each image of a batch its own reference. */
export interface ReferenceChooser {
  /** Images [N, C, H, W] → references [1, N, C, H, W]. */
  choose(images: HostArray): Promise<HostArray>;
  dispose(): Promise<void>;
}

export interface ResidualPoolOptions {
  /** M, at least 1; as many as there are training images where they are fewer. */
  readonly size: number;
  readonly seed: number;
  /** Rows of the training set that are its reference set. */
  readonly referenceRows: Int32Array;
}

/**
 * [M, C, H, W] a sample, fixed by the seed, of the normalised residuals x − r that occur in training: distinct training
 * images, each minus a member of the reference set, without augmentation.
 * @throws RangeError for a size that is no whole number ≥ 1.
 */
export function residualPool(
  train: ImageSet,
  normalization: Normalization,
  { size, seed, referenceRows }: ResidualPoolOptions,
): HostArray {
  if (!(Number.isInteger(size) && size >= 1))
    throw new RangeError(`residualPool: size is ${size}; it must be a whole number ≥ 1`);
  const random = new Random("training residuals", seed);
  const rows = permutation(imageCount(train), random).subarray(0, size);
  const drawn = Int32Array.from(rows, () => referenceRows[random.integer(referenceRows.length)]);
  const residuals = normalizeImages(train, rows, normalization);
  const references = normalizeImages(train, drawn, normalization);
  for (let i = 0; i < residuals.length; i++) residuals[i] -= references[i];
  return HostArray.float32([rows.length, train.channels, train.height, train.width], residuals);
}

/**
 * Chooses among candidates [R, 1, C, H, W] by bilinear transduction, given training residuals [M, C, H, W].
 * `batchSize` images are asked for at a time.
 */
export async function transductor(
  candidates: HostArray,
  residuals: HostArray,
  { batchSize, threads }: { readonly batchSize: number; readonly threads: number },
): Promise<ReferenceChooser> {
  const [count, , ...imageShape] = candidates.shape;
  const data = candidates.data as Float32Array;
  const size = data.length / count;
  const found = transduction(HostArray.float32([count, ...imageShape], data), residuals);
  const shape = [batchSize, ...imageShape];
  const program = await compile(innerProducts, [new ArraySpec(shape), new ArraySpec(found.columns.shape)], { threads });
  return {
    async choose(images) {
      const products = await program.run([images, found.columns]);
      const chosen = new Float32Array(batchSize * size);
      for (const [row, candidate] of nearestCandidates(products.data as Float32Array, found).entries())
        chosen.set(data.subarray(candidate * size, (candidate + 1) * size), row * size);
      return HostArray.float32([1, ...shape], chosen);
    },
    dispose: () => program.dispose(),
  };
}
