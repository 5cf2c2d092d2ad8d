import { numpy as np, valueAndGrad } from "@jax-js/jax";
import { expect, test } from "vitest";
import { HostArray, type HostArrays, Random } from "../../core/index.ts";
import { compile, runOracle } from "../../engine/index.ts";
import { expectCompiledEqualsOracle, normalArrays, relativeError } from "../../engine/testing.ts";
import { predictUnderReferences } from "../../methods/index.ts";
import { prefixed } from "../dual-encoder/prefixed.ts";
import { type Arrays, createModel, type Model } from "../index.ts";
import { keep } from "../internal.ts";
import { resnet } from "../resnet.ts";
import { centerNet } from "./center-net.ts";

const CLASSES = 3;
const SIZE = 16;
/** Cells of 8 pixels at the end, so that there is one doubling. */
const body = (inputChannels: number) =>
  resnet("small", { widths: [4, 8, 8, 8], depths: [1, 1, 1, 1] }, { inputChannels, classes: 1, imageSize: SIZE });
const make = (inputChannels = 3) => centerNet(body(inputChannels), { classes: CLASSES, imageSize: SIZE });
const cells = (SIZE / 4) ** 2;

/** Weights away from where a head's gives nothing, and a ReLU's input is 0. */
function started(model: Model) {
  const { params, state } = model.init(new Random(1));
  const random = new Random("weights");
  const moved = Object.entries(params).map(([name, { shape, data }]) => [
    name,
    HostArray.float32(
      shape,
      (data as Float32Array).map((value) => value + 0.1 * random.normal()),
    ),
  ]);
  return { params: Object.fromEntries(moved) as HostArrays, state };
}

test("what it says of its parameters is true of those that are drawn; the body's last layer is none of them", () => {
  const model = make();
  const { params, state } = model.init(new Random(1));
  const drawn = (arrays: HostArrays) => Object.entries(arrays).map(([name, { shape }]) => [name, shape]);
  expect(Object.entries(model.shapes().params)).toEqual(drawn(params));
  expect(Object.entries(model.shapes().state)).toEqual(drawn(state));
  expect(Object.keys(params).filter((name) => /^(fc|up|hm|reg|wh)\./.test(name))).toEqual([
    ...["up.0.conv.weight", "up.0.bn.weight", "up.0.bn.bias"],
    ...["hm", "reg", "wh"].flatMap((head) => ["0", "2"].flatMap((i) => [`${head}.${i}.weight`, `${head}.${i}.bias`])),
  ]);
  for (const name of model.biases!) expect(params[name].shape, name).toHaveLength(1);
});

test("it starts by believing a tenth everywhere, of no size and no offset", async () => {
  const model = make();
  const { params, state } = model.init(new Random(1));
  const predict = (p: Arrays, s: Arrays, x: np.Array) => model.apply(p, s, x, "predict").logits;
  const { shape, data } = await runOracle<HostArray>(predict, [
    params,
    state,
    normalArrays(new Random(2))(2, 3, 16, 16),
  ]);
  expect(shape).toEqual([2, (CLASSES + 4) * cells]);
  const heat = data.subarray(0, CLASSES * cells);
  const others = data.subarray(CLASSES * cells, (CLASSES + 4) * cells);
  for (const logit of heat) expect(1 / (1 + Math.exp(-logit))).toBeCloseTo(0.1, 1);
  for (const value of others) expect(Math.abs(value)).toBeLessThan(0.1);
});

test("compiled ≡ jax-js: outputs, gradients and moved state", async () => {
  const model = make();
  const { params, state } = started(model);
  const images = normalArrays(new Random(3))(4, 3, SIZE, SIZE);
  const weights = normalArrays(new Random(4))(4, (CLASSES + 4) * cells);
  const differentiated = (p: Arrays, s: Arrays, x: np.Array, w: np.Array) => {
    const lossOf = (p: Arrays, s: Arrays, x: np.Array, w: np.Array) => {
      const { logits, state: moved } = model.apply(p, s, x, "train");
      return [np.sum(np.multiply(logits, w)), moved];
    };
    const [[loss, moved], gradients] = (valueAndGrad(lossOf as never, { hasAux: true }) as any)(p, s, x, w);
    return { loss, moved, gradients } as Record<string, np.Array | Arrays>;
  };
  const args = [params, state, images, weights];
  const program = await compile<any[], any>(differentiated as never, args, { threads: 1 });
  const actual = await program.run(args);
  await program.dispose();
  const expected = await runOracle<any>(differentiated, args);
  expect(relativeError(actual.loss, expected.loss)).toBeLessThan(1e-4);
  for (const kind of ["gradients", "moved"])
    for (const [name, array] of Object.entries(expected[kind] as HostArrays))
      expect(relativeError(actual[kind][name], array), `${kind} ${name}`).toBeLessThan(1e-3);
});

