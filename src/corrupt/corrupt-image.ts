import { Random, UserError } from "../core/index.ts";
import { registerName } from "../core/internal.ts";
import {
  type Benchmark,
  type Corruption,
  type Image,
  type Resources,
  type Severity,
  severities,
} from "./corruption.ts";
import { corruptions } from "./table.ts";

/**
 * Those of the table and of `registerCorruption`.
 * @example
 * console.log(corruptionNames.length, corruptionNames[0]);
 */
export const corruptionNames: readonly string[] = corruptions.map(({ name }) => name);

/**
 * Makes a corruption of the user's own known by name, here and to `--corruptions`; the suite of the published ones stays
 * what it is. Threads know it where it is registered by a module that `importModules` or `--import` imports.
 * @throws UserError for a name that is taken
 * @example
 * registerCorruption({
 *   name: "night",
 *   title: "Night",
 *   meaning: "every value is divided",
 *   levels: { cifar: [2, 3, 4, 5, 6], "tiny-imagenet": [2, 3, 4, 5, 6], imagenet: [2, 3, 4, 5, 6] },
 *   random: false,
 *   apply: (image, level) => ({ ...image, data: image.data.map((value) => value / level) }),
 * });
 */
export function registerCorruption<S>(definition: Omit<Corruption<S>, "suite">): void {
  registerName("corruption", definition.name, corruptionNames);
  (corruptions as Corruption<any>[]).push({ ...definition, suite: "own" });
  (corruptionNames as string[]).push(definition.name);
}

/** @throws UserError listing the known names. */
export function corruptionByName(name: string): Corruption {
  const found = corruptions.find((corruption) => corruption.name === name);
  if (!found) throw new UserError(`unknown corruption "${name}"; known: ${corruptionNames.join(", ")}`);
  return found;
}

/** The benchmark whose images are nearest in size: up to 48 px CIFAR's, up to 112 px Tiny-ImageNet's, else ImageNet's. */
export function benchmarkFor({ height, width }: { readonly height: number; readonly width: number }): Benchmark {
  const side = Math.min(height, width);
  if (side <= 48) return "cifar";
  return side <= 112 ? "tiny-imagenet" : "imagenet";
}

export interface CorruptOptions {
  readonly name: string;
  readonly severity: Severity;
  /** Place of the image in its set: with name and severity all that the random numbers depend on. */
  readonly index: number;
  /** Default: by the image's size. */
  readonly benchmark?: Benchmark;
  readonly resources?: Resources;
}

/**
 * One corrupted image. The same name, severity, index and image give the same bytes in any order, on any number of
 * cores: the published files were made with unseeded generators and cannot be repeated by anyone.
 * @throws UserError for an unknown name or severity.
 * @example
 * const { height, width, channels } = images;
 * const foggy = await corruptImage({ data: imageAt(images, 0), height, width, channels }, { name: "fog", severity: 3, index: 0 });
 */
export function corruptImage(image: Image, options: CorruptOptions): Image | Promise<Image> {
  const { name, severity, index, benchmark = benchmarkFor(image), resources = {} } = options;
  const corruption = corruptionByName(name);
  if (!severities.includes(severity)) throw new UserError(`severity ${severity}: outside 1 to 5`);
  const level = corruption.levels[benchmark][severity - 1];
  return corruption.apply(image, level, new Random("corrupt", name, severity, index), resources);
}
