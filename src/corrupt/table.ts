import type { Corruption } from "./corruption.ts";
import { gaussianNoise } from "./gaussian-noise.ts";

/** Every corruption in the order of the published benchmarks. A new one is its file, a line here and its test. */
export const corruptions: readonly Corruption<any>[] = [gaussianNoise];
