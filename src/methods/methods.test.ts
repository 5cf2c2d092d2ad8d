import { numpy as np, valueAndGrad } from "@jax-js/jax";
import fc from "fast-check";
import onnxProto from "onnx-proto";
import { describe, expect, test } from "vitest";
import { type Fed, HostArray, Random, UserError } from "../core/index.ts";
import { blockSize } from "../engine/blocked/probe.ts";
import { modelOf } from "../engine/compile.ts";
import { compile, runOracle } from "../engine/index.ts";
import { relativeError } from "../engine/testing.ts";
import { trace } from "../engine/trace.ts";
import { type Arrays, clipNames, createModel, type ModelName, models } from "../models/index.ts";
import {
  type AnchoredOptions,
  combineReferences,
  createMethod,
  type MethodOptions,
  type MimoOptions,
  type OatOptions,
  predictUnderReferences,
  softmaxCrossEntropy,
  tuple,
} from "./index.ts";

const shape = { count: 8, channels: 3, height: 8, width: 8, targetSize: 3 };
const random = new Random("methods");
const noise = (count: number) => Float32Array.from({ length: count }, () => random.normal());
const batch = {
  images: noise(8 * 3 * 64),
  targets: Float32Array.from({ length: 24 }, (_, i) => Number(i % 3 === Math.floor(i / 3) % 3)),
  truth: HostArray.float32([8], [0, 1, 2, 0, 1, 2, 0, 1]),
};
const drawReferences = (count: number, random: Random) => {
  const draw = () => Float32Array.from({ length: count * 3 * 64 }, () => random.normal());
  return { clean: draw(), shown: draw() };
};

const anchored = (maskProbability: number, maskTarget: "label" | "uniform" = "label"): AnchoredOptions => ({
  name: "anchored",
  maskProbability,
  maskTarget,
  references: "all",
  referenceCount: 2,
});

// What is minimised is tested on its own (`outputs/`); here it meets a network, by itself and behind tuples.
const oat = (changes: Partial<OatOptions> = {}): OatOptions => ({
  name: "oat",
  anchor: "formula",
  detachAnchor: false,
  warmStartEpochs: 0,
  ...changes,
});

const mimo: MimoOptions = { name: "mimo", members: 3, batchRepetitions: 2, inputRepetitionProbability: 0 };

