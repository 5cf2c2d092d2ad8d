import { expect, test } from "vitest";
import { HostArray, Random } from "../core/index.ts";
import { memberDoubtNames } from "../evaluate/index.ts";
import { resolveConfig } from "../run/index.ts";
import { describeRun } from "../run/internal.ts";
import { createPredictor, type PredictOptions } from "../train/index.ts";
import { buildNetwork, residualPool } from "../train/internal.ts";
import { tinyConfig, tinyDataSet } from "../train/testing.ts";
import { combineDraws } from "./mc-dropout.ts";
import { variantOf } from "./variant.ts";

const [DRAWS, RATE, SEED] = [4, 0.4, 1];
const { train, test: set, normalization } = tinyDataSet();
const kept = residualPool(train, normalization, { size: 3, seed: 7, referenceRows: Int32Array.of(0, 1, 2) });
const reference = (r: number) =>
  HostArray.float32([1, ...kept.shape.slice(1)], kept.data.slice(r * 192, (r + 1) * 192) as Float32Array);

const softmax = (logits: readonly number[]) => {
  const powers = logits.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
};

/** The mean probabilities by plain loops: features without dropout, times factors drawn here, times the last layer. */
async function byHand(method: object, references: readonly (HostArray | undefined)[]): Promise<number[][]> {
  const record = describeRun(tinyConfig({ dropout: RATE, ...method }), tinyDataSet());
  const variables = buildNetwork(record).model.init(new Random(3));
  const { "fc.weight": weight, "fc.bias": bias } = variables.params;
  const features: Float32Array[] = [];
  for (const one of references) {
    const predictor = await createPredictor(record, variables, one);
    features.push((await predictor.predict(set, { protocol: "single", features: true })).features!);
    await predictor.dispose();
  }
  return Array.from(set.labels, (_, row) => {
    const sums = [0, 0, 0];
    for (let draw = 0; draw < DRAWS; draw++) {
      const random = new Random("dropout draw", SEED, draw, row);
      const logits = [0, 0, 0];
      for (const of of features) {
        const seen = Array.from({ length: 64 }, (_, d) =>
          random.uniform() < RATE ? 0 : of[row * 64 + d] / (1 - RATE),
        );
        for (let k = 0; k < 3; k++)
          logits[k] +=
            seen.reduce((sum, value, d) => sum + value * weight.data[k * 64 + d], bias.data[k]) / features.length;
      }
      for (const [k, p] of softmax(logits).entries()) sums[k] += p / DRAWS;
    }
    return sums;
  });
}

const anchored = { method: { name: "anchored", referenceCount: 3, references: "20" } };

test.each<[string, object, number[], PredictOptions]>([
  ["a standard model", {}, [], {}],
  ["an anchored model under one reference", anchored, [0], { protocol: "single" }],
  ["an anchored model, whose references drop by factors of their own", anchored, [0, 1], { k: 2 }],
])(
  "the mean over draws of %s, as by plain loops; the same again, whatever the batch",
  async (_, method, used, asked) => {
    const record = describeRun(tinyConfig({ dropout: RATE, ...method }), tinyDataSet());
    const variables = buildNetwork(record).model.init(new Random(3));
    const references = used.length > 0 ? kept : undefined;
    const predictor = await createPredictor(record, variables, references, { batchSize: 8 });
    const draws = await predictor.predictDraws(set, DRAWS, asked);
    const combined = combineDraws(draws);
    const expected = await byHand(method, used.length > 0 ? used.map(reference) : [undefined]);
    const actual = Array.from(set.labels, (_, row) => softmax([...combined.logits.slice(3 * row, 3 * row + 3)]));
    for (const [row, p] of expected.entries()) for (const k of [0, 1, 2]) expect(actual[row][k]).toBeCloseTo(p[k], 5);
    expect(Object.keys(combined.doubts!)).toEqual(memberDoubtNames);
    expect(Math.max(...combined.doubts!["mutual-information"])).toBeGreaterThan(1e-4);
    expect(combined.uncertainty?.length).toBe(used.length > 1 ? 18 * 3 : undefined);

    const plain = await predictor.predict(set, asked);
    expect(draws.some(({ logits }) => logits.every((value, i) => Math.abs(value - plain.logits[i]) < 1e-3))).toBe(
      false,
    );
    expect(await predictor.predictDraws(set, DRAWS, asked)).toEqual(draws);
    await predictor.dispose();
    const large = await createPredictor(record, variables, references, { batchSize: 40 });
    for (const [d, { logits }] of (await large.predictDraws(set, DRAWS, asked)).entries())
      for (const [i, value] of logits.entries()) expect(value).toBeCloseTo(draws[d].logits[i], 5);
    await large.dispose();
  },
);

test("networks that drop nothing, and those anchored at hidden values, are refused", async () => {
  expect(() => variantOf({ dropoutDraws: 1 })).toThrow("options.dropoutDraws 1: their spread needs at least 2");
  const { check, stored } = variantOf({ dropoutDraws: 10 })!;
  expect(stored).toEqual({ name: "mc-dropout-10", title: "MC dropout, 10 draws", passes: 10 });
  const record = (more: object) => describeRun(resolveConfig({ ...tinyConfig(), ...more } as never), tinyDataSet());
  expect(() => check("runs/a", record({}), {})).toThrow(
    "options.dropoutDraws 10: runs/a was trained without dropout; train one with config.dropout 0.1, or leave it out",
  );
  const inside = { method: { name: "anchored", anchorAt: "stem" }, dropout: 0.1 };
  expect(() => check("runs/a", record(inside), {})).toThrow("runs/a is anchored at stem");
  expect(() => check("runs/a", record({ dropout: 0.1 }), {})).not.toThrow();

  const dry = describeRun(tinyConfig(), tinyDataSet());
  const predictor = await createPredictor(dry, buildNetwork(dry).model.init(new Random(3)), undefined);
  await expect(predictor.predictDraws(set, 2)).rejects.toThrow("it drops nothing");
  await predictor.dispose();
});
