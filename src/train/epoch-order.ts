import { permutation, Random } from "../core/index.ts";

export interface EpochOptions {
  /** Training images. */
  readonly count: number;
  /** Places in an epoch, at most `count`. */
  readonly length: number;
  /** Times that an image stands in an epoch. */
  readonly repeats: number;
  readonly seed: number;
}

/** Places [first, last) of an epoch: rows, and which time it is that each stands there; all the first where absent. */
export interface Places {
  readonly rows: Int32Array;
  readonly repetitions?: Int32Array;
}

/**
 * The order of each epoch. With repeated augmentation (Hoffer et al. 2020; Berman et al. 2019) an image's `repeats` places
 * lie one behind the other, so that they mostly share a batch, and an epoch takes as many images fewer: an epoch of 90
 * places with 3 repeats shows 30 of the images, drawn anew each time. The last image may stand there less often.
 */
export function epochOrder({ count, length, repeats, seed }: EpochOptions) {
  let order: { epoch: number; rows: Int32Array } = { epoch: -1, rows: new Int32Array() };
  return (epoch: number, first: number, last: number): Places => {
    if (order.epoch !== epoch) order = { epoch, rows: permutation(count, new Random("shuffle", seed, epoch)) };
    const { rows } = order;
    if (last > length) throw new RangeError(`place ${last - 1} of an epoch of ${length}`);
    // Copies: the whole order would travel to a thread.
    if (repeats === 1) return { rows: rows.slice(first, last) };
    const places = Int32Array.from({ length: last - first }, (_, i) => first + i);
    return { rows: places.map((at) => rows[Math.floor(at / repeats)]), repetitions: places.map((at) => at % repeats) };
  };
}
