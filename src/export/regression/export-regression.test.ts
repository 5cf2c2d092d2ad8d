import * as web from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import { type RegressionSet, UserError } from "../../core/index.ts";
import { modelMetadata, openOnnx } from "../../engine/index.ts";
import type { RunConfigInput } from "../../run/index.ts";
import type { RegressionAnswers } from "../../tasks/index.ts";
import type { LoadedRegression } from "../../train/index.ts";
import { regressionPredictor } from "../../train/internal.ts";
import { openBytes } from "../open-bytes.ts";
import type { IntervalCard } from "./card.ts";
import { type RegressionFileOptions, regressionFile } from "./export-regression.ts";
import { openRegressor, type RegressorAnswers } from "./open-regressor.ts";
import { imageSet, numberSet, untrained } from "./testing.ts";

/** Inputs as a file takes them, float32, and the same set as it is then: a predictor reads float64. */
function asFed(set: RegressionSet): { readonly fed: Float32Array | Uint8Array; readonly set: RegressionSet } {
  const { inputs } = set;
  if (inputs.kind === "images") return { fed: inputs.images as Uint8Array, set };
  const fed = Float32Array.from(inputs.data);
  return { fed, set: { ...set, inputs: { ...inputs, data: Float64Array.from(fed) } } };
}

const numbers = asFed(numberSet("asked", 30));
const images = asFed(imageSet("asked", 9));

async function predicted(loaded: LoadedRegression, set: RegressionSet, k?: number): Promise<RegressionAnswers> {
  const predictor = regressionPredictor(loaded, { threads: 1 });
  return predictor.predict(set, { k }).finally(() => predictor.dispose());
}

/** Largest difference beyond the rounding of the answer, in the target's deviation, relative to the farthest answer. */
function distance(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { record }: LoadedRegression,
  { perTarget = 1, centred = true } = {},
): number {
  expect(actual.length).toBe(expected.length);
  const { mean, standardDeviation } = record.data.targets;
  let [largest, scale] = [0, 1];
  for (let i = 0; i < expected.length; i++) {
    const d = Math.floor(i / perTarget) % mean.length;
    const rounding = 2 ** -23 * Math.abs(expected[i]);
    largest = Math.max(largest, (Math.abs(actual[i] - expected[i]) - rounding) / standardDeviation[d]);
    scale = Math.max(scale, Math.abs(expected[i] - (centred ? mean[d] : 0)) / standardDeviation[d]);
  }
  return largest / scale;
}

const anchored: Partial<RunConfigInput> = { method: { name: "anchored" } };
const task = (changes: object) => ({ task: { name: "regression", ...changes } }) as Partial<RunConfigInput>;
const fourier = task({ fourier: { features: 32, scale: 0.5 } });
const small = { model: "resnet20", threads: 1 } as Partial<RunConfigInput>;

const cases: [string, typeof numbers, LoadedRegression, RegressionFileOptions][] = [
  ["standard", numbers, untrained(numberSet, {}), {}],
  ["l1", numbers, untrained(numberSet, task({ loss: "l1" })), {}],
  ["anchored", numbers, untrained(numberSet, anchored), {}],
  ["anchored, k = 2", numbers, untrained(numberSet, anchored), { k: 2 }],
  ["anchored, k = 1", numbers, untrained(numberSet, anchored), { k: 1 }],
  ["gaussian", numbers, untrained(numberSet, task({ loss: "gaussian" })), {}],
  ["anchored gaussian", numbers, untrained(numberSet, { ...anchored, ...task({ loss: "gaussian" }) }), {}],
  ["quantiles", numbers, untrained(numberSet, task({ loss: "quantile", levels: [0.1, 0.4, 0.9] })), {}],
  ["anchored quantiles", numbers, untrained(numberSet, { ...anchored, ...task({ loss: "quantile" }) }), { k: 3 }],
  ["Fourier features", numbers, untrained(numberSet, fourier), {}],
  ["anchored Fourier features", numbers, untrained(numberSet, { ...anchored, ...fourier }), {}],
  ["dropout", numbers, untrained(numberSet, { dropout: 0.2 }), {}],
  ["images", images, untrained(imageSet, small), {}],
  ["anchored images", images, untrained(imageSet, { ...small, ...anchored }), { k: 3 }],
];

