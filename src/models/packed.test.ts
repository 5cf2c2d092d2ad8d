import type { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { HostArray, type HostArrays, Random, UserError } from "../core/index.ts";
import { runOracle } from "../engine/index.ts";
import { expectCompiledEqualsOracle, relativeError } from "../engine/testing.ts";
import { type Arrays, createModel, type Model, type ModelOptions, models } from "./index.ts";
import { groupedLinear } from "./layers/grouped-linear.ts";
import { resnet } from "./resnet.ts";
import { expectGradientsEqualReference, parameterCount } from "./testing.ts";
import { wideResnet } from "./wide-resnet.ts";

const MEMBERS = 2;
const options = (classes: number, packed?: ModelOptions["packed"]): ModelOptions => ({
  inputChannels: 3,
  classes,
  imageSize: 8,
  packed,
});

/** Packed networks, and what each of their members is by itself: α/M of the channels, K outputs. */
const networks: [string, (options: ModelOptions) => Model, alone: (options: ModelOptions) => Model][] = [
  [
    "resnet",
    (options) => resnet("packed", { widths: [4, 8], depths: [1, 2] }, options),
    (options) => resnet("alone", { widths: [6, 12], depths: [1, 2] }, options),
  ],
  [
    "bottleneck resnet",
    (options) => resnet("packed", { widths: [4, 6], depths: [1, 1], expansion: 4 }, options),
    (options) => resnet("alone", { widths: [6, 9], depths: [1, 1], expansion: 4 }, options),
  ],
];

const apply = (model: Model) => (p: Arrays, s: Arrays, x: np.Array) => model.apply(p, s, x, "train").logits;

describe.each(networks)("a packed %s", (_, create, createAlone) => {
  test("computes, at γ = 1, what each member does as a network of its own", async () => {
    const packed = create(options(MEMBERS * 3, { members: MEMBERS, alpha: 3, gamma: 1 }));
    const alone = createAlone(options(3));
    expect(packed.members).toBe(MEMBERS);
    const { params, state } = packed.init(new Random(1));
    const random = new Random("images");
    const images = HostArray.float32(
      [4, 3, 8, 8],
      Float32Array.from({ length: 4 * 192 }, () => random.normal()),
    );
    const logits = await runOracle<HostArray>(apply(packed), [params, state, images]);
    expect(logits.shape).toEqual([4, MEMBERS * 3]);
    const { shapes } = alone;
    for (let m = 0; m < MEMBERS; m++) {
      // A member's part of every array is a run of its outputs.
      const part = (all: HostArrays, own: Readonly<Record<string, readonly number[]>>): HostArrays =>
        Object.fromEntries(
          Object.entries(own).map(([name, shape]) => {
            const size = shape.reduce((a, b) => a * b);
            expect(all[name].data.length, name).toBe(MEMBERS * size);
            return [name, HostArray.float32(shape, (all[name].data as Float32Array).slice(m * size, (m + 1) * size))];
          }),
        );
      const expected = await runOracle<HostArray>(apply(alone), [
        part(params, shapes().params),
        part(state, shapes().state),
        images,
      ]);
      const own = Float32Array.from({ length: 12 }, (_, i) => logits.data[Math.floor(i / 3) * 6 + m * 3 + (i % 3)]);
      expect(relativeError(HostArray.float32([4, 3], own), expected)).toBeLessThan(1e-5);
    }
  });
});

test.each<[string, (options: ModelOptions) => Model, gamma: number]>([
  ["resnet", networks[0][1], 1],
  ["resnet whose members have groups", networks[0][1], 2],
  ["bottleneck resnet", networks[1][1], 1],
  ["wide resnet", (options) => wideResnet({ depth: 10, widening: 1 }, options), 1],
])(
  "a packed %s: compiled ≡ jax-js, loss, gradients, moved state",
  async (_, create, gamma) => {
    const model = create(options(3, { members: 3, alpha: 3, gamma }));
    await expectGradientsEqualReference(model, 8, 8);
  },
  240_000,
);

// Paper, table of ResNet-18 on CIFAR-10: α²/(M·γ) of the weights of every convolution but the first.
test("a packed network has about α²/(M·γ) of one's parameters; channels are rounded up to whole groups", () => {
  const one = parameterCount(models.resnet18({ inputChannels: 3, classes: 10 }));
  const packed = (classes: number, packed: ModelOptions["packed"]) =>
    parameterCount(models.resnet18({ inputChannels: 3, classes, packed }));
  expect(packed(40, { members: 4, alpha: 2, gamma: 1 }) / one).toBeCloseTo(1, 1);
  expect(packed(40, { members: 4, alpha: 2, gamma: 2 }) / one).toBeCloseTo(0.5, 1);
  const { shapes } = createModel("resnet20", options(30, { members: 3, alpha: 1, gamma: 1 }));
  expect([shapes().params["conv1.weight"], shapes().params["fc.weight"]]).toEqual([
    [18, 3, 3, 3],
    [30, 22],
  ]);
});

test("a grouped linear layer is one for each part, compiled ≡ jax-js", async () => {
  const layer = groupedLinear("fc", 4, 6, 2);
  const params: HostArrays = {};
  layer.init(new Random(3), params, {});
  const x = HostArray.float32([3, 4], [1, 2, 3, 4, 0, 1, 0, -1, 2, 2, -3, 0.5]);
  const fn = (params: Arrays, x: np.Array) => layer.apply({ params, state: {}, moved: {}, mode: "predict" }, x);
  const { data } = await runOracle<HostArray>(fn, [params, x]);
  const { "fc.weight": weight, "fc.bias": bias } = params;
  expect(weight.shape).toEqual([6, 2]);
  for (let n = 0; n < 3; n++)
    for (let o = 0; o < 6; o++) {
      const from = n * 4 + (o < 3 ? 0 : 2);
      const expected =
        (weight.data[2 * o] as number) * (x.data[from] as number) +
        (weight.data[2 * o + 1] as number) * (x.data[from + 1] as number) +
        (bias.data[o] as number);
      expect(data[n * 6 + o]).toBeCloseTo(expected, 5);
    }
  await expectCompiledEqualsOracle(fn, [params, x]);
});

test("other networks pack no members", () => {
  const make = () => createModel("airbench94", options(6, { members: 2, alpha: 2, gamma: 1 }));
  expect(make).toThrow(UserError);
  expect(make).toThrow("config.packed: airbench94 packs no members; use a resnet or wideresnet, or leave it out");
});
