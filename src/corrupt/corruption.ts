import type { Image, Random } from "../core/index.ts";

export type { Image };

/**
 * Whose constants are used: CIFAR-10-C's (made for 32 px), Tiny-ImageNet-C's (64 px), ImageNet-C's (224 px).
 * @example
 * console.log(benchmarks); // whose strengths of the corruptions are to be had
 */
export const benchmarks = ["cifar", "tiny-imagenet", "imagenet"] as const;
export type Benchmark = (typeof benchmarks)[number];

/**
 * From mild to strong.
 * @example
 * for (const severity of severities) console.log(severity);
 */
export const severities = [1, 2, 3, 4, 5] as const;
export type Severity = (typeof severities)[number];

/** One value for each severity, 1 to 5. */
export type Levels<S> = readonly [S, S, S, S, S];

/** What a corruption may need besides the image. */
export interface Resources {
  /** Photographs of frost, each at least as large as the images; a procedural texture stands in for them. */
  readonly frost?: readonly Image[];
}

/** A way in which images go bad, in five degrees. */
export interface Corruption<S = unknown> {
  /** Its name in the published benchmark, e.g. `gaussian_noise`. */
  readonly name: string;
  /** For people, e.g. `Gaussian noise`. */
  readonly title: string;
  /** What is done, in a sentence, with the published quirk where one is followed. */
  readonly meaning: string;
  /** The 15 corruptions of CIFAR-10-C and ImageNet-C, their 4 extra ones, the 10 of CIFAR-10-C-bar; `own` for all others, which are asked for by name. */
  readonly suite: "c" | "c-extra" | "c-bar" | "own";
  /** The constants, by benchmark. */
  readonly levels: Readonly<Record<Benchmark, Levels<S>>>;
  /** Whether it draws random numbers. */
  readonly random: boolean;
  /**
   * The corrupted image: same shape, new memory. A pure function of its arguments; must not write to `image`. Any
   * height and width ≥ 1, any C of 1 or 3.
   */
  readonly apply: (image: Image, level: S, random: Random, resources: Resources) => Image | Promise<Image>;
}

/** Raised whenever a corruption gives other bytes than before: stored predictions on them are stale then. */
export const CORRUPTIONS_VERSION = 1;

/** For inference of S; the table holds corruptions of all kinds of levels. */
export const corruption = <const S>(definition: Corruption<S>): Corruption<S> => definition;