// The contract of every method.
describe.each<[string, MethodOptions]>([
  ["standard", { name: "standard" }],
  ["anchored", anchored(0)],
  ["anchored, masked", anchored(1)],
  ["anchored, masked toward uniform", anchored(1, "uniform")],
  ["oat", oat()],
  ["mimo", mimo],
  ["mimo, half the rows alike", { ...mimo, inputRepetitionProbability: 0.5 }],
  ["anchored, with oat's output", { ...anchored(0), output: oat({ anchor: "code" }) } as MethodOptions],
  ["anchored, some images masked toward uniform", { ...anchored(0.5, "uniform"), maskBy: "image" }],
  ["anchored, quarters of the batch masked apart", { ...anchored(0.5), maskDraws: 4 }],
  ["anchored, a central square kept", { ...anchored(1), maskKeep: 4 }],
  ["anchored, references from the batch", { ...anchored(0.5), references: "batch" }],
  ["anchored, corrupted references", { ...anchored(0), corruptReferencesEvery: 2 }],
  ["anchored behind a stage, masked", { ...anchored(1), anchorAt: "stage:1" }],
  [
    "anchored at its features, some images masked",
    { ...anchored(0.5, "uniform"), maskBy: "image", references: "batch", anchorAt: "features" },
  ],
])("%s", (_, options) => {
  const method = createMethod(options);
  const model = createModel("resnet20", {
    inputChannels: method.inputChannels(3),
    classes: method.task.outputCount(3),
    anchorAt: method.anchorAt,
  });
  const { params, state } = model.init(new Random(1));
  const fed = method.prepare(batch, shape, new Random(2), drawReferences);

  test("draws repeat by seed", () => {
    expect(method.prepare(batch, shape, new Random(2), drawReferences)).toEqual(fed);
    if (options.name === "anchored" || options.name === "mimo")
      expect(method.prepare(batch, shape, new Random(3), drawReferences)).not.toEqual(fed);
  });

  test("compiled ≡ jax-js: loss and gradients", async () => {
    const fn = (p: Arrays, s: Arrays, f: Fed<np.Array>) => {
      const lossOf = (p: Arrays, s: Arrays, f: Fed<np.Array>) => method.loss(model, p, s, f);
      const [[loss, { sums }], gradients] = (valueAndGrad(lossOf as never, { hasAux: true }) as any)(p, s, f);
      return { loss, sums, gradients };
    };
    const expected = await runOracle(fn, [params, state, fed]);
    const program = await compile(fn, [params, state, fed], { threads: 1 });
    const actual = await program.run([params, state, fed]);
    await program.dispose();
    expect(relativeError(actual.loss, expected.loss)).toBeLessThan(1e-5);
    expect(actual.sums).toEqual(expected.sums);
    for (const name of Object.keys(params))
      expect(relativeError(actual.gradients[name], expected.gradients[name]), name).toBeLessThan(1e-4);
  });

  test.each([
    ["two references for all images", [2, 1]],
    ["a reference for each image", [1, 8]],
  ])("predicts logits [R, N, K], compiled ≡ jax-js ≡ the whole model: %s", async (_, [count, sharing]) => {
    const images = HostArray.float32([8, 3, 8, 8], batch.images);
    const references = HostArray.float32([count, sharing, 3, 8, 8], noise(count * sharing * 3 * 64));
    const fn = (p: Arrays, s: Arrays, x: np.Array, r: np.Array) =>
      method.predict(model, p, s, x, method.anchored ? r : undefined);
    const logits = await runOracle(fn, [params, state, images, references]);
    expect(logits.shape).toEqual([method.anchored ? count : 1, 8, method.task.outputCount(3)]);
    const program = await compile(fn, [params, state, images, references], { threads: 1 });
    expect(relativeError(await program.run([params, state, images, references]), logits)).toBeLessThan(1e-5);
    await program.dispose();

    // One reference at a time, through what training feeds.
    const shown = (x: np.Array, r: np.Array) => {
      if (method.anchored) return method.anchorAt ? np.concatenate([r, x], 1) : tuple(x, r);
      return np.tile(x, [1, method.task.members, 1, 1]);
    };
    const whole = (p: Arrays, s: Arrays, x: np.Array, r: np.Array) => model.apply(p, s, shown(x, r), "predict").logits;
    for (let i = 0; i < logits.shape[0]; i++) {
      const size = sharing * 3 * 64;
      const one = HostArray.float32([sharing, 3, 8, 8], references.data.slice(i * size, (i + 1) * size));
      const shared = HostArray.float32(
        [8, 3, 8, 8],
        sharing === 8 ? one.data : Float32Array.from({ length: 8 * 192 }, (_, p) => one.data[p % 192]),
      );
      const expected = await runOracle(whole, [params, state, images, shared]);
      const width = expected.data.length;
      const own = HostArray.float32(expected.shape, (logits.data as Float32Array).slice(i * width, (i + 1) * width));
      expect(relativeError(own, expected)).toBeLessThan(1e-5);
    }
  });
});

// Wider variants of networks that are here.
const variants: readonly string[] = [
  "wideresnet28-2",
  "wideresnet28-10",
  "wideresnet40-2",
  "resnet34",
  "regnety-800mf",
  "swinv2-small",
  "swinv2-base",
  ...clipNames.filter((name) => name !== "clip-small"),
];

describe.each(Object.keys(models).filter((name) => !variants.includes(name)) as ModelName[])("%s", (name) => {
  const model = createModel(name, { inputChannels: 6, classes: 3, imageSize: 8 });
  const { params, state } = model.init(new Random(1));
  const images = HostArray.float32([3, 3, 8, 8], noise(3 * 192));
  const under = (p: Arrays, s: Arrays, x: np.Array, r: np.Array) => predictUnderReferences(model, p, s, x, r);
  const alone = (p: Arrays, s: Arrays, x: np.Array, r: np.Array) => model.apply(p, s, tuple(x, r), "predict").logits;

  test.each([
    ["two references for all images", 2, 1],
    ["a reference for each image", 1, 3],
    ["two references for each image", 2, 3],
  ])("the logits under %s are those of one image with one reference at a time", async (_, count, sharing) => {
    const references = HostArray.float32([count, sharing, 3, 8, 8], noise(count * sharing * 192));
    const program = await compile(under, [params, state, images, references], { threads: 1 });
    const { data }: HostArray = await program.run([params, state, images, references]);
    await program.dispose();
    const one = (from: HostArray, at: number) =>
      HostArray.float32([1, 3, 8, 8], (from.data as Float32Array).slice(at * 192, (at + 1) * 192));
    const single = await compile(alone, [params, state, one(images, 0), one(references, 0)], { threads: 1 });
    for (let k = 0; k < count; k++)
      for (let n = 0; n < 3; n++) {
        const reference = one(references, k * sharing + (sharing === 1 ? 0 : n));
        const expected = await single.run([params, state, one(images, n), reference]);
        const own = HostArray.float32([1, 3], (data as Float32Array).slice(3 * (3 * k + n), 3 * (3 * k + n + 1)));
        expect(relativeError(own, expected)).toBeLessThan(1e-5);
      }
    await single.dispose();
  });
});

