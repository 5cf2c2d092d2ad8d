import { HostArray } from "../core/index.ts";

/** [count, 1, C, H, W] the first of kept references [R, C, H, W], in their memory; all where no count is given. */
export function leadingReferences({ shape: [kept, ...example], data }: HostArray, count = kept): HostArray {
  const size = data.length / kept;
  return HostArray.float32([count, 1, ...example], (data as Float32Array).subarray(0, count * size));
}
