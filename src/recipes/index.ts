import type { RunConfigInput } from "../run/index.ts";
import { cifar10Fast } from "./cifar10-fast.ts";
import { cifar10FastAnchored } from "./cifar10-fast-anchored.ts";
import { cifar10Resnet18Paper } from "./cifar10-resnet18-paper.ts";
import { cifar10Resnet20 } from "./cifar10-resnet20.ts";
import { emojiQuickstart } from "./emoji-quickstart.ts";
import { imagenetSwinv2BasePaper } from "./imagenet-swinv2-base-paper.ts";
import { mnistQuickstart } from "./mnist-quickstart.ts";

/**
 * Every experiment by the name that `--recipe` takes; its file's comment gives cost and measured result.
 * @example
 * const config = resolveConfig(recipes["mnist-quickstart"]);
 * await trainRun("runs/mnist", config);
 */
export const recipes = {
  "mnist-quickstart": mnistQuickstart,
  "emoji-quickstart": emojiQuickstart,
  "cifar10-fast": cifar10Fast,
  "cifar10-fast-anchored": cifar10FastAnchored,
  "cifar10-resnet20": cifar10Resnet20,
  "cifar10-resnet18-paper": cifar10Resnet18Paper,
  "imagenet-swinv2-base-paper": imagenetSwinv2BasePaper,
} as const satisfies Record<string, RunConfigInput>;

/**
 * The names of all recipes.
 * @example
 * console.log(recipeNames);
 */
export const recipeNames = Object.keys(recipes) as (keyof typeof recipes)[];
