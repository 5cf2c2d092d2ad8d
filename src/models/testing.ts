import { readFileSync } from "node:fs";
import { lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { expect, test } from "vitest";
import { HostArray, type HostArrays, Random, sizeOf } from "../core/index.ts";
import { compile, type Program, runOracle } from "../engine/index.ts";
import { relativeError } from "../engine/testing.ts";
import { type Arrays, type Model, type ModelOptions, type Shapes, type Variables, withoutHead } from "./index.ts";
import { classifierOf, drawNoise } from "./internal.ts";

const CLASSES = 3;
const SIZE = 8;

/** The contract of every model; call it inside `describe`. */
export function testModel(
  create: (options: ModelOptions) => Model,
  {
    learningRate = 0.02,
    noisy = false,
    atLeast,
  }: { readonly learningRate?: number; readonly noisy?: boolean; readonly atLeast?: number } = {},
): void {
  const make = (inputChannels = 3) => create({ inputChannels, classes: CLASSES, imageSize: SIZE });

  test("init repeats by seed; parameters and state have distinct names", () => {
    const model = make();
    const { params, state } = model.init(new Random(1));
    expect(sameArrays(model.init(new Random(1)).params, params)).toBe(true);
    expect(sameArrays(model.init(new Random(2)).params, params)).toBe(false);
    expect(Object.keys(params).filter((key) => key in state)).toEqual([]);
  });

  test("what it says of its parameters is true of those that are drawn", () => {
    const model = make();
    const { params, state } = model.init(new Random(1));
    const drawn = (arrays: HostArrays) => Object.entries(arrays).map(([name, { shape }]) => [name, shape]);
    const said = model.shapes();
    // In order, too.
    expect(Object.entries(said.params)).toEqual(drawn(params));
    expect(Object.entries(said.state)).toEqual(drawn(state));
    expect(model.head.map((name) => params[name]?.shape)).toEqual(
      [[CLASSES, model.featureCount], [CLASSES]].slice(0, model.head.length),
    );
    expect(model.head.length).toBeGreaterThan(0);
    const { stemWeight, frozen = [], biases = [], embeddings = [] } = model;
    for (const name of [stemWeight, ...frozen, ...biases, ...embeddings]) expect(params).toHaveProperty([name]);
    for (const name of biases) expect(params[name].shape, name).toHaveLength(1);
    expect(model.head).not.toContain(stemWeight);
  });

  test("its last layer makes its logits of its features, bit for bit; they are linear in the features", async () => {
    const model = make();
    const { params, state } = model.init(new Random(1));
    const rest = withoutHead(model);
    const parts = (p: Arrays, s: Arrays, x: np.Array) => {
      const head = Object.fromEntries(model.head.map((name) => [name, p[name].ref]));
      const { features } = model.features(kept(p), kept(s), x.ref, "predict");
      const others = Object.fromEntries(Object.keys(rest.shapes().params).map((name) => [name, p[name].ref]));
      return {
        features: features.ref,
        classified: model.classify(head, features),
        read: rest.apply(others, kept(s), x.ref, "predict").logits,
        logits: model.apply(p, s, x, "predict").logits,
      };
    };
    const { features, classified, read, logits } = await runOracle<Record<string, HostArray<"float32">>>(parts, [
      params,
      state,
      images(2, 3),
    ]);
    expect(features.shape).toEqual([2, model.featureCount]);
    expect(classified).toEqual(logits);
    const { weight, bias } = classifierOf(model, params);
    const byHand = Array.from({ length: 2 * CLASSES }, (_, at) => {
      const [n, k] = [Math.floor(at / CLASSES), at % CLASSES];
      const own = read.data.subarray(n * model.featureCount, (n + 1) * model.featureCount);
      const product = own.reduce((sum, z, d) => sum + z * weight.data[k * model.featureCount + d], 0);
      return product + (bias ? bias.data[k] * (model.logitScale ?? 1) : 0);
    });
    expect(relativeError(HostArray.float32([2, CLASSES], byHand), logits)).toBeLessThan(1e-5);
  });

  test.each([1, 2, 3, 6])("%i input channels give logits [N, K], in both modes", async (channels) => {
    const model = make(channels);
    const { params, state } = model.init(new Random(1));
    const program = await compile(
      (p: Arrays, s: Arrays, x: np.Array) => ({
        predict: model.apply(kept(p), kept(s), x.ref, "predict").logits,
        train: model.apply(p, s, x, "train").logits,
      }),
      [params, state, images(2, channels)],
      { threads: 1 },
    );
    const { predict, train } = await program.run([params, state, images(2, channels)]);
    await program.dispose();
    for (const logits of [predict, train]) {
      expect(logits.shape).toEqual([2, CLASSES]);
      expect(logits.data.every(Number.isFinite)).toBe(true);
    }
  });

  test("compiled ≡ jax-js: prediction with its state unchanged", async () => {
    const model = make();
    const { params, state } = model.init(new Random(1));
    const fn = (p: Arrays, s: Arrays, x: np.Array) => model.apply(p, s, x, "predict");
    const expected = await runOracle(fn, [params, state, images(1, 3)]);
    const program = await compile(fn, [params, state, images(1, 3)], { threads: 1 });
    const actual = await program.run([params, state, images(1, 3)]);
    await program.dispose();
    expect(actual.state).toEqual(state);
    expect(relativeError(actual.logits, expected.logits)).toBeLessThan(1e-5);
  });

  test("compiled ≡ jax-js: loss, gradients, moved state", async () => {
    // At 8 × 8 pixels the last stage normalises over as many values as there are images: fewer than 8 are so
    // ill-conditioned that two correct roundings differ by 1e-4.
    await expectGradientsEqualReference(make(), 8, SIZE, atLeast);
  }, 240_000); // jax-js computes a fraction of an image a second

  if (noisy)
    test("compiled ≡ jax-js: loss and gradients where branches and features are dropped", async () => {
      const rates = { stochasticDepth: 0.5, dropout: 0.25 };
      const model = create({ inputChannels: 3, classes: CLASSES, imageSize: SIZE, ...rates });
      expect(Object.keys(model.noise ?? {}).length).toBeGreaterThan(1);
      await expectGradientsEqualReference(model, 8, SIZE);
    }, 240_000);

  test("the loss falls over a few steps of gradient descent", async () => {
    const model = make();
    let { params, state } = model.init(new Random(1));
    const descend = (p: Arrays, s: Arrays, x: np.Array, y: np.Array) => {
      const { loss, gradients, state: moved } = lossAndGradients(model)(kept(p), s, x, y, {});
      const params = Object.keys(p).map((key) => [key, np.subtract(p[key], np.multiply(gradients[key], learningRate))]);
      return { loss, params: Object.fromEntries(params), state: moved };
    };
    const program = await compile(descend, [params, state, images(4, 3), targets(4)], { threads: 1 });
    const losses: number[] = [];
    for (let i = 0; i < 6; i++) {
      const result = await program.run([params, state, images(4, 3), targets(4)]);
      ({ params, state } = result);
      losses.push(result.loss.data[0]);
    }
    await program.dispose();
    expect(losses.at(-1)).toBeLessThan(losses[0] / 2);
  });
}

/** Compiled ≡ jax-js: loss, gradients and moved state for `count` images, at a point where that can be asked for. */
export async function expectGradientsEqualReference(
  model: Model,
  count: number,
  size: number,
  atLeast = 0,
): Promise<void> {
  const { params: initial, state } = model.init(new Random(1));
  const params = awayFromZero(initial);
  const { shape: stem } = params[model.stemWeight];
  // A perceptron's first layer has a weight for every pixel.
  const shape = [count, stem.length === 2 ? stem[1] / size ** 2 : stem[1], size, size];
  const noise = drawNoise(model, count, new Random("noise"));
  const argsAt = (images: HostArray) => [params, state, images, targets(count), noise];
  const program = await compile<any[], any>(lossAndGradients(model) as never, argsAt(HostArray.zeros(shape)), {
    threads: 1,
  });
  const args = await awayFromKinks(program, argsAt, shape, atLeast);
  const actual = await program.run(args);
  await program.dispose();
  const expected = await runOracle(lossAndGradients(model), args);
  expect(Object.keys(actual.state).sort()).toEqual(Object.keys(state).sort());
  expect(relativeError(actual.loss, expected.loss)).toBeLessThan(1e-5);
  for (const kind of ["gradients", "state"])
    for (const [key, array] of Object.entries(expected[kind] as HostArrays)) {
      expect(array.shape).toEqual({ ...params, ...state }[key].shape);
      expect(actual[kind][key].data.every(Number.isFinite)).toBe(true);
      expect(relativeError(actual[kind][key], array, atLeast), `${kind} ${key}`).toBeLessThan(GRADIENT_ERROR);
    }
}

const GRADIENT_ERROR = 1e-4;
/** Of the images' values; it moves activations by as much as rounding does at most (2e-5 at the end of resnet20). */
const PERTURBATION = 2 ** -18;
const PERTURBATIONS = 8;

/**
 * The first of the arguments at which rounding decides nothing. Gradients jump where a ReLU's input passes 0 or two of a
 * max-pool's tie, and where one lies within rounding of that, two correct implementations differ by the jump (seen:
 * −6e-7 in one, 1e-6 in the other; 3e-3 in the stem's gradient). Judged without the reference: by whether the program's
 * own gradients stay where they are when the images change by a few units in the last place.
 */
export async function awayFromKinks(
  program: Program,
  argsAt: (images: HostArray<"float32">) => any[],
  shape: readonly number[],
  atLeast = 0,
): Promise<any[]> {
  for (let seed = 0; seed < 50; seed++) {
    const images = normals(shape, new Random("images", seed));
    const { gradients } = await program.run(argsAt(images));
    const random = new Random("perturbation", seed);
    let largest = 0;
    for (let i = 0; i < PERTURBATIONS && largest < GRADIENT_ERROR / 2; i++) {
      const moved = Float32Array.from(images.data, (value) => value + PERTURBATION * random.normal());
      const there = await program.run(argsAt(HostArray.float32(shape, moved)));
      for (const [name, gradient] of Object.entries(gradients as HostArrays))
        largest = Math.max(largest, relativeError(there.gradients[name], gradient, atLeast));
    }
    if (largest < GRADIENT_ERROR / 2) return argsAt(images);
  }
  throw new Error("the gradients jump whatever the images: every point is near a kink");
}

/** timm's models that we have under their names, by ours (fixtures/make-fixtures.py). */
export const timmModels: Readonly<
  Record<string, { timm: string; parameters: number; tensors: number; sha256: string }>
> = JSON.parse(readFileSync(new URL("./fixtures/timm-names.json", import.meta.url), "utf8")).models;

/** Zeros in the place of a model's weights: drawing 88 million normals takes seconds. */
export function undrawn(model: Model): Variables {
  const { params, state } = model.shapes();
  const zeros = (shapes: Shapes) =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, HostArray.zeros(shape)]));
  return { params: zeros(params), state: zeros(state) };
}

