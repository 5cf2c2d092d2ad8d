import { expect, test } from "vitest";
import { normalizeImages } from "../augment/index.ts";
import { HostArray, type HostArrays, Random } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { compile, runOracle } from "../engine/index.ts";
import { flattenTree } from "../engine/internal.ts";
import { normalArrays, relativeError } from "../engine/testing.ts";
import { classifierOf } from "../models/internal.ts";
import { describeRun } from "../run/internal.ts";
import { createPredictor } from "../train/index.ts";
import { buildNetwork } from "../train/internal.ts";
import { tinyConfig, tinyDataSet } from "../train/testing.ts";
import { predictionFunction } from "./prediction-graph.ts";
import { namedShapes, teachingStep } from "./teaching-step.ts";

const dataSet = tinyDataSet();
const normalized = (rows: number[]) =>
  HostArray.float32([rows.length, 3, 8, 8], normalizeImages(dataSet.test, rows, dataSet.normalization));
const references = HostArray.float32([2, 1, 3, 8, 8], normalized([4, 5]).data);

test.each([
  ["standard", "airbench94"],
  ["anchored", "resnet20"],
] as const)(
  "%s %s: compiled ≡ jax-js, logits are the predictor's, features go through the classifier",
  async (name, model) => {
    const record = describeRun(tinyConfig({ method: { name }, model }), dataSet);
    const network = buildNetwork(record).model;
    const variables = network.init(new Random("demo", 1));
    const shown = name === "anchored" ? references : undefined;
    const fn = predictionFunction(record, variables, shown);
    const images = normalized([0, 1, 2]);
    const program = await compile(fn, [images], { threads: 1 });
    const { logits, features } = (await program.run([images])) as Record<string, HostArray<"float32">>;
    await program.dispose();
    const expected = await runOracle<typeof program.run>(fn, [images]);
    for (const [key, array] of Object.entries({ logits, features }))
      expect(relativeError(array, (expected as unknown as HostArrays)[key]), key).toBeLessThan(1e-5);

    const R = shown ? 2 : 1;
    const { weight, bias } = classifierOf(network, variables.params);
    const [K, F] = weight.shape;
    expect(logits.shape).toEqual([R, 3, K]);
    expect(features.shape).toEqual([R, 3, F]);
    const predictor = await createPredictor(record, variables, shown && HostArray.float32([2, 3, 8, 8], shown.data), {
      threads: 1,
    });
    const first = {
      ...dataSet.test,
      images: allBytes(dataSet.test).subarray(0, 3 * 192),
      labels: dataSet.test.labels.slice(0, 3),
    };
    const asked = shown ? await predictor.predictByReference(first) : [(await predictor.predict(first)).logits];
    await predictor.dispose();
    const theirs = HostArray.float32(
      [R, 3, K],
      asked.flatMap((row) => [...row]),
    );
    expect(relativeError(logits, theirs)).toBeLessThan(1e-5);
    const again = Float32Array.from(logits.data, (_, i) => {
      const at = Math.floor(i / K) * F;
      let sum = bias?.data[i % K] ?? 0;
      for (let f = 0; f < F; f++) sum += weight.data[(i % K) * F + f] * features.data[at + f];
      return sum;
    });
    expect(relativeError(HostArray.float32(logits.shape, again), logits)).toBeLessThan(1e-5);
  },
);

test("a teaching step: compiled ≡ jax-js, and its loss falls", async () => {
  const { step, example } = teachingStep({ batchSize: 6, features: 4, classes: 3 });
  const normal = normalArrays(new Random("teaching"));
  const targets = HostArray.float32(
    [6, 3],
    Array.from({ length: 18 }, (_, i) => (i % 3 === Math.floor(i / 3) % 3 ? 1 : 0)),
  );
  const truth = HostArray.float32([6], [0, 1, 2, 0, 1, 2]);
  const fed = { rows: { inputs: { images: normal(6, 4) }, targets: { targets, truth }, noise: {} }, shared: {} };
  const controls = { learningRate: HostArray.scalar(0.1) };
  const program = await compile<any[], any>(step, [...example], { threads: 1 });
  let [current] = example as unknown as [{ loss: HostArray<"float32"> }];
  const expected = await runOracle<{ loss: HostArray }>(step, [current, fed, controls]);
  const losses: number[] = [];
  for (let i = 0; i < 20; i++) {
    const { loss, sums: _, ...moved } = await program.run([current, fed, controls] as never);
    if (i === 0) {
      const [ours] = flattenTree<HostArray>({ ...moved, loss });
      const { sums: __, ...rest } = expected as never as Record<string, unknown>;
      const [theirs] = flattenTree<HostArray>(rest);
      for (const [at, array] of ours.entries()) expect(relativeError(array, theirs[at])).toBeLessThan(1e-5);
      expect(namedShapes(moved).map(({ path }) => path)).toEqual(namedShapes(example[0]).map(({ path }) => path));
    }
    losses.push(loss.data[0]);
    current = moved as never;
  }
  expect(losses[0]).toBeCloseTo(Math.log(3), 5);
  expect(losses.at(-1)).toBeLessThan(0.8);
  await program.dispose();
});
