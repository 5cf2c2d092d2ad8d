import { grad, numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { HostArray, Random, sizeOf } from "../core/index.ts";
import { compile, runOracle } from "../engine/index.ts";
import { relativeError } from "../engine/testing.ts";
import { airbench } from "./airbench.ts";
import { type Arrays, createModel, type Model, mlp } from "./index.ts";
import { keep } from "./internal.ts";
import { regnetY } from "./regnet.ts";
import { resnet } from "./resnet.ts";
import { swinV2 } from "./swin-v2.ts";
import { expectGradientsEqualReference } from "./testing.ts";
import { visionTransformer } from "./vision-transformer.ts";
import { wideResnet } from "./wide-resnet.ts";

const SIZE = 8;
const base = { inputChannels: 2, classes: 3, imageSize: SIZE };
const small: Readonly<Record<string, (anchorAt: string) => Model>> = {
  resnet: (anchorAt) => resnet("small", { widths: [4, 8], depths: [1, 1] }, { ...base, anchorAt }),
  "bottleneck resnet": (anchorAt) =>
    resnet("small", { widths: [4, 8], depths: [1, 1], expansion: 4 }, { ...base, anchorAt, stochasticDepth: 0.3 }),
  "wide resnet": (anchorAt) => wideResnet({ depth: 10, widening: 1 }, { ...base, anchorAt }),
  "regnet-y": (anchorAt) => regnetY("small", { widths: [8, 16], depths: [1, 1], groupWidth: 4 }, { ...base, anchorAt }),
  airbench: (anchorAt) => airbench("small", [8, 8], { ...base, anchorAt }),
  "vision transformer": (anchorAt) =>
    visionTransformer("small", { patch: 4, width: 12, depth: 1, heads: 3 }, { ...base, anchorAt }),
  "swin-v2": (anchorAt) => swinV2("small", { width: 4, depths: [1, 1], heads: [1, 2] }, { ...base, anchorAt }),
  perceptron: (anchorAt) => mlp("small", { width: 8, depth: 2 }, { ...base, anchorAt }),
};
const STAGED = ["stem", "stage:1", "features"];
const points: readonly (readonly [network: string, anchorAt: string])[] = Object.keys(small).flatMap((network) =>
  (["vision transformer", "swin-v2", "perceptron"].includes(network) ? ["features"] : STAGED).map(
    (anchorAt) => [network, anchorAt] as const,
  ),
);

const normals = (...shape: number[]): HostArray<"float32"> => {
  const random = new Random("anchor point", ...shape);
  return HostArray.float32(
    shape,
    Array.from({ length: sizeOf(shape) }, () => random.normal()),
  );
};
const COUNT = 4;
const images = normals(COUNT, 2, SIZE, SIZE);
const references = normals(COUNT, 2, SIZE, SIZE);
const example = (model: Model) => {
  const { params, state } = model.init(new Random("start"));
  return [
    params,
    state,
    images,
    HostArray.float32(
      references.shape,
      references.data.map((value) => -2 * value),
    ),
  ];
};
/** Logits of pairs [r, x] whose references are masked where `kept` is 0. */
const ofPairs =
  (model: Model, mode: "train" | "predict", kept?: readonly number[]) =>
  (params: Arrays, state: Arrays, x: np.Array, r: np.Array): np.Array => {
    const noise: Arrays | undefined = kept && { referenceKept: np.array([...kept]) };
    const given = model.apply(params, state, np.concatenate([r, x], 1), mode, noise);
    for (const array of Object.values(given.state)) array.dispose();
    return given.logits;
  };

describe.each(points)("a small %s anchored at %s", (network, anchorAt) => {
  const model = small[network](anchorAt);

  test("pairs are tuples [r, h − r] of what lies below, given to what lies above; masked ones [0, h − r]", async () => {
    const kept = [1, 0, 1, 0];
    const byHand = (params: Arrays, state: Arrays, x: np.Array, r: np.Array) => {
      const hidden = (of: np.Array) => model.anchorPoint!.below(keep(params), keep(state), of, "predict").hidden;
      const [h, reference] = [hidden(x), hidden(r)];
      const each = h.shape.slice(1).fill(1);
      const shown = np.multiply(reference.ref, np.reshape(np.array(kept), [COUNT, ...each]));
      const tuples = np.concatenate([shown, np.subtract(h, reference)], 1);
      const head = Object.fromEntries(model.head.map((name) => [name, params[name].ref]));
      return model.classify(head, model.anchorPoint!.above(params, state, tuples, "predict").features);
    };
    const expected = await runOracle<HostArray>(byHand, example(model));
    const program = await compile<any[], any>(ofPairs(model, "predict", kept) as never, example(model), { threads: 1 });
    expect(relativeError(await program.run(example(model)), expected)).toBeLessThan(1e-5);
    await program.dispose();
    const unmasked = await runOracle<HostArray>(ofPairs(model, "predict"), example(model));
    expect(relativeError(unmasked, expected)).toBeGreaterThan(1e-4);
  });
});

// The steps are those of `testModel`; what is new is the way of a gradient at each kind of point.
test.each([
  ["regnet-y", "stem"],
  ["wide resnet", "stage:1"],
  ["vision transformer", "features"],
])(
  "compiled ≡ jax-js: loss, gradients, moved state of a %s anchored at %s, each image's reference the one before it",
  (network, anchorAt) => expectGradientsEqualReference(small[network](anchorAt), COUNT, SIZE),
);

test("no gradient goes through references", async () => {
  const model = small.resnet("stage:1");
  const sum = (r: np.Array, params: Arrays, state: Arrays, x: np.Array) =>
    np.sum(np.square(ofPairs(model, "predict")(params, state, x, r)));
  const [params, state, x, r] = example(model);
  const slopes = (argument: number) =>
    runOracle<HostArray<"float32">>(
      (r: np.Array, p: Arrays, s: Arrays, x: np.Array) => (grad as any)(sum, { argnums: argument })(r, p, s, x),
      [r, params, state, x],
    );
  expect((await slopes(0)).data.every((value) => value === 0)).toBe(true);
  expect((await slopes(3)).data.some((value) => value !== 0)).toBe(true);
});

test.each([
  [
    "resnet20",
    "stage:3",
    "method.anchorAt stage:3: resnet20 can be anchored at input, stem, stage:1, stage:2, features",
  ],
  ["vit-tiny-patch4-depth6", "stem", "method.anchorAt stem: vit-tiny-patch4-depth6 can be anchored at input, features"],
])("%s is not anchored at %s", (name, anchorAt, message) => {
  expect(() => createModel(name, { ...base, imageSize: 32, anchorAt })).toThrow(message);
});
