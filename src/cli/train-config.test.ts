import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { recipeNames, recipes } from "../recipes/index.ts";
import { readConfigFile } from "../run/config-file.ts";
import { resolveConfig } from "../run/index.ts";
import { quickstartPlan } from "../studies/quickstart.ts";
import { configFrom, flagsOf } from "./train-config.ts";
import { trainFlags } from "./train-flags.ts";

describe("configFrom", () => {
  it("puts flags above a recipe, and drops what belonged to another choice", () => {
    const given = new Map<string, unknown>([
      ["schedule.name", "cosine"],
      ["schedule.learningRate", 0.1],
      ["epochs", 3],
    ]);
    const config = configFrom(recipes["cifar10-resnet18-paper"], given);
    expect(config.schedule).toEqual({ name: "cosine", learningRate: 0.1, minimum: 0, warmupEpochs: 0 });
    expect(config).toMatchObject({ epochs: 3, model: "resnet18", method: { maskProbability: 0.25 } });
  });

  it("reads --learning-rate as the peak of one-cycle", () => {
    expect(configFrom(undefined, new Map([["schedule.learningRate", 0.2]])).schedule).toMatchObject({ peak: 0.2 });
  });

  it("pads emoji with white and never mirrors digits", () => {
    expect(configFrom(undefined, new Map()).augment[0].options.fill).toBe(255);
    expect(configFrom(undefined, new Map([["data.name", "mnist"]])).augment.map(({ name }) => name)).toEqual(["crop"]);
    expect(configFrom(undefined, new Map([["augment", false]])).augment).toEqual([]);
  });
});

/** What the command line makes of the words that `flagsOf` writes. */
function parsed(words: readonly string[]): Map<string, unknown> {
  const given = new Map<string, unknown>();
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "--no-augment") given.set("augment", false);
    const flag = trainFlags.find((other) => other.flag === words[i]);
    if (flag) given.set(flag.path, flag.parse ? flag.parse(flag.flag)(words[++i]) : flag.sets);
  }
  return given;
}

/** Their crops, schedules and normalisations have options that no flag sets. */
const unsayable = ["cifar10-fast", "cifar10-fast-anchored", "cifar10-resnet18-paper", "imagenet-swinv2-base-paper"];

it.each(unsayable as (keyof typeof recipes)[])("flagsOf does not say %s", (name) => {
  expect(flagsOf(configFrom(recipes[name], new Map()))).toBeUndefined();
});

it.each(recipeNames.filter((name) => !unsayable.includes(name)))(
  "flagsOf writes the options that make %s again",
  (name) => {
    const config = { ...configFrom(recipes[name], new Map()), threads: 1 };
    const again = configFrom(undefined, parsed(`${flagsOf(config)} --threads 1`.split(" ")));
    expect(again).toEqual(config);
  },
);

it("the ImageNet recipe needs a folder alone, and its parts have 32 images", () => {
  const config = configFrom(recipes["imagenet-swinv2-base-paper"], new Map([["data.folder", "/imagenet"]]));
  expect(config.data).toEqual({ name: "folder", folder: "/imagenet", imageSize: 256, seed: 0 });
  expect(config.batchSize / config.accumulate).toBe(32);
});

it("says augmentations and mixers by name where their options are standard, else not at all", () => {
  const base = { data: { name: "cifar10" }, threads: 1 };
  const named = configFrom(
    base,
    parsed("--augment crop,flip,trivialAugmentWide --mix mixup,cutmix --label-smoothing 0.1".split(" ")),
  );
  expect(named.augment.map(({ name }) => name)).toEqual(["crop", "flip", "trivialAugmentWide"]);
  expect(configFrom(undefined, parsed(`${flagsOf(named)} --threads 1`.split(" ")))).toEqual(named);
  expect(flagsOf({ ...named, mix: [{ name: "mixup", options: { alpha: 0.8 } }] })).toBeUndefined();
});

it("every flag sets a field that a config may have", () => {
  const full = [
    {
      data: { name: "emoji" },
      method: { name: "anchored", maskTo: 1, referenceStart: 5, output: { name: "oat" } },
      init: "weights.safetensors",
      normalization: "data",
    },
    { data: { name: "emoji" }, method: { name: "oat" } },
    { data: { name: "emoji" }, augment: [{ name: "pixMix" }], mixingPictures: "pictures" },
    { data: { name: "csv" }, task: { name: "regression", fourier: { features: 8 } } },
    ...[
      { name: "multistep", learningRate: 1, milestones: [1] },
      { name: "cosine", learningRate: 1 },
    ].map((schedule) => ({ data: { name: "emoji" }, schedule })),
  ].map((input) => resolveConfig(input as never) as object);
  for (const { path } of trainFlags.filter(({ path }) => !path.startsWith("data.")))
    expect(full.some((config) => path.split(".").reduce<any>((at, key) => at?.[key], config) !== undefined)).toBe(true);
});

it("reads a config from JSON, from a run folder's config.json and from a module", async () => {
  const root = mkdtempSync(join(tmpdir(), "anchored-config-"));
  const config = { data: { name: "mnist" }, epochs: 2 };
  const file = (name: string, text: string) => {
    writeFileSync(join(root, name), text);
    return join(root, name);
  };
  const json = JSON.stringify(config);
  expect(await readConfigFile(file("a.json", json))).toEqual(config);
  expect(await readConfigFile(file("run.json", `{"config":${json},"data":{}}`))).toEqual(config);
  const old = '{"config":{"data":{"name":"mnist"},"method":{"name":"anchored"}},"data":{}}';
  expect(await readConfigFile(file("old.json", old))).toMatchObject({ method: { maskStatistics: "all" } });
  expect(await readConfigFile(file("b.mjs", `export default ${json}`))).toEqual(config);
  await expect(readConfigFile(file("c.json", "{"))).rejects.toThrow(/c\.json: /);
  await expect(readConfigFile(file("d.json", '{"data":{"name":"mnist"},"epoch":2}'))).rejects.toThrow(/epoch/);
  await expect(readConfigFile(file("e.mjs", "export const x = 1"))).rejects.toThrow(/neither a default/);
  rmSync(root, { recursive: true });
});

it.each([
  ["mnist", 4],
  ["emoji", 6],
] as const)("the quickstart's arms on %s differ in their method alone", (data, runs) => {
  const plan = quickstartPlan({ out: "q", data, seeds: 2 });
  expect(plan).toHaveLength(runs);
  expect(new Set(plan.map(({ run }) => run)).size).toBe(runs);
  const shared = plan.map(({ config }) => JSON.stringify({ ...config, method: 0, seed: 0 }));
  expect(new Set(shared).size).toBe(1);
});

it("the example of docs/configs.md is a config", () => {
  const page = readFileSync(new URL("../../docs/configs.md", import.meta.url), "utf8");
  const config = resolveConfig(JSON.parse(page.split("```json")[1].split("```")[0]));
  expect(config).toMatchObject({ optimizer: { beta2: 0.98 }, augment: [{ options: { magnitude: 14 } }, {}] });
});

it("a config file may name the schema that an editor goes by", async () => {
  const folder = mkdtempSync(join(tmpdir(), "anchored-config-"));
  const file = join(folder, "experiment.json");
  writeFileSync(file, JSON.stringify({ $schema: "config.schema.json", data: { name: "mnist" }, epochs: 3 }));
  expect(await readConfigFile(file)).toEqual({ data: { name: "mnist" }, epochs: 3 });
});
