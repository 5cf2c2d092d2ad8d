import { lax, nn, numpy as np } from "@jax-js/jax";
import onnxProto from "onnx-proto";
import { expect, test } from "vitest";
import { HostArray } from "../../core/host-array.ts";
import { Random } from "../../core/random.ts";
import { modelMetadata } from "../onnx.ts";
import { runOracle } from "../oracle.ts";
import { ArraySpec } from "../program.ts";
import { openOnnx } from "../runtime/model-file.ts";
import { normalArrays } from "../testing.ts";
import { exportOnnx } from "./export-onnx.ts";

const random = new Random("export-onnx.test");
const normal = normalArrays(random, 1 / 2);

const weights = { filter: normal(4, 3, 3, 3), token: normal(1, 1, 4), dense: normal(4, 5) };
type Fed = Record<"images" | keyof typeof weights, np.Array>;

/** A convolution, tokens with one of their own for each image (an Expand), two of the batch a row (a Slice and sums). */
const network = ({ images, filter, token, dense }: Fed) => {
  const features = nn.relu(
    lax.convGeneralDilated(
      np.transpose(images, [0, 3, 1, 2]),
      filter,
      [2, 2],
      [
        [1, 1],
        [1, 1],
      ],
    ),
  );
  const [n, width, rows, columns] = features.shape;
  const tokens = np.transpose(np.reshape(features, [n, width, rows * columns]), [0, 2, 1]);
  const all = np.concatenate([np.tile(token, [n, 1, 1]), tokens], 1);
  const twice = np.reshape(np.stack([all.ref, np.multiply(all, 2)]), [2 * n, 1 + rows * columns, width]);
  const logits = np.reshape(np.matmul(np.mean(twice, 1), dense), [2, n, 5]);
  return { logits: logits.ref, best: np.argmax(np.mean(logits, 0), -1) };
};

const example = (batch: number) => ({ images: new ArraySpec([batch, 6, 6, 3]), ...weights });
const names = ["a", "b", "c", "d", "é"];

test("one file for every batch size: the numbers of jax-js, which knows the size", async () => {
  const model = await exportOnnx(network, example, { bytes: ["images"], names: { best: names } });
  const opened = await openOnnx(model, { threads: 1 });
  expect(opened.inputs).toEqual(["images"]);
  expect(opened.outputs).toEqual(["logits", "best"]);
  for (const n of [1, 2, 5]) {
    const bytes = Uint8Array.from({ length: n * 108 }, () => random.integer(256));
    const { logits, best } = await opened.run({ images: { shape: [n, 6, 6, 3], data: bytes } });
    const images = HostArray.float32([n, 6, 6, 3], Float32Array.from(bytes));
    const expected = await runOracle(network, [{ images, ...weights }], "wasm");
    expect(logits.shape).toEqual([2, n, 5]);
    expect(best.data).toEqual(Array.from(expected.best.data, (index) => names[index as number]));
    const scale = Math.max(...expected.logits.data.map(Math.abs));
    (logits.data as Float32Array).forEach((value, i) => {
      expect(Math.abs(value - expected.logits.data[i]) / scale).toBeLessThan(1e-5);
    });
  }
  await opened.dispose();
});

test("the oldest opset that has the operators", async () => {
  const opsetOf = async (fn: (fed: any) => unknown) => {
    const bytes = await exportOnnx(fn, (batch) => ({ x: new ArraySpec([batch, 4]) }));
    await (await openOnnx(bytes, { threads: 1 })).dispose();
    const { opsetImport, irVersion, graph } = onnxProto.onnx.ModelProto.decode(bytes);
    return [Number(opsetImport[0].version), Number(irVersion), graph!.node!.map(({ opType }) => opType)];
  };
  expect(await opsetOf(({ x }) => ({ y: np.max(x, 1) }))).toEqual([17, 8, ["ReduceMax"]]);
  expect(await opsetOf(({ x }) => ({ y: np.bitwiseAnd(np.astype(x, np.int32), 3) }))).toEqual([
    18,
    8,
    ["Cast", "BitwiseAnd"],
  ]);
});

test("stored arrays may take half the bytes; metadata is read back", async () => {
  const big = { ...weights, dense: normal(4, 500) };
  const grown = (batch: number) => ({ images: new ArraySpec([batch, 4]), dense: big.dense });
  const fn = ({ images, dense }: Fed) => ({ product: np.matmul(images, dense) });
  const metadata = { "a key": "ä value", other: "{}" };
  const whole = await exportOnnx(fn, grown, { metadata });
  const half = await exportOnnx(fn, grown, { float16: (name) => name === "dense" });
  expect(whole.length - half.length).toBeGreaterThan(3900);
  expect(modelMetadata(whole)).toEqual(metadata);
  expect(modelMetadata(half)).toEqual({});
  const [a, b] = await Promise.all(
    [whole, half].map(async (model) => {
      const opened = await openOnnx(model, { threads: 1 });
      const { product } = await opened.run({ images: { shape: [1, 4], data: Float32Array.of(1, 0, 0, 0) } });
      await opened.dispose();
      return product.data as Float32Array;
    }),
  );
  expect(a).toEqual(big.dense.data.slice(0, 500));
  b.forEach((value, i) => {
    expect(Math.abs(value - a[i])).toBeLessThanOrEqual(Math.abs(a[i]) * 2 ** -11 + 2 ** -25);
  });
});

test("a program that mixes the images of a batch is refused, and so are arrays without a name of their own", async () => {
  const one = (batch: number) => ({ images: new ArraySpec([batch, 4]) });
  await expect(exportOnnx(({ images }) => ({ mean: np.mean(images, 0) }), one)).rejects.toThrow(
    /constant \(float32\) depends on the batch size; compute every image by itself/,
  );
  await expect(
    exportOnnx(
      () => ({ y: np.zeros([2]) }),
      () => ({ x: new ArraySpec([2]) }),
    ),
  ).rejects.toThrow(/no input has the batch size/);
  await expect(exportOnnx(({ images }) => images, one)).rejects.toThrow(/every array needs a name/);
  await expect(exportOnnx(({ images }) => ({ y: images }), one, { names: { y: ["a"] } })).rejects.toThrow(
    /y is no int32 output/,
  );
});
