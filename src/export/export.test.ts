import * as web from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import { HostArray, type ImageSet, imageCount, Random, UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { modelMetadata, openOnnx } from "../engine/index.ts";
import { describeRun } from "../run/internal.ts";
import { createPredictor, type LoadedRun } from "../train/index.ts";
import { buildNetwork } from "../train/internal.ts";
import { tinyConfig, tinyDataSet } from "../train/testing.ts";
import { exportClassifier } from "./export-classifier.ts";
import { type ExportOptions, openBytes } from "./index.ts";

const noise = new Random("export.test");
const KEPT = 3;
const BYTES = 8 * 8 * 3;

/** A network for 8×8 images with all its numbers moved away from where they start. */
function untrained(changes: Parameters<typeof tinyConfig>[0]): LoadedRun {
  const record = describeRun(tinyConfig(changes), tinyDataSet());
  const { model, method } = buildNetwork(record);
  const variables = model.init(new Random(3));
  for (const { data } of Object.values(variables.state))
    for (let i = 0; i < data.length; i++) data[i] += noise.uniform() / 2;
  for (const { data } of Object.values(variables.params))
    for (let i = 0; i < data.length; i++) data[i] += 0.05 * noise.normal();
  const pixels = Float32Array.from({ length: KEPT * BYTES }, () => noise.normal());
  const references = method.anchored ? HostArray.float32([KEPT, 3, 8, 8], pixels) : undefined;
  const outputAnchor = method.task.output.reading?.anchor && HostArray.float32([3], [0.2, 0.5, 0.3]);
  return { record, variables, references, outputAnchor, weights: "raw", step: 0 };
}

const set: ImageSet = {
  name: "noise",
  height: 8,
  width: 8,
  channels: 3,
  images: Uint8Array.from({ length: 7 * BYTES }, () => noise.integer(256)),
  labels: new Int32Array(7),
  classNames: ["dark", "grey", "light"],
};

const pixels = allBytes(set);

/** max |a − b| over max(1, max |b|). */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let [largest, scale] = [0, 1];
  for (let i = 0; i < b.length; i++) {
    largest = Math.max(largest, Math.abs(a[i] - b[i]));
    scale = Math.max(scale, Math.abs(b[i]));
  }
  return largest / scale;
}

const anchored = untrained({ method: { name: "anchored" } });

const cases: [string, LoadedRun, ExportOptions, number][] = [
  ["standard", untrained({}), { temperature: 2 }, 0],
  ["anchored, k = 2", anchored, { k: 2, temperature: 0.5 }, 2],
  ["anchored, single", anchored, { protocol: "single" }, 1],
  ["OAT, its anchor fixed", untrained({ method: { name: "oat" } }), { temperature: 2 }, 0],
  ["least squares", untrained({ method: { name: "mse-scaled" } }), {}, 0],
  ["anchored, OAT at the output", untrained({ method: { name: "anchored", output: { name: "oat" } } }), { k: 2 }, 2],
  ["MIMO", untrained({ method: { name: "mimo", members: 2 } }), { temperature: 2 }, 0],
  ["packed members", untrained({ packed: { members: 2 } }), { temperature: 2 }, 0],
  ["a vision transformer", untrained({ model: "vit-tiny-patch4-depth6", method: { name: "anchored" } }), {}, KEPT],
];

describe.each(cases)("%s", (_, loaded, options, references) => {
  test("the numbers of predict, for any number of images", async () => {
    const { record, variables, references: kept, outputAnchor } = loaded;
    const predictor = await createPredictor(record, variables, kept, { batchSize: 21, outputAnchor });
    const expected = await predictor.predict(set, { ...options, predictionBatch: outputAnchor && "stored" });
    await predictor.dispose();
    const opened = await openBytes(await exportClassifier(loaded, options), "model.onnx", { threads: 1, rows: 9 });
    expect(opened.card).toMatchObject({ references, classes: set.classNames, temperature: options.temperature ?? 1 });
    for (const count of [1, 2, 7]) {
      const { logits, probabilities, uncertainty, score, label } = await opened.predict(
        pixels.subarray(0, count * BYTES),
      );
      const first = <T extends { subarray(from: number, to: number): T }>(all: T): T => all.subarray(0, count * 3);
      expect(distance(logits, first(expected.logits))).toBeLessThan(1e-5);
      expect(label).toEqual(rowsOf(logits).map((row) => set.classNames[row.indexOf(Math.max(...row))]));
      const softmax = rowsOf(logits).flatMap((row) => {
        const powers = row.map((z) => Math.exp((z - Math.max(...row)) / (options.temperature ?? 1)));
        return powers.map((power) => power / powers.reduce((a, b) => a + b));
      });
      expect(distance(probabilities, softmax)).toBeLessThan(1e-5);
      if (references < 2) {
        expect(uncertainty).toBeUndefined();
        expect(
          distance(
            score,
            rowsOf(probabilities).map((row) => 1 - Math.max(...row)),
          ),
        ).toBeLessThan(1e-6);
      } else {
        expect(distance(uncertainty!, first(expected.uncertainty!))).toBeLessThan(1e-5);
        expect(Math.max(...uncertainty!)).toBeGreaterThan(1e-3);
        expect(
          distance(
            score,
            rowsOf(uncertainty!).map((row) => row.reduce((a, b) => a + b) / 3),
          ),
        ).toBeLessThan(1e-6);
      }
    }
    await opened.dispose();
  });
});

