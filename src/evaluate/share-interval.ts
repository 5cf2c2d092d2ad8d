import type { Interval } from "./bootstrap.ts";

/** 95 % interval of a share that was found of `count` cases, within [0, 1] (Wilson 1927). */
export function shareInterval(share: number, count: number): Interval {
  const z2 = 1.96 ** 2;
  const middle = (share + z2 / (2 * count)) / (1 + z2 / count);
  const half = (1.96 * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count ** 2))) / (1 + z2 / count);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