describe.each(cases)("%s", (name, { fed, set }, loaded, options) => {
  test("the numbers of the predictor, for any number of examples", async () => {
    const expected = await predicted(loaded, set, options.k);
    const opened = await openRegressor(await regressionFile(loaded, options), "model.onnx", { threads: 1, rows: 7 });
    const spreads = /gaussian/.test(name) || (/anchored/.test(name) && options.k !== 1);
    expect(opened.card).toMatchObject({ format: "anchored-regression/1", standardDeviation: spreads });
    const size = fed.length / set.count;
    const D = set.targets.names.length;
    for (const count of [1, 2, set.count]) {
      const { mean, standardDeviation, quantiles, lower } = await opened.predict(fed.subarray(0, count * size));
      expect(distance(mean, expected.mean.subarray(0, count * D), loaded)).toBeLessThan(1e-4);
      expect(standardDeviation !== undefined).toBe(spreads);
      expect(expected.standardDeviation !== undefined).toBe(spreads);
      if (spreads) {
        const deviation = expected.standardDeviation!.subarray(0, count * D);
        expect(distance(standardDeviation!, deviation, loaded, { centred: false })).toBeLessThan(1e-4);
        expect(Math.max(...standardDeviation!)).toBeGreaterThan(1e-3);
      }
      expect(lower).toBeUndefined();
      expect(quantiles !== undefined).toBe(/quantiles/.test(name));
      if (quantiles) {
        const { values, levels } = expected.quantiles!;
        expect(opened.card.levels).toEqual(levels);
        const first = values.subarray(0, count * D * levels.length);
        expect(distance(quantiles, first, loaded, { perTarget: levels.length })).toBeLessThan(1e-4);
      }
    }
    await opened.dispose();
  });
});

const quantileRun = untrained(numberSet, task({ loss: "quantile" }));
const anchoredRun = untrained(numberSet, anchored);

test.each<[string, LoadedRegression, IntervalCard, (answers: RegressorAnswers, i: number) => [number, number]]>([
  [
    "one width",
    untrained(numberSet, {}),
    { level: 0.9, method: "absolute", margins: [4, 0.5], examples: 20 },
    ({ mean }, i) => [mean[i] - [4, 0.5][i % 2], mean[i] + [4, 0.5][i % 2]],
  ],
  [
    "standard deviations",
    anchoredRun,
    { level: 0.9, method: "normalised", margins: [4, 0.5], examples: 20 },
    ({ mean, standardDeviation: sigma }, i) => [
      mean[i] - [4, 0.5][i % 2] * sigma![i],
      mean[i] + [4, 0.5][i % 2] * sigma![i],
    ],
  ],
  [
    "quantiles",
    quantileRun,
    { level: 0.9, method: "cqr", margins: [4, -0.5], levels: [0.05, 0.95], examples: 20 },
    ({ quantiles }, i) => [quantiles![3 * i] - [4, -0.5][i % 2], quantiles![3 * i + 2] + [4, -0.5][i % 2]],
  ],
])("conformal intervals widen %s", async (_, loaded, conformal, ends) => {
  const opened = await openRegressor(await regressionFile(loaded, { conformal }), "model.onnx", { threads: 1 });
  const answers = await opened.predict(numbers.fed as Float32Array);
  await opened.dispose();
  expect(opened.card.conformal).toEqual(conformal);
  for (let i = 0; i < answers.mean.length; i++) {
    const [lower, upper] = ends(answers, i);
    expect(answers.lower![i]).toBeCloseTo(lower, 3);
    expect(answers.upper![i]).toBeCloseTo(upper, 3);
  }
});

