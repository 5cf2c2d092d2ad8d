import { normalizeImages } from "../augment/index.ts";
import { HostArray, type ImageSet, imageCount, permutation, Random } from "../core/index.ts";
import { ArraySpec, compile } from "../engine/index.ts";
import { innerProducts, nearestCandidates, referenceRows, transduction } from "../methods/index.ts";
import type { ReferenceChooser } from "./predict.ts";
import type { RunRecord } from "./run-record.ts";

/** Training residuals that a test image's is compared with. */
const RESIDUALS = 200;

/**
 * Chooses references by bilinear transduction among `candidates` [R, 1, C, H, W]. The training residuals are a sample,
 * fixed by the run's seed, of training images minus members of the run's reference set.
 * @param batchSize images that it is asked for at a time
 */
export async function transductor(
  { config, data }: RunRecord,
  candidates: HostArray,
  train: ImageSet,
  batchSize: number,
): Promise<ReferenceChooser> {
  const [count, , ...imageShape] = candidates.shape;
  const policy = config.method.name === "anchored" ? config.method.references : "all";
  const set = referenceRows(policy, train, config.seed);
  const random = new Random("training residuals", config.seed);
  const rows = permutation(imageCount(train), random).subarray(0, RESIDUALS);
  const images = normalizeImages(train, rows, data.normalization);
  const drawn = Int32Array.from(rows, () => set[random.integer(set.length)]);
  const references = normalizeImages(train, drawn, data.normalization);
  const residuals = HostArray.float32(
    [rows.length, ...imageShape],
    images.map((value, i) => value - references[i]),
  );
  const flat = HostArray.float32([count, ...imageShape], candidates.data as Float32Array);
  const found = transduction(flat, residuals);
  const shape = [batchSize, ...imageShape];
  const program = await compile(innerProducts, [new ArraySpec(shape), new ArraySpec(found.sums.shape)], {
    threads: config.threads,
  });
  const size = candidates.data.length / count;
  return {
    async choose(batch) {
      const products = await program.run([batch, found.sums]);
      const chosen = new Float32Array(batchSize * size);
      nearestCandidates(products.data as Float32Array, found).forEach((candidate, row) => {
        const from = candidate * size;
        chosen.set((candidates.data as Float32Array).subarray(from, from + size), row * size);
      });
      return HostArray.float32([1, ...shape], chosen);
    },
    dispose: () => program.dispose(),
  };
}
