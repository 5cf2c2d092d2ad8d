import { expect, test } from "vitest";
import { type FittedScores, fitFeatureScores } from "./fit.ts";
import { type InnerProducts, innerProducts } from "./inner-products.ts";
import { rowsOf } from "./rows.ts";
import { type FeatureScoreName, featureScoreNames, featureScores } from "./table.ts";
import { data, setOf } from "./test-fixture.ts";
import { type FeatureData, type Need, needs } from "./types.ts";

/** Four training images in two dimensions, of two classes. */
const toy: FeatureData = {
  classes: 2,
  training: {
    features: rowsOf(Float32Array.of(0, 1, 0, 2, 1, 0, 3, 0), 2),
    logits: rowsOf(Float32Array.of(0, 1, 0, 2, 1, 0, 3, 0), 2),
    labels: Int32Array.of(1, 1, 0, 0),
  },
  validation: {
    features: rowsOf(Float32Array.of(0, 1.5, 2, 0, 1, 1), 2),
    logits: rowsOf(Float32Array.of(0, 1.5, 2, 0, 1, 1), 2),
  },
  classifier: { weight: Float32Array.of(1, 0, 0, 1), bias: Float32Array.of(0, 0) },
};
const one = (...row: number[]) => ({
  features: rowsOf(Float32Array.from(row), 2),
  logits: rowsOf(Float32Array.from(row), 2),
});
const reasonOf = (fitted: Pick<FittedScores, "absent">, name: string) =>
  fitted.absent.find((each) => each.name === name)?.reason;

test("what the data lack is said, and no other score is lost", async () => {
  const fitted = await fitFeatureScores(featureScoreNames, { classes: data.classes });
  expect(fitted.names).toEqual(["gen", "grad-norm"]);
  expect(reasonOf(fitted, "vim")).toBe(
    "needs training features and training logits and the classifier's weight and bias",
  );
  const { scores, absent } = await fitted.score({ logits: setOf("test").logits });
  expect(Object.keys(scores)).toEqual(["gen"]);
  expect(absent).toEqual([{ name: "grad-norm", reason: "needs features of the judged images" }]);
});

test.each(featureScoreNames)("%s does without what it does not say that it needs", async (name) => {
  const needed: readonly Need[] = featureScores[name].needs;
  const all = new Set<Need>(name === "combination" ? (Object.keys(needs) as Need[]) : needed);
  const set = (which: "training" | "validation") => {
    const features = all.has(`${which}.features`) ? data[which]!.features : rowsOf(new Float32Array(0), 64);
    const logits = all.has(`${which}.logits`) ? data[which]!.logits : undefined;
    const labels = which === "training" && all.has("training.labels") ? data.training!.labels : undefined;
    return all.has(`${which}.features`)
      ? { features, logits, labels }
      : logits && { features: data[which]!.features, logits };
  };
  const own = {
    classes: data.classes,
    training: set("training"),
    validation: set("validation"),
    classifier: all.has("classifier") ? data.classifier : undefined,
  };
  const fitted = await fitFeatureScores([name], own);
  expect(fitted.absent).toEqual([]);
  const { features, logits } = setOf("near");
  const { scores } = await fitted.score(needed.includes("features") ? { features, logits } : { logits });
  expect(scores[name]).toHaveLength(240);
});

const undefinedOnes: readonly [FeatureScoreName, Record<string, unknown>, FeatureData, RegExp][] = [
  ["knn", { k: 4 }, toy, /k = 4 needs more than 4 training rows; there are 4/],
  ["nnguide", { k: 5 }, toy, /k = 5 needs as many training rows; there are 4/],
  ["vim", { dimensions: 2 }, toy, /2 principal directions leave none of 2 features/],
  ["residual", { dimensions: 2 }, toy, /leave none/],
  ["pca", { share: 1 }, toy, /1 of the variance takes all 2 directions/],
  ["ash-b", { percentile: 100 }, toy, /pruning 100 % leaves none of 2 features/],
  [
    "mahalanobis",
    {},
    { ...toy, training: { ...toy.training!, labels: Int32Array.of(1, 1, 1, 1) } },
    /class 0 has no training image/,
  ],
  [
    "fdbd",
    {},
    { ...toy, classifier: { weight: new Float32Array(4), bias: new Float32Array(2) } },
    /same weights for classes 0 and 1/,
  ],
  ["pca", {}, { ...toy, training: { features: rowsOf(new Float32Array(8).fill(1), 2) } }, /do not vary/],
  [
    "cosine",
    {},
    { ...toy, training: { ...toy.training!, features: rowsOf(Float32Array.of(0, 1, 0, NaN, 1, 0, 3, 0), 2) } },
    /NaN or infinite/,
  ],
  ["combination", { distance: "knn" }, toy, /k = 50 needs more/],
];

