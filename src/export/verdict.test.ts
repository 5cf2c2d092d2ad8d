import * as web from "onnxruntime-web";
import { beforeAll, describe, expect, test } from "vitest";
import { type DataSet, Random } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { fitFeatureScores, rowsOf } from "../evaluate/index.ts";
import { thresholdKeeping, type VerdictScoreName, verdictScoreNames } from "../evaluate/internal.ts";
import { runVerdict } from "../judge/internal.ts";
import { describeRun } from "../run/internal.ts";
import { createPredictor, type LoadedRun } from "../train/index.ts";
import { buildNetwork } from "../train/internal.ts";
import { tinyConfig, tinyDataSet, tinyImages } from "../train/testing.ts";
import { exportClassifier } from "./export-classifier.ts";
import { openBytes, verdictAt } from "./index.ts";
import { settleVerdict } from "./settled-verdict.ts";

const dataSet: DataSet = { ...tinyDataSet(), validation: tinyImages("tiny/validation", 40) };
const random = new Random("verdict.test");

/** A network of fresh weights; anchored ones with two references. */
function untrained(method: Parameters<typeof tinyConfig>[0]): LoadedRun {
  const record = describeRun(tinyConfig(method), dataSet);
  const network = buildNetwork(record);
  const variables = network.model.init(new Random(3));
  const references = network.method.anchored
    ? {
        shape: [2, 3, 8, 8],
        data: Float32Array.from({ length: 2 * 192 }, () => random.normal()),
        dtype: "float32" as const,
      }
    : undefined;
  return { record, variables, references: references as LoadedRun["references"], weights: "raw", step: 0 };
}

const settled = async (loaded: LoadedRun, score: VerdictScoreName, nearest = 0) => {
  const made = await runVerdict(loaded, dataSet, { score, nearest, threads: 1 });
  return { ...made, keeps: 0.9, threshold: thresholdKeeping(made.fitted.known, 0.9) };
};

/** Squares as in training, and noise. */
const pictures = new Uint8Array([
  ...allBytes(tinyImages("tiny/test", 4)),
  ...Uint8Array.from({ length: 3 * 192 }, () => random.integer(256)),
]);

describe.each([
  ["standard", untrained({})],
  ["anchored", untrained({ method: { name: "anchored" } })],
])("%s", (_, loaded) => {
  test.each(verdictScoreNames)(
    "%s in the file is the table's score of the predictor's features, in float64",
    async (name) => {
      const made = await settled(loaded, name);
      const opened = await openBytes(await exportClassifier(loaded, { settled: made }), "x.onnx", { threads: 1 });
      const { knownScore, knownParts } = await opened.predict(allBytes(dataSet.validation));
      await opened.dispose();
      const scores = Float64Array.from(knownScore!).sort();
      for (const [i, score] of scores.entries()) expect(score).toBeCloseTo(made.fitted.known[i], 3);
      // The share that is kept is that of the file's own answers.
      expect(knownScore!.filter((score) => score >= made.threshold).length).toBe(36);
      expect(knownParts!.length).toBe(40 * made.fitted.parts.length);
    },
  );
});

describe("an anchored file with nearest training images", () => {
  const loaded = untrained({ method: { name: "anchored" } });
  let bytes: Uint8Array;
  beforeAll(async () => {
    bytes = await exportClassifier(loaded, { settled: await settled(loaded, "combination", 9) });
  });

  test("they are the most similar of those that are kept", async () => {
    const opened = await openBytes(bytes, "x.onnx", { threads: 1 });
    const { nearest } = opened.card;
    expect(nearest).toMatchObject({ set: "tiny/train" });
    expect(nearest!.rows).toHaveLength(9);
    expect(nearest!.labels).toEqual(nearest!.rows.map((row) => dataSet.train.labels[row]));
    const train = allBytes(dataSet.train);
    const row = nearest!.rows[4];
    const answers = await opened.predict(train.subarray(row * 192, (row + 1) * 192));
    const verdict = verdictAt(answers, 0, opened.card)!;
    await opened.dispose();
    expect(verdict.nearest).toHaveLength(3);
    expect(verdict.nearest![0]).toMatchObject({ row, class: dataSet.train.classNames[dataSet.train.labels[row]] });
    expect(verdict.nearest![0].similarity).toBeCloseTo(1, 5);
  });

  test("onnxruntime-web gives the same verdicts", async () => {
    const opened = await openBytes(bytes, "x.onnx", { threads: 1 });
    const ours = await opened.predict(pictures);
    web.env.wasm.numThreads = 1;
    const session = await web.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
    const theirs = await session.run({ images: new web.Tensor("uint8", pictures, [7, 8, 8, 3]) });
    const values = (name: string) => theirs[name].data as Float32Array;
    const answers = {
      knownScore: values("known_score"),
      knownParts: values("known_parts"),
      similarity: values("similarity"),
    };
    for (let i = 0; i < 7; i++) {
      const [own, other] = [verdictAt(ours, i, opened.card)!, verdictAt(answers, i, opened.card)!];
      expect(other.score).toBeCloseTo(own.score, 3);
      expect({ ...other, score: 0, nearest: 0 }).toEqual({ ...own, score: 0, nearest: 0 });
      expect(other.nearest!.map(({ row }) => row)).toEqual(own.nearest!.map(({ row }) => row));
    }
    await session.release();
    await opened.dispose();
  });
});

test("Mahalanobis++ is the smallest over classes of the distance in float64", async () => {
  const loaded = untrained({});
  const predictor = await createPredictor(loaded.record, loaded.variables, undefined, { threads: 1 });
  const { features, logits, classes } = await predictor.predict(dataSet.validation, { features: true });
  const seen = await predictor.predict(dataSet.train, { features: true });
  await predictor.dispose();
  const width = features!.length / 40;
  const table = await fitFeatureScores(["mahalanobis++"], {
    classes,
    training: { features: rowsOf(seen.features!, width), labels: dataSet.train.labels },
  });
  const { scores } = await table.score({ features: rowsOf(features!, width), logits: rowsOf(logits, classes) });
  const { fitted } = await settled(loaded, "mahalanobis++");
  const expected = scores["mahalanobis++"].map((value) => (value - fitted.means[0]) / fitted.spreads[0]).sort();
  for (const [i, score] of expected.entries()) expect(fitted.known[i]).toBeCloseTo(score, 9);
});

test.each([
  ["--keep without a verdict", { keep: 90 }, /options.keep 90: it is about the verdict; add options.verdict/],
  ["--nearest without a verdict", { nearest: 9 }, /options.nearest 9: it is about the verdict/],
  ["an unknown score", { verdict: "knn" as never }, /unknown verdict "knn"; known: combination, entropy/],
  ["all images", { verdict: true as const, keep: 100 }, /options.keep 100: percent above 0 and below 100/],
  ["half a training image", { verdict: true as const, nearest: 0.5 }, /options.nearest 0.5: not a whole number/],
])("refused: %s", async (_, options, message) => {
  const data = async () => dataSet;
  await expect(settleVerdict("nowhere", untrained({}), { ...options, data, threads: 1 })).rejects.toThrow(message);
});

test.each([
  ["oat", /options.verdict: oat reads its outputs.*; leave it out, or train with cross-entropy/],
  ["mimo", /options.verdict: mimo has 3 members, whose mean probabilities are not linear in features; leave it out/],
] as const)("refused: logits that are not linear in features, of %s", async (name, message) => {
  const loaded = untrained({ method: { name } });
  await expect(runVerdict(loaded, dataSet, { score: "entropy", nearest: 0 })).rejects.toThrow(message);
});
