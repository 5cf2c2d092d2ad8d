import { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { HostArray, type HostArrays, Random } from "../core/index.ts";
import { ArraySpec, exportOnnx, openOnnx } from "../engine/index.ts";
import { expectCompiledEqualsOracle, normalArrays } from "../engine/testing.ts";
import { softmax } from "../evaluate/index.ts";
import { createMethod } from "../methods/index.ts";
import type { Arrays } from "../models/index.ts";
import { resnet } from "../models/resnet.ts";
import { type ClassifierOptions, classifier } from "./classifier.ts";

const random = new Random("classifier.test");
const normal = normalArrays(random);

/** A small network and its example, R references; 0 for the standard method. */
function small(references: number) {
  const method = createMethod(
    references === 0
      ? { name: "standard" }
      : { name: "anchored", maskProbability: 0, maskTarget: "label", references: "all", referenceCount: references },
  );
  const options = { inputChannels: method.inputChannels(3), classes: 4, imageSize: 8 };
  const model = resnet("small", { widths: [4, 8], depths: [1, 1] }, options);
  const { params, state } = model.init(new Random(1));
  const moved = (arrays: HostArrays, by: () => number) =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, { shape, data }]) => [
        name,
        HostArray.float32(
          shape,
          Float32Array.from(data as Float32Array, (x) => x + by()),
        ),
      ]),
    );
  const fed = {
    pixel_scale: normal(1, 3, 1, 1),
    pixel_shift: normal(1, 3, 1, 1),
    temperature: HostArray.scalar(1.5),
    ...(references > 0 && { references: normal(references, 1, 3, 8, 8) }),
    params: moved(params, () => random.normal() / 5),
    state: moved(state, () => random.uniform()),
  };
  return { network: { model, method } satisfies ClassifierOptions, fed };
}

/** The network, whose outputs are read so. */
function readBy(
  { model, method }: ClassifierOptions,
  read: (outputs: np.Array, anchor?: np.Array) => np.Array,
): ClassifierOptions {
  const { task } = method;
  const combine = (outputs: np.Array, { outputAnchor }: Arrays) => task.combine(read(outputs, outputAnchor), {});
  return { model, method: { ...method, task: { ...task, combine } } };
}

const pixels = (count: number) =>
  HostArray.float32(
    [count, 8, 8, 3],
    Float32Array.from({ length: count * 192 }, () => random.integer(256) / 64),
  );

describe.each([0, 1, 3])("%i references", (references) => {
  test("compiled ≡ jax-js", async () => {
    const { network, fed } = small(references);
    await expectCompiledEqualsOracle(classifier(network), [{ images: pixels(2), ...fed }]);
  });
});

test("outputs that are read relative to a fixed anchor: it is in the file", async () => {
  const { network, fed } = small(2);
  const anchor = HostArray.float32([4], [0.1, 0.2, 0.3, 0.4]);
  const example = (batch: number) => ({ images: new ArraySpec([batch, 8, 8, 3]), ...fed });
  const read = readBy(network, (outputs, by) => np.multiply(np.add(outputs, 1), by!));
  const [plain, anchored] = await Promise.all([
    exportOnnx(classifier(network), example),
    exportOnnx(classifier(read), (batch) => ({ ...example(batch), output_anchor: anchor })),
  ]);
  const images = { shape: [3, 8, 8, 3], data: pixels(3).data as Float32Array };
  const [outputs, logits] = await Promise.all(
    [plain, anchored].map(async (bytes) => {
      const opened = await openOnnx(bytes, { threads: 1 });
      expect(opened.inputs).toEqual(["images"]);
      const answers = await opened.run({ images }, ["logits"]);
      await opened.dispose();
      return answers.logits.data as Float32Array;
    }),
  );
  logits.forEach((value, i) => {
    expect(value).toBeCloseTo((outputs[i] + 1) * anchor.data[i % 4], 5);
  });
});

test("the score of a sure image is 1 − its largest probability, where the float32 difference is 0", async () => {
  const { network, fed } = small(0);
  const sure = readBy(network, (outputs) => np.multiply(outputs, 700));
  const bytes = await exportOnnx(classifier(sure), (batch) => ({
    images: new ArraySpec([batch, 8, 8, 3]),
    ...fed,
  }));
  const opened = await openOnnx(bytes, { threads: 1 });
  const answers = await opened.run({ images: { shape: [4, 8, 8, 3], data: pixels(4).data as Float32Array } });
  await opened.dispose();
  const logits = Float64Array.from(answers.logits.data as Float32Array, (logit) => logit / 1.5);
  const { confidence, logComplement } = softmax(logits, 4);
  for (const [i, sure] of confidence.entries()) {
    expect(1 - Math.fround(sure)).toBe(0);
    // Float32 logits of some hundreds leave e^logit four digits.
    expect((answers.score.data as Float32Array)[i] / Math.exp(logComplement[i])).toBeCloseTo(1, 3);
  }
});