test.each(undefinedOnes)("%s with %j is undefined: %#", async (name, parameters, given, reason) => {
  const fitted = await fitFeatureScores([{ name, parameters }], given);
  expect(reasonOf(fitted, name)).toMatch(reason);
  expect(fitted.names).toEqual([]);
});

test("a row without a score takes the score with it, and is named", async () => {
  const fitted = await fitFeatureScores(["fdbd", "class-mean"], toy);
  const { scores, absent } = await fitted.score(one(5, 2, 1, 0.75));
  expect(Object.keys(scores)).toEqual(["class-mean"]);
  expect(absent).toEqual([{ name: "fdbd", reason: "is Infinity for row 1" }]);
});

test("the combination is the smaller of two z-scores", async () => {
  const parameters = { prediction: "gen", distance: "class-mean" };
  const fitted = await fitFeatureScores(["gen", "class-mean", { name: "combination", parameters }], toy);
  const [known, judged] = [await fitted.score(toy.validation as never), await fitted.score(one(5, 2, 1, 0.5, 0, 0))];
  const standard = (name: string) => {
    const values = [...known.scores[name]];
    const mean = values.reduce((a, b) => a + b) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    return [...judged.scores[name]].map((value) => (value - mean) / spread);
  };
  const [a, b] = [standard("gen"), standard("class-mean")];
  for (const [i, value] of judged.scores.combination.entries()) expect(value).toBeCloseTo(Math.min(a[i], b[i]), 12);
});

test.each([
  [["knnn"], toy, /unknown score "knnn"/],
  [[{ name: "knn", parameters: { K: 3 } }], toy, /unknown parameter of knn "K"; known: k/],
  [[{ name: "knn", parameters: { k: 0 } }], toy, /knn: k 0/],
  [["knn"], { ...toy, classes: 3 }, /training logits are \[4, 2\]; they must be \[4, 3\]/],
  [["knn"], { classes: 2, training: { ...toy.training!, labels: Int32Array.of(1) } }, /1 training labels for 4 rows/],
  [["knn"], { classes: 2, training: { ...toy.training!, labels: Int32Array.of(1, 1, 0, 2) } }, /label 2 is none of 2/],
  [["knn"], { ...toy, classifier: { weight: new Float32Array(3), bias: new Float32Array(2) } }, /3 weights/],
] as const)("mistakes are named: %#", async (choices, given, message) => {
  await expect(fitFeatureScores(choices as never, given as FeatureData)).rejects.toThrow(message);
});

test("rows that do not fit what was fitted are refused", async () => {
  const fitted = await fitFeatureScores(["class-mean"], toy);
  const wide = rowsOf(new Float32Array(3), 3);
  await expect(fitted.score({ features: wide, logits: rowsOf(new Float32Array(2), 2) })).rejects.toThrow(
    /3 columns, fitted ones 2/,
  );
  await expect(fitted.score({ features: wide, logits: wide })).rejects.toThrow(/3 columns, but there are 2 classes/);
});

test("float32 products that are as wrong as they may be change no distance", async () => {
  let calls = 0;
  const rough: InnerProducts = async (rows, others, width) => {
    const products = await innerProducts(rows, others, width);
    if (rows instanceof Float64Array) return products;
    calls++;
    // Within the bound of sums in any order, width · 2⁻²⁴ of the product of two lengths, which is 0.3 at least here.
    return products.map(
      (value, i) => value + (((i * 7919) % 13) / 6 - 1) * (width - 2) * 2 ** -24 * 0.3,
    ) as typeof rows;
  };
  const names = ["knn", "nnguide"] as const;
  const [exact, wrong] = [
    await fitFeatureScores(names, data),
    await fitFeatureScores(names, data, { innerProducts: rough }),
  ];
  for (const set of ["test", "far"]) {
    const [a, b] = [await exact.score(setOf(set)), await wrong.score(setOf(set))];
    for (const name of names) expect(b.scores[name]).toEqual(a.scores[name]);
  }
  expect(calls).toBeGreaterThan(0);
});

test("the defaults that depend on the shape are told", async () => {
  const { parameters } = await fitFeatureScores(["vim", "gen"], data);
  expect(parameters).toEqual({ vim: { dimensions: 32 }, gen: { gamma: 0.1, top: 100 } });
});
