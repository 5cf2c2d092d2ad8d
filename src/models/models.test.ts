import type { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { HostArray, Random, UserError } from "../core/index.ts";
import { ArraySpec, compile, runReference } from "../engine/index.ts";
import { type Arrays, createModel, drawNoise, type ModelName, models } from "./index.ts";
import { parameterCount, testModel } from "./testing.ts";

/** jax-js would take minutes for their gradients; each is a variant of a network that is tested. */
const variants: readonly ModelName[] = [
  "wideresnet28-10",
  "wideresnet40-2",
  "vit-small",
  "vit-base",
  "deit-tiny",
  "deit-small",
];
const tested = (Object.keys(models) as ModelName[]).filter((name) => !variants.includes(name));

describe.each(tested)("%s", (name) =>
  // Its logits are divided by 9.
  testModel(name, name === "airbench94" ? { learningRate: 1.5 } : {}),
);

// PyTorch's counts of the same networks: torchvision's blocks with projection shortcuts, the Wide ResNets of
// Zagoruyko and Komodakis's table 4, timm's VisionTransformer without a class token.
test.each([
  ["resnet20", 3, 10, 272_474],
  ["resnet20", 6, 10, 272_906],
  ["resnet18", 3, 10, 11_173_962],
  ["wideresnet16-4", 3, 10, 2_748_890],
  ["wideresnet28-10", 3, 10, 36_479_194],
  ["wideresnet40-2", 3, 10, 2_243_546],
  ["vit-tiny-patch4-depth6", 3, 10, 2_693_194],
  // 24·12 + 24; 9·(24·64 + 64² + 64·256 + 3·256²) + 2·64 + 4·256; 256·10.
  ["airbench94", 3, 10, 1_971_640],
] as const)("%s with %i channels and %i classes has %i parameters", (name, inputChannels, classes, count) => {
  expect(parameterCount(createModel(name, { inputChannels, classes }))).toBe(count);
});

// timm's counts at 224 pixels and 1,000 classes: vit_{tiny,small,base}_patch16_224, deit_{tiny,small}_patch16_224.
test.each([
  ["vit-tiny", 5_717_416],
  ["vit-small", 22_050_664],
  ["vit-base", 86_567_656],
  ["deit-tiny", 5_717_416],
  ["deit-small", 22_050_664],
] as const)("%s for photographs has %i parameters", (name, count) => {
  expect(parameterCount(createModel(name, { inputChannels: 3, classes: 1000, imageSize: 224 }))).toBe(count);
});

describe("random factors", () => {
  const options = { inputChannels: 3, classes: 3, imageSize: 8, stochasticDepth: 0.5, dropout: 0.25 };
  const model = createModel("vit-tiny-patch4-depth6", options);

  test("are asked for branch by branch, at rates that rise from 0, and drawn on the host with mean 1", () => {
    const rates = Object.entries(model.noise!).map(([name, { rate }]) => `${name} ${rate.toFixed(1)}`);
    expect(rates).toHaveLength(2 * 5 + 1);
    expect(rates.slice(-3)).toEqual(["blocks.5.drop_path1 0.5", "blocks.5.drop_path2 0.5", "head_drop 0.3"]);
    const drawn = drawNoise(model, 4000, new Random(1));
    expect(drawn).toEqual(drawNoise(model, 4000, new Random(1)));
    for (const [name, { data }] of Object.entries(drawn)) {
      const rate = model.noise![name].rate;
      expect(new Set(data)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
      expect((data as Float32Array).reduce((sum, value) => sum + value, 0) / data.length, name).toBeCloseTo(1, 1);
    }
  });

  test("a dropped branch changes training, not prediction; dropping all leaves what came in", async () => {
    const { params, state } = model.init(new Random(1));
    const x = HostArray.float32(
      [2, 3, 8, 8],
      Float32Array.from({ length: 384 }, (_, i) => Math.sin(i)),
    );
    const run = (mode: "train" | "predict", value: number) => {
      const noise = Object.fromEntries(
        Object.entries(model.noise!).map(([name, { shape }]) => {
          const factors = HostArray.zeros([2, ...shape]);
          factors.data.fill(name === "head_drop" ? 1 : value);
          return [name, factors];
        }),
      );
      return runReference<HostArray>(
        (p: Arrays, s: Arrays, x: np.Array, n: Arrays) => model.apply(p, s, x, mode, n).logits,
        [params, state, x, noise],
      );
    };
    const [whole, dropped] = [await run("train", 1), await run("train", 0)];
    const predicted = await run("predict", 0);
    expect([...predicted.data]).toEqual([...whole.data]);
    expect(Math.max(...dropped.data.map((value, i) => Math.abs(value - whole.data[i])))).toBeGreaterThan(1e-3);
  });

  test("a model without them refuses the rates", () => {
    expect(() => createModel("resnet20", { ...options, dropout: 0 })).toThrow(
      "--stochastic-depth 0.5: resnet20 has none",
    );
    expect(() => createModel("vit-tiny", { ...options, stochasticDepth: 1 })).toThrow("outside [0, 1)");
  });
});

test("airbench94's first layer whitens what it is fed", async () => {
  const model = createModel("airbench94", { inputChannels: 2, classes: 3 });
  const random = new Random("whitening");
  // Neighbours that resemble one another, the second channel of far larger spread.
  const inputs = HostArray.zeros([40, 2, 6, 6]);
  for (let at = 0; at < inputs.data.length; at++)
    inputs.data[at] =
      (Math.floor(at / 36) % 2 ? 20 : 1) *
      ((at % 6 ? (0.8 * (inputs.data[at - 1] as number)) / (Math.floor(at / 36) % 2 ? 20 : 1) : 0) + random.normal());
  const { params } = model.init(random);
  const fitted = model.fitToInputs!(params, inputs);
  const y = await runReference<HostArray>(
    (p: Arrays, x: np.Array) => model.stem({ "whiten.weight": p["whiten.weight"] }, x),
    [{ "whiten.weight": fitted["whiten.weight"] }, inputs],
  );
  const [n, filters, h, w] = y.shape;
  const moment = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < n; i++)
      for (let at = 0; at < h * w; at++)
        sum += (y.data[(i * filters + a) * h * w + at] as number) * (y.data[(i * filters + b) * h * w + at] as number);
    return sum / (n * h * w);
  };
  for (let a = 0; a < 8; a++)
    for (let b = 0; b < 8; b++) expect(moment(a, b), `${a} ${b}`).toBeCloseTo(a === b ? 1 : 0, 2);
  expect(moment(0, 8)).toBeCloseTo(-1, 2);
});

test("an unknown name is refused with the known ones", () => {
  expect(() => createModel("resnet21", { inputChannels: 3, classes: 10 })).toThrow(UserError);
  expect(() => createModel("resnet21", { inputChannels: 3, classes: 10 })).toThrow("known: resnet20, resnet18");
  expect(() => createModel("resnet20", { inputChannels: 0, classes: 10 })).toThrow("inputChannels is 0");
});

test("a vision transformer refuses images of another size", async () => {
  const model = createModel("vit-tiny-patch4-depth6", { inputChannels: 3, classes: 10 });
  const { params, state } = model.init(new Random(0));
  const predict = (p: Arrays, s: Arrays, x: np.Array) => model.apply(p, s, x, "predict").logits;
  const compiled = compile(predict, [params, state, new ArraySpec([1, 3, 28, 28])]);
  await expect(compiled).rejects.toThrow("images are 28×28, its positions are for 32×32");
  expect(() => createModel(model.name, { inputChannels: 3, classes: 10, imageSize: 30 })).toThrow("imageSize is 30");
});