test("under references: [R, N, O], each of the tuple [r, x − r]", async () => {
  const model = make(6);
  const { params, state } = started(model);
  const draw = normalArrays(new Random(5));
  const [images, references] = [draw(2, 3, SIZE, SIZE), draw(3, 1, 3, SIZE, SIZE)];
  const under = (p: Arrays, s: Arrays, x: np.Array, r: np.Array) => predictUnderReferences(model, p, s, x, r);
  const given = [params, state, images, references];
  const together = await runOracle<HostArray>(under, given);
  expect(together.shape).toEqual([3, 2, (CLASSES + 4) * cells]);
  const one = (p: Arrays, s: Arrays, x: np.Array, r: np.Array) => {
    const reference = np.broadcastTo(np.reshape(r, [1, 3, SIZE, SIZE]), [2, 3, SIZE, SIZE]);
    return model.apply(p, s, np.concatenate([reference.ref, np.subtract(x, reference)], 1), "predict").logits;
  };
  const second = HostArray.float32(
    [3, SIZE, SIZE],
    references.data.slice(3 * SIZE ** 2, 2 * 3 * SIZE ** 2) as Float32Array,
  );
  const alone = await runOracle<HostArray>(one, [params, state, images, second]);
  const size = alone.data.length;
  const row = HostArray.float32(alone.shape, together.data.slice(size, 2 * size) as Float32Array);
  expect(relativeError(row, alone)).toBeLessThan(1e-4);
  await expectCompiledEqualsOracle(under, given, 1e-4);
});

test.each<[string, () => unknown, string]>([
  [
    "a network without maps",
    () => centerNet(createModel("mlp", { inputChannels: 3, classes: 1 }), { classes: 2, imageSize: 32 }),
    "config.model mlp: it gives no maps",
  ],
  [
    "sides that do not divide",
    () => centerNet(body(3), { classes: 2, imageSize: 20 }),
    "data.imageSize 20: small halves it until a cell is 8 pixels; use a multiple of 8",
  ],
  [
    "maps that are too fine",
    () =>
      centerNet(resnet("fine", { widths: [4], depths: [1] }, { inputChannels: 3, classes: 1, imageSize: 16 }), {
        classes: 2,
        imageSize: 16,
      }),
    "its last map has cells of 1 pixels; a detector needs 4",
  ],
])("refuses %s", (_, create, said) => {
  expect(create).toThrow(said);
});

test.each([
  ["resnet20", 64, 16, 0],
  ["resnet18", 64, 16, 1],
  ["resnet18", 128, 32, 3],
  ["resnet50", 256, 64, 3],
] as const)("%s at %i pixels gives maps of %i cells a side", (name, imageSize, side, doublings) => {
  const model = centerNet(createModel(name, { inputChannels: 3, classes: 1, imageSize }), { classes: 20, imageSize });
  expect(model.featureCount).toBe(24 * side ** 2);
  const ups = Object.keys(model.shapes().params).filter((key) => /^up\.\d\.conv\.weight$/.test(key));
  expect(ups).toHaveLength(doublings);
});

test("a network under a prefix gives the maps of the network", async () => {
  const network = body(3);
  const tower = prefixed(network, "visual.");
  const { params, state } = network.init(new Random("weights"));
  const named = (arrays: HostArrays) =>
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`visual.${name}`, array]));
  const images = normalArrays(new Random("images"))(2, 3, 16, 16);
  const mapOf =
    ({ stem, maps }: Model) =>
    (params: Arrays, state: Arrays, images: np.Array) =>
      maps!.encode(params, state, stem(keep(params), images), "predict").last as np.Array;
  const own = await runOracle<HostArray>(mapOf(network), [params, state, images]);
  expect(await runOracle<HostArray>(mapOf(tower), [named(params), named(state), images])).toEqual(own);
});
