import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../core/index.ts";
import { auroc, fitFeatureScores, rowsOf } from "../evaluate/index.ts";
import { writeNpy } from "../files/index.ts";
import { type ExternalOptions, judgeExternal } from "./external.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-external-features-"));
afterAll(() => rmSync(root, { recursive: true }));
const at = (name: string) => join(root, `${name}.npy`);
const [D, K] = [6, 3];
const random = new Random("external features");
const draw = (count: number, scale = 1) => Float32Array.from({ length: count }, () => scale * random.normal());
const weight = draw(K * D);
const bias = draw(K);
const labelsOf = (count: number) => Int32Array.from({ length: count }, (_, i) => i % K);

/** Rows around a centre for each class; the files of a set are its name and `NAME-features`. */
function set(name: string, count: number, shift = 0): Float32Array {
  const features = draw(count * D, 0.5).map((value, i) => value + shift + (i % D === Math.floor(i / D) % K ? 3 : 0));
  const logits = Float32Array.from({ length: count * K }, (_, i) => {
    const [row, k] = [Math.floor(i / K), i % K];
    let sum = bias[k];
    for (let d = 0; d < D; d++) sum += weight[k * D + d] * features[row * D + d];
    return sum;
  });
  writeNpy(at(name), { shape: [count, K], data: logits });
  writeNpy(at(`${name}-features`), { shape: [count, D], data: features });
  writeNpy(at(`${name}-labels`), { shape: [count], data: labelsOf(count) });
  return features;
}

const sets: Record<string, Float32Array> = {};
beforeAll(() => {
  for (const [name, count, shift] of [
    ["train", 60, 0],
    ["validation", 21, 0],
    ["test", 24, 0],
    ["svhn", 20, 2],
    ["noise", 18, -1],
  ] as const)
    sets[name] = set(name, count, shift);
  writeNpy(at("weight"), { shape: [K, D], data: weight });
  writeNpy(at("bias"), { shape: [K], data: bias });
  writeNpy(at("narrow"), { shape: [24, D - 1], data: new Float32Array(24 * (D - 1)) });
  writeNpy(at("other"), { shape: [24, D], data: draw(24 * D) });
  writeNpy(at("broken"), { shape: [20, D], data: new Float32Array(20 * D).fill(Number.NaN, 7, 8) });
});

const options = (): ExternalOptions => ({
  logits: at("test"),
  labels: at("test-labels"),
  features: at("test-features"),
  validationLogits: at("validation"),
  validationLabels: at("validation-labels"),
  validationFeatures: at("validation-features"),
  trainFeatures: at("train-features"),
  trainLabels: at("train-labels"),
  trainLogits: at("train"),
  classifierWeight: at("weight"),
  classifierBias: at("bias"),
  ood: [`svhn=${at("svhn")}`, `noise=${at("noise")}`],
  oodFeatures: [`svhn=${at("svhn-features")}`, `noise=${at("noise-features")}`],
  oodNear: ["noise"],
  out: join(root, "judged"),
});

test("anybody's network: every score by its files, as from the same arrays in memory", async () => {
  const { oodScores } = (await judgeExternal({ ...options(), oodScores: ["all"] })).results;
  expect(oodScores).toMatchObject({
    thresholdFrom: "test/validation",
    bank: { images: 60, of: 60 },
    sets: [
      { set: "svhn", group: "far" },
      { set: "noise", group: "near" },
    ],
  });
  const names = oodScores!.scores.filter(({ cells }) => cells.length === 2).map(({ score }) => score);
  expect(names).toEqual(expect.arrayContaining(["max-softmax", "mahalanobis++", "fdbd", "vim", "react", "scale"]));
  const training = { features: rowsOf(sets.train, D), labels: labelsOf(60) };
  const fitted = await fitFeatureScores(["mahalanobis"], { classes: K, training });
  const scored = async (name: string) => {
    const logits = rowsOf(new Float32Array((sets[name].length / D) * K), K);
    return (await fitted.score({ features: rowsOf(sets[name], D), logits })).scores.mahalanobis;
  };
  const expected = auroc(await scored("svhn"), await scored("test"));
  const row = oodScores!.scores.find(({ score }) => score === "mahalanobis")!;
  expect(row.cells[0].auroc).toBeCloseTo(expected, 12);
});

test("what is not given is absent with its reason; nothing but features and the default scores are needed", async () => {
  const { logits, labels, features, ood, oodFeatures, out } = options();
  const { oodScores } = (await judgeExternal({ logits, labels, features, ood, oodFeatures, out })).results;
  const row = (name: string) => oodScores!.scores.find(({ score }) => score === name)!;
  expect(row("knn")).toMatchObject({ cells: [], absent: [expect.stringContaining("training features")] });
  expect(row("gen").cells).toHaveLength(2);
  const plain = (await judgeExternal({ logits, labels, ood, out })).results;
  expect(plain.oodScores).toBeUndefined();
});

test("parameters are chosen on a foreign set that nothing is judged by", async () => {
  const asked = { ...options(), oodNear: undefined, oodScores: ["gen", "nci"], oodValidation: "noise" };
  const { oodScores } = (await judgeExternal(asked)).results;
  expect(oodScores!.sets.map(({ set }) => set)).toEqual(["svhn"]);
  expect(oodScores!.scores.find(({ score }) => score === "nci")!.parametersFrom).toBe("chosen on noise");
});

test.each<[string, Partial<ExternalOptions>, string]>([
  ["rows", { features: at("svhn-features") }, "20 rows of features, but"],
  ["width", { features: at("narrow") }, "they must be of one network"],
  ["another layer", { features: at("other") }, "features are what the last layer reads"],
  ["not finite", { oodFeatures: [`svhn=${at("broken")}`] }, "column 1 of row 1 is NaN"],
  ["weight alone", { classifierBias: undefined }, "weight and bias belong together"],
  ["weight turned", { classifierWeight: at("train") }, "[3, features] is needed"],
  ["labels of nothing", { trainFeatures: undefined }, "add options.trainFeatures"],
  ["features of no set", { oodFeatures: [`cars=${at("svhn-features")}`] }, "add options.ood cars=LOGITS.npy"],
  ["an unknown set", { oodValidation: "cars" }, "no foreign set has that name"],
  ["without features", { features: undefined, oodScores: undefined }, "add options.features FILE.npy"],
])("%s is refused in a line", async (_, changes, message) => {
  await expect(judgeExternal({ ...options(), ...changes })).rejects.toThrow(message);
});
