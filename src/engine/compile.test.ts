import { lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { expect, test } from "vitest";
import { HostArray } from "../core/host-array.ts";
import { Random } from "../core/random.ts";
import { compile } from "./compile.ts";
import { expectCompiledEqualsReference } from "./testing.ts";

const random = new Random("compile.test");
const normal = (...shape: number[]) =>
  HostArray.float32(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
  );

test("a traced matmul is one MatMul and nothing else", async () => {
  const program = await compile((x, w) => np.matmul(x, w), [normal(3, 4), normal(4, 5)]);
  expect(operators(program.toOnnx())).toEqual(["MatMul", "Identity"]);
});

test("a traced convolution is one Conv and nothing else", async () => {
  const program = await compile(
    (x, w) =>
      lax.convGeneralDilated(
        x,
        w,
        [2, 2],
        [
          [1, 1],
          [1, 1],
        ],
      ),
    [normal(2, 3, 8, 8), normal(4, 3, 3, 3)],
  );
  expect(operators(program.toOnnx())).toEqual(["Conv", "Identity"]);
});

test("convolution with its gradients, strides 1 and 2, 3×3 and 1×1", async () => {
  for (const [stride, kernel, padding] of [
    [1, 3, 1],
    [2, 3, 1],
    [2, 1, 0],
    [1, 1, 0],
    [2, 3, 0],
  ]) {
    const loss = (w: np.Array, x: np.Array) =>
      np.sum(
        np.sin(
          lax.convGeneralDilated(
            x,
            w,
            [stride, stride],
            [
              [padding, padding],
              [padding, padding],
            ],
          ),
        ),
      );
    await expectCompiledEqualsReference(
      (w, x) => valueAndGrad(loss, { argnums: [0, 1] })(w, x),
      [normal(4, 3, kernel, kernel), normal(2, 3, 8, 8)],
    );
  }
});

test("a small network's loss and gradient", async () => {
  const loss = (p: Record<string, np.Array>, x: np.Array, y: np.Array) => {
    const hidden = nn.relu(np.add(np.matmul(x, p.w), p.b));
    return np.negative(np.mean(np.sum(np.multiply(nn.logSoftmax(np.matmul(hidden, p.v)), y), -1)));
  };
  await expectCompiledEqualsReference(
    (p, x, y) => valueAndGrad(loss)(p, x, y),
    [{ w: normal(5, 7), b: normal(7), v: normal(7, 3) }, normal(6, 5), normal(6, 3)],
  );
});

/** Operator names of a model, read back with the protobuf package. */
function operators(model: Uint8Array): string[] {
  return decode(model).graph!.node!.map((node: { opType?: string | null }) => node.opType!);
}

import onnxProto from "onnx-proto";

const decode = (model: Uint8Array) => onnxProto.onnx.ModelProto.decode(model);