const rowsOf = (values: Float32Array): number[][] =>
  Array.from({ length: values.length / 3 }, (_, row) => Array.from(values.subarray(3 * row, 3 * row + 3)));

test("another runtime (onnxruntime-web, WebAssembly) gives the same", async () => {
  const bytes = await exportClassifier(anchored, { temperature: 1.5 });
  const opened = await openOnnx(bytes, { threads: 1 });
  const shape = [imageCount(set), 8, 8, 3];
  const ours = await opened.run({ images: { shape, data: pixels } });
  await opened.dispose();
  web.env.wasm.numThreads = 1;
  const session = await web.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  const theirs = await session.run({ images: new web.Tensor("uint8", pixels, shape) });
  expect(Object.keys(theirs)).toEqual(["logits", "probabilities", "label", "uncertainty", "score"]);
  for (const name of Object.keys(theirs)) {
    expect(theirs[name].dims).toEqual(ours[name].shape);
    if (name === "label") expect(theirs.label.data).toEqual(ours.label.data);
    else expect(distance(theirs[name].data as Float32Array, ours[name].data as Float32Array), name).toBeLessThan(1e-5);
  }
  await session.release();
});

test("float16 halves the file; what has a number a channel keeps its bits", async () => {
  const [whole, half] = await Promise.all(
    (["float32", "float16"] as const).map((precision) => exportClassifier(anchored, { precision })),
  );
  expect(half.length / whole.length).toBeLessThan(0.55);
  const [a, b] = await Promise.all([whole, half].map((bytes) => openBytes(bytes, "x", { threads: 1 })));
  expect([a.card.precision, b.card.precision]).toEqual(["float32", "float16"]);
  const [exact, rounded] = [await a.predict(pixels), await b.predict(pixels)];
  await Promise.all([a.dispose(), b.dispose()]);
  const error = distance(rounded.logits, exact.logits);
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThan(1e-2);
});

test("nothing has to be carried beside the file: its metadata say the rest", async () => {
  const metadata = modelMetadata(await exportClassifier(anchored, { k: 2, temperature: 1.25 }));
  expect(metadata).toMatchObject({
    format: "anchored-classifier/1",
    name: "resnet20 anchored on Tiny squares",
    classes: '["dark","grey","light"]',
    normalization: '{"mean":[0.5,0.5,0.5],"std":[0.3,0.3,0.3]}',
    temperature: "1.25",
    references: "2",
    protocol: "k",
    score: "reference-std",
    height: "8",
  });
});

describe("refused", () => {
  const refused: [string, () => Promise<unknown>, RegExp][] = [
    ["more references than are kept", () => exportClassifier(anchored, { k: 4 }), /--k 4: the checkpoint keeps 3/],
    ["a temperature of 0", () => exportClassifier(anchored, { temperature: 0 }), /temperature 0: must be .* above 0/],
    [
      "weights of a training that diverged",
      () => {
        const { params, state } = untrained({}).variables;
        params["conv1.weight"].data[7] = Number.NaN;
        return exportClassifier({ ...untrained({}), variables: { params, state } });
      },
      /conv1.weight is not finite: the training diverged/,
    ],
    ["bytes that are no model", () => openBytes(Uint8Array.of(1, 2, 3), "x.onnx"), /x.onnx: no readable ONNX model/],
    [
      "half of one",
      async () => openBytes((await exportClassifier(anchored)).subarray(0, 4e5), "x.onnx"),
      /x.onnx: no readable ONNX model/,
    ],
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
