import type { HostArrays } from "../core/index.ts";

/** How far one layer's statistics lie from those that it should have. */
export interface Drift {
  /** e.g. `layer1.0.bn1` */
  readonly layer: string;
  /** Root mean square over channels of the difference of the means, in standard deviations of the right statistics. */
  readonly mean: number;
  /** Geometric mean over channels of the ratio of the standard deviations, found to right; 1 is no drift. */
  readonly deviationRatio: number;
}

const MEAN = ".running_mean";
const EPSILON = 1e-5;

/**
 * The drift of every BatchNorm layer, in the network's order.
 * @param right running statistics by name, `….running_mean` and `….running_var`
 * @param found the same names
 * @example
 * statisticsDrift(ordinary, masked).find(({ layer }) => layer === "bn1")!.mean // in standard deviations
 */
export function statisticsDrift(right: HostArrays, found: HostArrays): Drift[] {
  return Object.keys(right)
    .filter((name) => name.endsWith(MEAN))
    .map((name) => {
      const layer = name.slice(0, -MEAN.length);
      const variance = `${layer}.running_var`;
      const channels = right[name].data.length;
      let [squares, logRatios] = [0, 0];
      for (let c = 0; c < channels; c++) {
        const [own, other] = [right, found].map((side) => Number(side[variance].data[c]) + EPSILON);
        squares += (Number(found[name].data[c]) - Number(right[name].data[c])) ** 2 / own;
        logRatios += Math.log(other / own) / 2;
      }
      return { layer, mean: Math.sqrt(squares / channels), deviationRatio: Math.exp(logRatios / channels) };
    });
}
