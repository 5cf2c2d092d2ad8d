import { HostArray } from "../core/index.ts";

export const sameShape = (a: HostArray, b: HostArray): boolean => a.shape.join() === b.shape.join();

/** Whether `wide` is the weight `narrow`, [O, C] or [O, C, k, k], with twice the inputs. */
export const isTwice = ({ shape: wide }: HostArray, { shape: narrow }: HostArray): boolean =>
  (narrow.length === 2 || narrow.length === 4) && wide.join() === [narrow[0], 2 * narrow[1], ...narrow.slice(2)].join();

/** [O, C, …] → [O, 2C, …], each filter twice. */
export function widened({ shape: [outputs, channels, ...kernel], data }: HostArray): HostArray {
  const filter = data.length / outputs;
  const out = new Float32Array(2 * data.length);
  for (let o = 0; o < outputs; o++) {
    const own = (data as Float32Array).subarray(o * filter, (o + 1) * filter);
    out.set(own, 2 * o * filter);
    out.set(own, (2 * o + 1) * filter);
  }
  return HostArray.float32([outputs, 2 * channels, ...kernel], out);
}