const block = await blockSize();
test.skipIf(!block).each([[[4, 1]], [[1, 3]]])(
  "predicting under references %j leaves no convolution to the portable back-end",
  async ([count, sharing]) => {
    const model = createModel("resnet20", { inputChannels: 6, classes: 3 });
    const { params, state } = model.init(new Random(1));
    const images = HostArray.zeros([3, 3, 8, 8]);
    const references = HostArray.zeros([count, sharing, 3, 8, 8]);
    const fn = (p: Arrays, s: Arrays, x: np.Array, r: np.Array) => predictUnderReferences(model, p, s, x, r);
    const traced = await trace(fn, [params, state, images, references]);
    const { node } = onnxProto.onnx.ModelProto.decode(modelOf(traced, { block })).graph!;
    const domains = node!.filter(({ opType }) => opType === "Conv").map(({ domain }) => domain);
    expect(new Set(domains)).toEqual(new Set(["com.microsoft.nchwc"]));
  },
);

test("a tuple is [r, x − r], and [0, x − r] where masked", async () => {
  const x = HostArray.float32([1, 1, 1, 2], [5, 7]);
  const r = HostArray.float32([1, 1, 1, 2], [1, 2]);
  const masked = (x: np.Array, r: np.Array, maskReference: np.Array) => tuple(x, r, { maskReference });
  const run = async (mask: number) => [...(await runOracle(masked, [x, r, HostArray.scalar(mask)])).data];
  expect(await run(0)).toEqual([1, 2, 4, 5]);
  expect(await run(1)).toEqual([0, 0, 4, 5]);
  const both = ({ data: [a, b] }: HostArray) => HostArray.float32([2, 1, 1, 2], [a, b, a, b]);
  const byImage = HostArray.float32([2, 1, 1, 1], [1, 0]);
  const { data } = await runOracle(masked, [both(x as HostArray), both(r as HostArray), byImage]);
  expect([...data]).toEqual([0, 0, 4, 5, 1, 2, 4, 5]);
});

test("a corrupted reference is shown, the residual is to the clean one: [aug(r), x − r]", async () => {
  const [x, r, shown] = [
    [5, 7],
    [1, 2],
    [9, 8],
  ].map((pair) => HostArray.float32([1, 1, 1, 2], pair));
  const corrupted = (x: np.Array, r: np.Array, shownReferences: np.Array) => tuple(x, r, { shownReferences });
  expect([...(await runOracle(corrupted, [x, r, shown])).data]).toEqual([9, 8, 4, 5]);
});

test("a partial mask keeps the central square of the reference, and the whole residual", async () => {
  const x = HostArray.float32([1, 1, 3, 4], new Float32Array(12).fill(1));
  const r = HostArray.float32(
    [1, 1, 3, 4],
    Float32Array.from({ length: 12 }, (_, i) => i + 1),
  );
  const masked = (keep: number) => (x: np.Array, r: np.Array, maskReference: np.Array) =>
    tuple(x, r, { maskReference, maskKeep: keep });
  const shown = async (keep: number, mask: number) =>
    [...(await runOracle(masked(keep), [x, r, HostArray.scalar(mask)])).data].slice(0, 12);
  // (3 − 2)/2 and (4 − 2)/2: the half goes to the even side, 0.
  expect(await shown(2, 1)).toEqual([0, 2, 3, 0, 0, 6, 7, 0, 0, 0, 0, 0]);
  expect(await shown(1, 1)).toEqual([0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0]);
  expect(await shown(2, 0)).toEqual([...r.data]);
  const residual = (await runOracle(masked(2), [x, r, HostArray.scalar(1)])).data.slice(12);
  expect([...residual]).toEqual([...r.data].map((value) => 1 - value));
});

test("references from the batch are its images in another order", () => {
  const { rows: fed } = createMethod({ ...anchored(0), references: "batch" }).prepare(
    batch,
    shape,
    new Random(3),
    () => {
      throw new Error("the reference set is not asked");
    },
  );
  const rows = ({ data }: HostArray) => Array.from({ length: 8 }, (_, i) => data.slice(192 * i, 192 * (i + 1)).join());
  expect(rows(fed.inputs.references)).not.toEqual(rows(fed.inputs.images));
  expect(rows(fed.inputs.references).sort()).toEqual(rows(fed.inputs.images).sort());
});