export const parameterCount = (model: Model): number =>
  Object.values(model.shapes().params).reduce((sum, shape) => sum + sizeOf(shape), 0);

/** What starts at 0 (a norm's weight behind a residual branch) would hide all gradients behind it. */
function awayFromZero(params: HostArrays): HostArrays {
  const random = new Random("away from zero");
  return Object.fromEntries(
    Object.entries(params).map(([name, array]) => {
      if ((array.data as Float32Array).some((value) => value !== 0)) return [name, array];
      return [
        name,
        HostArray.float32(
          array.shape,
          Float32Array.from(array.data, () => 0.1 * random.normal()),
        ),
      ];
    }),
  );
}

// toEqual takes a minute over ten million numbers.
const sameArrays = (a: HostArrays, b: HostArrays): boolean =>
  Object.keys(a).join() === Object.keys(b).join() &&
  Object.keys(a).every((key) => Buffer.from(a[key].data.buffer).equals(Buffer.from(b[key].data.buffer)));

const kept = (arrays: Arrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([key, array]) => [key, array.ref]));

const images = (count: number, channels: number): HostArray =>
  normals([count, channels, SIZE, SIZE], new Random("images", count, channels));

const normals = (shape: readonly number[], random: Random): HostArray<"float32"> =>
  HostArray.float32(
    shape,
    Array.from({ length: shape.reduce((product, side) => product * side, 1) }, () => random.normal()),
  );

const targets = (count: number): HostArray =>
  HostArray.float32(
    [count, CLASSES],
    Array.from({ length: count * CLASSES }, (_, i) => Number(i % CLASSES === Math.floor(i / CLASSES) % CLASSES)),
  );

const lossAndGradients = (model: Model) => (params: Arrays, state: Arrays, x: np.Array, y: np.Array, noise: Arrays) => {
  const loss = (p: Arrays, s: Arrays): [np.Array, Arrays] => {
    const { logits, state: moved } = model.apply(p, s, x.ref, "train", kept(noise));
    return [np.negative(np.mean(np.sum(np.multiply(nn.logSoftmax(logits), y.ref), -1))), moved];
  };
  const differentiate = valueAndGrad(loss as never, { hasAux: true }) as any;
  const [[value, moved], gradients] = differentiate(params, state);
  const inOrder = Object.fromEntries(Object.keys(state).map((key) => [key, lax.stopGradient(moved[key])]));
  return { loss: value, gradients, state: inOrder };
};
