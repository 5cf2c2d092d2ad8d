import { expect, it } from "vitest";
import { methodNames } from "../methods/index.ts";
import { recipeNames, recipes } from "../recipes/index.ts";
import { configFromOptions, configOptions, optionWords, resolveConfig } from "../run/index.ts";
import { toOption } from "./train-flags.ts";

/** What the command line makes of the words that `optionWords` writes. */
function parsed(words: readonly string[]): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "--no-augment") given.augment = [];
    const option = configOptions().find(({ flag }) => flag === words[i]);
    if (!option) continue;
    const { path, takes } = option;
    given[path] = takes.kind === "switch" ? takes.sets : toOption(option).parseArg!(words[++i], undefined);
  }
  return given;
}

/** Their crops, schedules and normalisations have options that no flag sets. */
const unsayable = ["cifar10-fast", "cifar10-fast-anchored", "cifar10-resnet18-paper", "imagenet-swinv2-base-paper"];

it.each(unsayable as (keyof typeof recipes)[])("optionWords does not say %s", (name) => {
  expect(optionWords(configFromOptions({}, recipes[name]))).toBeUndefined();
});

it.each(recipeNames.filter((name) => !unsayable.includes(name)))(
  "optionWords writes the options that make %s again",
  (name) => {
    const config = { ...configFromOptions({}, recipes[name]), threads: 1 };
    const again = configFromOptions(parsed(`${optionWords(config)} --threads 1`.split(" ")));
    expect(again).toEqual(config);
  },
);

it("the ImageNet recipe needs a folder alone, and its parts have 32 images", () => {
  const config = configFromOptions({ "data.folder": "/imagenet" }, recipes["imagenet-swinv2-base-paper"]);
  expect(config.data).toEqual({ name: "folder", folder: "/imagenet", imageSize: 256, seed: 0 });
  expect(config.batchSize / config.accumulate).toBe(32);
});

it("says augmentations and mixers by name where their options are standard, else not at all", () => {
  const base = { data: { name: "cifar10" }, threads: 1 };
  const named = configFromOptions(
    parsed("--augment crop,flip,trivialAugmentWide --mix mixup,cutmix --label-smoothing 0.1".split(" ")),
    base,
  );
  expect(named.augment.map(({ name }) => name)).toEqual(["crop", "flip", "trivialAugmentWide"]);
  expect(configFromOptions(parsed(`${optionWords(named)} --threads 1`.split(" ")))).toEqual(named);
  expect(optionWords({ ...named, mix: [{ name: "mixup", options: { alpha: 0.8 } }] })).toBeUndefined();
});

it("every flag sets a field that a config may have", () => {
  const full = [
    {
      data: { name: "emoji" },
      method: { name: "anchored", anchorAt: "features", maskTo: 1, referenceStart: 5, output: { name: "oat" } },
      init: "weights.safetensors",
      normalization: "data",
    },
    { data: { name: "emoji" }, method: { name: "anchored", anchorAt: "stem" } },
    ...methodNames.map((name) => ({ data: { name: "emoji" }, method: { name } })),
    { data: { name: "emoji" }, augment: [{ name: "pixMix" }], mixingPictures: "pictures" },
    { data: { name: "emoji" }, packed: {}, swag: {} },
    { data: { name: "emoji" }, embedding: 64 },
    { data: { name: "emoji" }, task: { name: "contrastive" } },
    {
      data: { name: "emoji" },
      task: { name: "contrastive", retrievedWeight: 1, pool: { name: "folder", folder: "pool" } },
      init: "run",
    },
    { data: { name: "emoji-scenes" }, task: { name: "detection" } },
    { data: { name: "csv" }, task: { name: "regression", fourier: { features: 8 } } },
    ...[
      { name: "multistep", learningRate: 1, milestones: [1] },
      { name: "cosine", learningRate: 1 },
    ].map((schedule) => ({ data: { name: "emoji" }, schedule })),
  ].map((input) => resolveConfig(input as never) as object);
  for (const { path } of configOptions().filter(({ path }) => !path.startsWith("data.")))
    expect(
      full.some((config) => path.split(".").reduce<any>((at, key) => at?.[key], config) !== undefined),
      path,
    ).toBe(true);
});