test.each<[Partial<AnchoredOptions>, string]>([
  [{ referenceStart: 4 }, "method.referenceStart 4: method.references batch takes the images of each step"],
  [
    { referenceSource: "both" },
    "method.referenceSource both: method.references batch takes the images that are trained on",
  ],
  [
    { corruptReferencesEvery: 5 },
    "method.corruptReferencesEvery 5: method.references batch takes images that are augmented",
  ],
])("references from the batch exclude %j", (options, message) => {
  const make = () => createMethod({ ...anchored(0), references: "batch", ...options });
  expect(make).toThrow(UserError);
  expect(make).toThrow(message);
});

test.each<[Partial<AnchoredOptions>, string]>([
  [{ maskKeep: 4 }, "method.maskKeep 4: it keeps pixels of a masked reference, and with method.anchorAt stem"],
  [
    { corruptReferencesEvery: 5 },
    "method.corruptReferencesEvery 5: it changes the image that stands beside the residual",
  ],
  [{ tiedStart: true }, "method.tiedStart: it is about the first layer of a network for tuples of images"],
])("tuples of hidden values exclude %j", (options, message) => {
  const make = () => createMethod({ ...anchored(0), anchorAt: "stem", ...options });
  expect(make).toThrow(UserError);
  expect(make).toThrow(message);
});

test("of hidden values, references from the batch are the images before", () => {
  const fed = createMethod({ ...anchored(0), references: "batch", anchorAt: "stem" }).prepare(
    batch,
    shape,
    new Random(4),
    drawReferences,
  );
  expect(Object.keys(fed.rows.inputs)).toEqual(["images"]);
});

test("cross-entropy on soft targets, by hand", async () => {
  const logits = HostArray.float32([2, 2], [0, Math.log(3), 0, 0]);
  const targets = HostArray.float32([2, 2], [0.5, 0.5, 1, 0]);
  // −(½ ln ¼ + ½ ln ¾) and ln 2
  const expected = (-(Math.log(0.25) + Math.log(0.75)) / 2 + Math.log(2)) / 2;
  expect((await runOracle(softmaxCrossEntropy, [logits, targets])).data[0]).toBeCloseTo(expected, 6);
});

describe("reference masking", () => {
  const masked = (options: MethodOptions, seed: number) =>
    createMethod(options).prepare(batch, shape, new Random(seed), drawReferences);

  test.each([0, 0.25, 1])("masks a share of %f of the batches", (α) => {
    const share = Array.from({ length: 400 }, (_, i) => masked(anchored(α), i).shared.maskReference.data[0] as number);
    const mean = share.reduce((a, b) => a + b) / 400;
    if (α === 0 || α === 1) expect(mean).toBe(α);
    else expect(Math.abs(mean - α)).toBeLessThan(0.07);
  });

  test("its target is the label, or uniform in masked batches only", () => {
    expect(masked(anchored(1, "label"), 0).rows.targets.targets.data).toEqual(batch.targets);
    expect(masked(anchored(0, "uniform"), 0).rows.targets.targets.data).toEqual(batch.targets);
    expect(new Set(masked(anchored(1, "uniform"), 0).rows.targets.targets.data)).toEqual(new Set([Math.fround(1 / 3)]));
  });

  test.each([-0.1, 1.1, Number.NaN])("α = %f is refused", (α) => {
    expect(() => createMethod(anchored(α))).toThrow(UserError);
    expect(() => createMethod(anchored(α))).toThrow(`method.maskProbability ${α}: outside [0, 1]`);
  });
});

describe("combining K references", () => {
  test("mean of logits, unbiased std of sigmoids, by hand", () => {
    const { logits, uncertainty } = combineReferences([Float32Array.of(0, 2), Float32Array.of(Math.log(3), 2)]);
    expect(logits[0]).toBeCloseTo(Math.log(3) / 2, 6);
    // sigmoids ½ and ¾: std with divisor 1 is ¼/√2.
    expect(uncertainty[0]).toBeCloseTo(0.25 / Math.SQRT2, 6);
    expect(uncertainty[1]).toBe(0);
  });

  test("one reference has no uncertainty, and its own logits", () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, min: -50, max: 50 }), { minLength: 1 }), (values) => {
        const { logits, uncertainty } = combineReferences([Float32Array.from(values)]);
        expect(logits).toEqual(Float32Array.from(values, (value) => value + 0)); // −0 + 0 = 0
        expect(uncertainty.every((u) => u === 0)).toBe(true);
      }),
    );
  });

  test("the order of references doesn't matter", () => {
    const [a, b, c] = [noise(5), noise(5), noise(5)];
    const forward = combineReferences([a, b, c]);
    const backward = combineReferences([c, b, a]);
    forward.logits.forEach((logit, i) => {
      expect(logit).toBeCloseTo(backward.logits[i], 6);
    });
    forward.uncertainty.forEach((u, i) => {
      expect(u).toBeCloseTo(backward.uncertainty[i], 6);
    });
  });
});