test("another runtime (onnxruntime-web, WebAssembly) gives the same, without anything beside the file", async () => {
  const loaded = untrained(numberSet, { ...anchored, ...fourier, ...task({ loss: "gaussian" }) });
  const conformal: IntervalCard = { level: 0.8, method: "normalised", margins: [1, 2], examples: 9 };
  const bytes = await regressionFile(loaded, { conformal });
  const shape = [30, 3];
  const data = numbers.fed as Float32Array;
  const opened = await openOnnx(bytes, { threads: 1 });
  expect(opened.inputs).toEqual(["numbers"]);
  const ours = await opened.run({ numbers: { shape, data } });
  await opened.dispose();
  web.env.wasm.numThreads = 1;
  const session = await web.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  const theirs = await session.run({ numbers: new web.Tensor("float32", data, shape) });
  expect(Object.keys(theirs)).toEqual(["mean", "standard_deviation", "lower", "upper"]);
  for (const name of Object.keys(theirs)) {
    expect(theirs[name].dims).toEqual([30, 2]);
    const centred = name !== "standard_deviation";
    expect(
      distance(theirs[name].data as Float32Array, ours[name].data as Float32Array, loaded, { centred }),
      name,
    ).toBeLessThan(1e-4);
  }
  await session.release();
  expect(modelMetadata(bytes)).toMatchObject({
    format: "anchored-regression/1",
    name: "mlp anchored on Made up",
    references: "5",
    loss: "gaussian",
    conformal: JSON.stringify(conformal),
  });
});

test("float16 halves the file; standardising and Fourier directions keep their bits", async () => {
  const loaded = untrained(numberSet, { ...anchored, ...fourier });
  const [whole, half] = [
    await regressionFile(loaded, { precision: "float32" }),
    await regressionFile(loaded, { precision: "float16" }),
  ];
  expect(half.length / whole.length).toBeLessThan(0.6);
  const opened = await openRegressor(half, "x", { threads: 1 });
  expect(opened.card.precision).toBe("float16");
  const { mean } = await opened.predict(numbers.fed as Float32Array);
  await opened.dispose();
  const error = distance(mean, (await predicted(loaded, numbers.set)).mean, loaded);
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThan(1e-2);
});

describe("refused", () => {
  const dropout = untrained(numberSet, { dropout: 0.2, ...task({ dropoutDraws: 7 }) });
  const refused: [string, () => Promise<unknown>, RegExp][] = [
    ["draws of dropout", () => regressionFile(dropout, {}), /over 7 draws of dropout, .* by options.withoutDraws$/],
    ["more references than are kept", () => regressionFile(anchoredRun, { k: 6 }), /--k 6: the checkpoint keeps 5/],
    ["references of none", () => regressionFile(quantileRun, { k: 2 }), /--k 2: the run is standard, which has no ref/],
    [
      "weights of a training that diverged",
      () => {
        const diverged = untrained(numberSet, {});
        diverged.variables.params["head.bias"].data[0] = Number.NaN;
        return regressionFile(diverged, {});
      },
      /head.bias is not finite: the training diverged/,
    ],
    [
      "a regression as a classifier",
      async () => openBytes(await regressionFile(quantileRun, {}), "x.onnx"),
      /x.onnx: an exported regression, where a classifier is asked for/,
    ],
    ["bytes that are no model", () => openRegressor(Uint8Array.of(1, 2), "x.onnx"), /x.onnx: no readable ONNX model/],
  ];
  test.each(refused)("%s", async (_, act, message) => {
    const error = await act().then(
      () => undefined,
      (thrown: unknown) => thrown as Error,
    );
    expect(error?.message).toMatch(message);
    expect(error).toBeInstanceOf(UserError);
  });
});

test("without its draws of dropout a run is exported as the network is", async () => {
  const given = { dropout: 0.2, ...task({ dropoutDraws: 7 }) };
  const bytes = await regressionFile(untrained(numberSet, given), { withoutDraws: true });
  const opened = await openRegressor(bytes, "x", { threads: 1 });
  const { mean, standardDeviation } = await opened.predict(numbers.fed as Float32Array);
  await opened.dispose();
  expect(standardDeviation).toBeUndefined();
  const plain = untrained(numberSet, { dropout: 0.2 });
  expect(distance(mean, (await predicted(plain, numbers.set)).mean, plain)).toBeLessThan(1e-4);
});
