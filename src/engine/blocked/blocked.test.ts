import { grad, lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import onnxProto from "onnx-proto";
import { describe, expect, test } from "vitest";
import { HostArray } from "../../core/host-array.ts";
import { Random } from "../../core/random.ts";
import { compile, modelOf } from "../compile.ts";
import { flattenTree } from "../jax-backend.ts";
import { runOracle } from "../oracle.ts";
import { normalArrays, relativeError } from "../testing.ts";
import { trace } from "../trace.ts";
import { blockSize } from "./probe.ts";

const normal = normalArrays(new Random("blocked.test"));

const block = await blockSize();

const conv = (x: np.Array, w: np.Array, stride: number, padding: number) =>
  lax.convGeneralDilated(
    x,
    w,
    [stride, stride],
    [
      [padding, padding],
      [padding, padding],
    ],
  );

/** As a network computes it: mean and variance of the batch, two passes. */
const batchNorm = (x: np.Array, weight: np.Array, bias: np.Array) => {
  const centred = np.subtract(x.ref, np.mean(x, [0, 2, 3], { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), [0, 2, 3]);
  const scale = np.multiply(weight, np.reciprocal(np.sqrt(np.add(variance, 1e-5))));
  return np.add(np.multiply(centred, np.reshape(scale, [1, -1, 1, 1])), np.reshape(bias, [1, -1, 1, 1]));
};

async function expectBlockedEqualsReference(fn: (...args: any[]) => unknown, args: unknown[], tolerance = 2e-5) {
  const program = await compile(fn, args, { threads: 1, backend: "blocked" });
  const [actual] = flattenTree<HostArray>(await program.run(args as any[]));
  await program.dispose();
  const [expected] = flattenTree<HostArray>(await runOracle(fn, args));
  actual.forEach((a, i) => {
    expect(relativeError(a, expected[i]), `output ${i}`).toBeLessThanOrEqual(tolerance);
  });
}

// ONNX Runtime has no blocked operators on some processors; the probe must say so and everything runs portable.
describe.skipIf(block === undefined)("blocked back-end ≡ jax-js", () => {
  describe("a plain activation that a convolution reads is brought into the layout", () => {
    // The back-end knows no sine, so what it gives is plain; the sum behind the convolution reads it, too.
    const residual = (p: { w: np.Array; v: np.Array }, x: np.Array) => {
      const plain = np.sin(x);
      const sum = np.add(nn.relu(conv(plain.ref, p.w, 1, 1)), plain);
      return conv(sum, p.v, 1, 1);
    };
    const args = [{ w: normal(16, 16, 3, 3), v: normal(32, 16, 3, 3) }, normal(2, 16, 8, 8)];

    test("forward and gradients ≡ jax-js", async () => {
      await expectBlockedEqualsReference(residual, args);
      const loss = (p: { w: np.Array; v: np.Array }, x: np.Array) => np.mean(np.square(residual(p, x)));
      await expectBlockedEqualsReference(valueAndGrad(loss as never, { argnums: [0, 1] }) as never, args);
    });

    test("once, and the sum stays in it: one reorder in, one out, no portable convolution", async () => {
      const { graph } = onnxProto.onnx.ModelProto.decode(modelOf(await trace(residual, args), { block }));
      const count = (type: string) => graph!.node!.filter(({ opType, domain }) => `${domain}${opType}` === type).length;
      expect(count("Conv")).toBe(0);
      expect(count("com.microsoft.nchwcReorderOutput")).toBe(1);
      const filters = 2;
      expect(count("com.microsoft.nchwcReorderInput")).toBe(1 + filters);
    });
  });

  const geometries = [
    { stride: 1, kernel: 3, padding: 1, size: 8 },
    { stride: 1, kernel: 3, padding: 1, size: 16 },
    { stride: 1, kernel: 3, padding: 1, size: 32 },
    { stride: 1, kernel: 1, padding: 0, size: 8 },
    { stride: 2, kernel: 3, padding: 1, size: 16 },
    { stride: 2, kernel: 1, padding: 0, size: 16 },
    { stride: 2, kernel: 3, padding: 1, size: 8 },
    // Rows of 24, 12, 14 and 6 pixels fill no blocks.
    { stride: 1, kernel: 3, padding: 1, size: 24 },
    { stride: 1, kernel: 3, padding: 1, size: 12 },
    { stride: 2, kernel: 3, padding: 1, size: 24 },
    { stride: 1, kernel: 3, padding: 0, size: 16 },
    { stride: 1, kernel: 5, padding: 2, size: 8 },
    { stride: 2, kernel: 2, padding: 0, size: 8 },
    { stride: 2, kernel: 3, padding: 0, size: 9 },
  ];
  // On large images jax-js sums the loss one by one and loses more digits than we may: only 16 channels there.
  for (const channels of [16, 48])
    for (const { stride, kernel, padding, size } of geometries.filter(({ size }) => channels === 16 || size < 24))
      test(`convolution and gradients, ${channels} channels, ${size}×${size}, ${kernel}×${kernel}, stride ${stride}, padding ${padding}`, async () => {
        // A stem of 3 channels first, so that the tested one reads a blocked value and passes a gradient on.
        const loss = (p: { stem: np.Array; w: np.Array }, x: np.Array) =>
          np.sum(np.square(conv(conv(x, p.stem, 1, 1), p.w, stride, padding)));
        await expectBlockedEqualsReference(
          (p, x) => valueAndGrad(loss)(p, x),
          [{ stem: normal(channels, 3, 3, 3), w: normal(32, channels, kernel, kernel) }, normal(4, 3, size, size)],
        );
      });

  // Convolutions of many channels go by Winograd's F(2, 3), those of narrow images side by side as well.
  for (const { size, images, kernel } of [
    { size: 8, images: 2, kernel: [3, 3] },
    { size: 4, images: 16, kernel: [3, 3] },
    { size: 6, images: 2, kernel: [3, 1] },
  ])
    test(`convolution of 128 channels and its gradients, ${images} images of ${size}×${size}, kernel ${kernel}`, async () => {
      const padding = kernel.map((k): [number, number] => [(k - 1) / 2, (k - 1) / 2]);
      const loss = (p: { stem: np.Array; w: np.Array }, x: np.Array) =>
        np.sum(np.square(lax.conv(conv(x, p.stem, 1, 1), p.w, [1, 1], padding)));
      const args = [{ stem: normal(128, 3, 3, 3), w: normal(128, 128, ...kernel) }, normal(images, 3, size, size)];
      await expectBlockedEqualsReference((p, x) => valueAndGrad(loss)(p, x), args);
    });

  // Rows of up to 4 pixels of many images are convolved side by side.
  for (const { stride, kernel, padding, size } of [
    { stride: 1, kernel: 3, padding: 1, size: 4 },
    { stride: 1, kernel: 3, padding: 0, size: 4 },
    { stride: 2, kernel: 3, padding: 1, size: 8 },
    { stride: 2, kernel: 2, padding: 0, size: 4 },
    { stride: 1, kernel: 5, padding: 2, size: 3 },
    { stride: 1, kernel: 3, padding: 1, size: 1 },
  ])
    test(`convolution and gradients of 32 images of ${size}×${size}, ${kernel}×${kernel}, stride ${stride}, padding ${padding}`, async () => {
      const loss = (p: { stem: np.Array; w: np.Array }, x: np.Array) =>
        np.sum(np.square(conv(conv(x, p.stem, 1, 1), p.w, stride, padding)));
      const args = [{ stem: normal(32, 3, 3, 3), w: normal(16, 32, kernel, kernel) }, normal(32, 3, size, size)];
      await expectBlockedEqualsReference((p, x) => valueAndGrad(loss)(p, x), args);
    });

  /** Kernels of the blocked convolutions of a function, in the order of the graph. */
  const kernelsOf = async (fn: (...args: any[]) => unknown, args: HostArray[]): Promise<string[]> => {
    const model = onnxProto.onnx.ModelProto.decode(modelOf(await trace(fn, args), { block }));
    const convolutions = model.graph!.node!.filter(({ opType }) => opType === "Conv");
    return convolutions.map(({ attribute }) => `${attribute!.find(({ name }) => name === "kernel_shape")!.ints}`);
  };
  test("how a convolution is done depends on its shape", async () => {
    const twice = (x: np.Array, stem: np.Array, w: np.Array) => conv(conv(x, stem, 1, 1), w, 1, 1);
    const kernels = (channels: number, images: number, size: number) =>
      kernelsOf(twice, [normal(images, 3, size, size), normal(channels, 3, 3, 3), normal(channels, channels, 3, 3)]);
    expect(await kernels(32, 2, 8)).toEqual(["3,3", "3,3"]);
    // Four columns: the two at the edges read two kernel columns, the others three.
    expect(await kernels(32, 16, 4)).toEqual(["3,3", ...Array(10).fill("3,1")]);
    expect((await kernels(128, 2, 8)).sort()).toEqual([...Array(4).fill("1,3"), ...Array(4).fill("2,1"), "3,3"]);
  });

  const maxPool = (x: np.Array, side: number, stride = side) =>
    lax.reduceWindow(x, (window: np.Array) => np.max(window), [side, side], [stride, stride]);
  // Odd sizes leave a row and a column to no window; windows that overlap are the portable rules'.
  describe.each([
    { size: 8, side: 2, stride: 2 },
    { size: 7, side: 2, stride: 2 },
    { size: 9, side: 3, stride: 3 },
    { size: 8, side: 3, stride: 2 },
  ])("max-pool of $size×$size by $side×$side, stride $stride", ({ size, side, stride }) => {
    const random = new Random("max-pool", size, side);
    const normal = normalArrays(random);
    const args = [{ stem: normal(16, 3, 3, 3), w: normal(16, 16, 1, 1) }, normal(4, 3, size, size)];
    test("between convolutions, and its gradients", async () => {
      const loss = (p: { stem: np.Array; w: np.Array }, x: np.Array) =>
        np.sum(np.square(conv(maxPool(conv(x, p.stem, 1, 1), side, stride), p.w, 1, 0)));
      await expectBlockedEqualsReference((p, x) => valueAndGrad(loss)(p, x), args);
    });

    test("the last blocked value: its gradient comes from outside", async () => {
      const loss = (p: { stem: np.Array; w: np.Array }, x: np.Array) =>
        np.sum(np.sin(np.mean(maxPool(conv(x, p.stem, 1, 1), side, stride), [2, 3])));
      await expectBlockedEqualsReference((p, x) => valueAndGrad(loss)(p, x), args);
    });

    test("equal maxima share the gradient", async () => {
      // Of filters of ones and an image of zeros and ones: few different sums.
      const image = HostArray.float32(
        [2, 3, size, size],
        Array.from({ length: 6 * size * size }, () => random.integer(2)),
      );
      const ones = HostArray.float32([16, 3, 1, 1], new Float32Array(48).fill(1));
      const loss = (p: np.Array, x: np.Array) => np.sum(np.square(maxPool(conv(x, p, 1, 0), side, stride)));
      await expectBlockedEqualsReference(valueAndGrad(loss as never, { argnums: [0, 1] }) as never, [ones, image]);
    });
  });

  test("what the back-end holds of a max-pool's windows, used by operators that it doesn't know", async () => {
    const normal = normalArrays(new Random("windows"));
    const f = (w: np.Array, x: np.Array) => {
      const y = conv(x, w, 1, 1);
      const over = (of: (window: np.Array) => np.Array) => lax.reduceWindow(y.ref, of, [2, 2], [2, 2]);
      const differs = (window: np.Array) => np.notEqual(window.ref, np.max(window));
      return [
        over((window) => np.sum(window)),
        over((window) => np.sum(np.where(differs(window.ref), 0, np.square(window)))),
        over((window) => np.sum(np.multiply(np.where(differs(window.ref), 0, 1), window))),
        over((window) => np.sum(np.exp(np.where(differs(window.ref), 0, np.max(window))))),
        over((window) => np.sum(np.multiply(window.ref, np.max(window)))),
        grad((z: np.Array) => {
          const product = (window: np.Array) => np.sum(np.multiply(window.ref, np.max(window)));
          return np.sum(lax.reduceWindow(z, product, [2, 2], [2, 2]));
        })(y.ref),
        conv(y, np.ones([16, 16, 1, 1]), 1, 0),
      ];
    };
    await expectBlockedEqualsReference(f, [normal(16, 3, 3, 3), normal(2, 3, 8, 8)]);
  });

  test("GELU between convolutions, its gradients, and functions of single elements", async () => {
    const gelu = (x: np.Array) =>
      np.multiply(np.multiply(x.ref, 0.5), np.add(lax.erf(np.multiply(x, Math.SQRT1_2)), 1));
    const positive = (x: np.Array) => np.add(np.square(x), 0.5);
    const loss = (p: Record<string, np.Array>, x: np.Array) => {
      const hidden = gelu(batchNorm(conv(x, p.stem, 1, 1), p.weight, p.bias));
      const mixed = positive(conv(hidden, p.w, 1, 1));
      return np.sum(np.log(np.add(np.sqrt(mixed.ref), np.reciprocal(mixed))));
    };
    await expectBlockedEqualsReference(
      (p, x) => valueAndGrad(loss)(p, x),
      [
        { stem: normal(16, 3, 3, 3), w: normal(16, 16, 3, 3), weight: normal(16), bias: normal(16) },
        normal(4, 3, 8, 8),
      ],
      1e-4,
    );
  });

  test("BatchNorm, ReLU, residual sum, mean over pixels and all their gradients", async () => {
    const loss = (p: Record<string, np.Array>, x: np.Array, y: np.Array) => {
      const stem = nn.relu(batchNorm(conv(x, p.stem, 1, 1), p.weight1, p.bias1));
      const residual = batchNorm(conv(stem.ref, p.w, 1, 1), p.weight2, p.bias2);
      const features = np.mean(nn.relu(np.add(residual, stem)), [2, 3]);
      return np.sum(np.multiply(features, y));
    };
    await expectBlockedEqualsReference(
      (p, x, y) => valueAndGrad(loss)(p, x, y),
      [
        {
          stem: normal(16, 6, 3, 3),
          w: normal(16, 16, 3, 3),
          weight1: normal(16),
          bias1: normal(16),
          weight2: normal(16),
          bias2: normal(16),
        },
        normal(4, 6, 8, 8),
        normal(4, 16),
      ],
      1e-4,
    );
  });

  test("BatchNorm where |mean| is 100 σ", async () => {
    const x = normal(4, 3, 8, 8);
    const f = (w: np.Array, x: np.Array) => {
      const y = np.add(conv(x, w, 1, 0), 100);
      return batchNorm(y, np.ones([16]), np.zeros([16]));
    };
    await expectBlockedEqualsReference(f, [normal(16, 3, 1, 1), x], 1e-4);
  });

  test("values of the back-end used by operators that it doesn't know", async () => {
    const f = (w: np.Array, x: np.Array) => {
      const y = conv(x, w, 1, 1);
      const positive = np.less(y.ref, 0);
      const squared = np.multiply(y.ref, y.ref);
      return [
        np.exp(np.negative(squared.ref)),
        np.where(positive, y.ref, squared),
        np.transpose(y.ref, [1, 0, 2, 3]),
        np.sum(y.ref, 1),
        np.max(y.ref, [2, 3]),
        np.multiply(y.ref, np.sum(y.ref, [2, 3], { keepdims: true })),
        np.add(y, np.arange(8).astype(np.float32)),
      ];
    };
    await expectBlockedEqualsReference(f, [normal(16, 3, 3, 3), normal(2, 3, 8, 8)]);
  });

  test("an exported model holds no internal operator", async () => {
    const program = await compile(
      (x: np.Array, w: np.Array) => nn.relu(conv(x, w, 1, 1)),
      [normal(2, 3, 8, 8), normal(16, 3, 3, 3)],
    );
    expect(new TextDecoder("latin1").decode(program.toOnnx())).not.toContain("nchwc");
    await program.dispose();
  });
});

test("the probe finds 8, 16 or nothing", () => {
  expect([undefined, 8, 16]).toContain(block);
});
