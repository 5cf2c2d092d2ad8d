import { type Augmentation, makeBatch, normalizeImages, type Places } from "../augment/index.ts";
import { type DataSet, HostArray, type ImageSet, type Random, sizeOf } from "../core/index.ts";
import { anchoredOptions, type DrawnReferences, type DrawReferences, referenceRows } from "../methods/index.ts";
import { growthOrder, keptReferenceRows, referencesInUse } from "../methods/internal.ts";
import type { Pretraining, RunConfig } from "../run/index.ts";
import { corruptsReferences, referenceCorruption } from "./corrupted-references.ts";
import { checkPretrainingImages, wantsPretrainingImages } from "./pretraining.ts";

/** The references of a run, normalised as its images are. */
export interface ReferenceSet {
  /**
   * At a step, and a share of the training: a set may grow, and some batches see corrupted references. With `only`,
   * references of other places of the batch may stay zeros.
   */
  readonly drawAt: (progress: number, step?: number, only?: readonly Places[]) => DrawReferences;
  /** [R, C, H, W]: those that the trained model keeps for its predictions. */
  readonly kept: () => HostArray;
}

/** For methods that draw none. */
export const noReferences: DrawReferences = () => ({ clean: new Float32Array(), shown: new Float32Array() });

/** Part of a reference set: rows of one image set. */
interface Source {
  readonly set: ImageSet;
  readonly rows: Int32Array;
}

export interface ReferenceOrigin {
  readonly pretraining?: Pretraining;
  /** The training images of the pre-training, where references are drawn from them. */
  readonly pretrainingImages?: ImageSet;
  /** Take them though they are not those of the pre-training, with a notice. */
  readonly changedData?: boolean;
  readonly onNotice?: (line: string) => void;
}

/**
 * The reference set of an anchored run; undefined for other methods. It comes from the new training images, from those
 * of the pre-training (by that run's own policy and seed, so that the network meets the references it knows), or from
 * both: then each draw takes either with equal probability, however many images they have, and so do the kept ones by
 * turns.
 * @throws UserError where a policy cannot be satisfied, or the pre-training images are not what they should be.
 */
export function referenceSet(
  { method: chosen, seed }: RunConfig,
  { train, normalization }: Pick<DataSet, "train" | "normalization">,
  { pretraining, pretrainingImages, ...insisted }: ReferenceOrigin = {},
): ReferenceSet | undefined {
  const method = anchoredOptions(chosen);
  if (!method) return undefined;
  const sources: Source[] = [];
  if (wantsPretrainingImages({ method: chosen } as RunConfig)) {
    if (!pretraining) throw new TypeError("referenceSet: references from a pre-training that is not known");
    const set = checkPretrainingImages(pretrainingImages, pretraining, train, insisted);
    sources.push({ set, rows: referenceRows(pretraining.references, set, pretraining.seed) });
  }
  if (method.referenceSource !== "pretraining")
    sources.push({ set: train, rows: referenceRows(method.references, train, seed) });
  const growing = sources.map(({ set, rows }) => ({ set, rows: growthOrder(rows, method, seed) }));
  return {
    drawAt(progress, step, only) {
      const corruption = step !== undefined && corruptsReferences(method, step) ? referenceCorruption : [];
      const inUse = growing.map(({ set, rows }) => ({
        set,
        rows: rows.subarray(0, referencesInUse(rows.length, method, progress)),
      }));
      return (count, random) => drawFrom(inUse, count, random, { normalization, corruption, only });
    },
    kept() {
      const images = byTurns(
        sources.map((source) => ({ ...source, rows: keptReferenceRows(source.rows, method.referenceCount, seed) })),
        method.referenceCount,
      );
      const shape = [images.length, train.channels, train.height, train.width];
      const data = new Float32Array(sizeOf(shape));
      for (const [i, { set, row }] of images.entries())
        data.set(normalizeImages(set, [row], normalization), (i * data.length) / images.length);
      return HostArray.float32(shape, data);
    },
  };
}

interface Encoding {
  readonly normalization: DataSet["normalization"];
  /** Of what is shown; none where empty. */
  readonly corruption: readonly Augmentation[];
  /** Places that are needed; all where absent. */
  readonly only?: readonly Places[];
}

function drawFrom(sources: readonly Source[], count: number, random: Random, encoding: Encoding): DrawnReferences {
  const draw = ({ rows }: Source) => rows[random.integer(rows.length)];
  if (sources.length === 1) {
    const [source] = sources;
    const rows = Int32Array.from({ length: count }, () => draw(source));
    return encoded(source.set, rows, random, encoding);
  }
  const chosen = Array.from({ length: count }, () => {
    const source = random.integer(sources.length);
    return { source, row: draw(sources[source]) };
  });
  const { height, width, channels } = sources[0].set;
  const size = height * width * channels;
  const clean = new Float32Array(count * size);
  const shown = encoding.corruption.length > 0 ? new Float32Array(count * size) : clean;
  for (const [number, { set }] of sources.entries()) {
    const places = chosen.flatMap(({ source }, place) => (source === number ? [place] : []));
    const rows = places.map((place) => chosen[place].row);
    const own = encoded(set, rows, random, { ...encoding, only: undefined });
    for (const [i, place] of places.entries()) {
      clean.set(own.clean.subarray(i * size, (i + 1) * size), place * size);
      if (shown !== clean) shown.set(own.shown.subarray(i * size, (i + 1) * size), place * size);
    }
  }
  return { clean, shown };
}

function encoded(
  set: ImageSet,
  rows: ArrayLike<number>,
  random: Random,
  { normalization, corruption, only }: Encoding,
): DrawnReferences {
  if (corruption.length === 0) {
    const clean = normalizeImages(set, rows, normalization, only);
    return { clean, shown: clean };
  }
  const clean = normalizeImages(set, rows, normalization);
  // One after the other of one stream: what one draws depends on those before it.
  return { clean, shown: makeBatch(set, rows, { normalization, augment: corruption, random: () => random }).images };
}

/** At most `count` images, from each source in turn as long as it has any. */
function byTurns(sources: readonly Source[], count: number): { set: ImageSet; row: number }[] {
  const longest = Math.max(...sources.map(({ rows }) => rows.length));
  return Array.from({ length: longest }, (_, turn) =>
    sources.flatMap(({ set, rows }) => (turn < rows.length ? [{ set, row: rows[turn] }] : [])),
  )
    .flat()
    .slice(0, count);
}
