import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Random, UserError } from "../../core/index.ts";
import { rowsOf } from "../feature-scores/rows.ts";
import { softmax } from "../softmax.ts";
import { extendedRows } from "./extended-rows.ts";
import { fitLaplace, type LaplaceKind, type LastLayerLaplace, laplaceKinds } from "./fit.ts";
import { predictLaplace } from "./predictive.ts";

type Matrices = number[][][];

/** What NumPy makes of a trained last layer; see make-uncertainty-fixtures.py. */
const { laplace: fixture } = JSON.parse(
  readFileSync(new URL("../fixtures/uncertainty.json", import.meta.url), "utf8"),
) as {
  laplace: {
    features: number[][];
    labels: number[];
    testFeatures: number[][];
    priorPrecision: number;
    weights: number[][];
    biases: number[];
    logits: number[][];
    full: { logitCovariance: Matrices; probit: number[][]; expected: number[][] };
    kronecker: { logitCovariance: Matrices; probit: number[][] };
    logLikelihood: number;
    evidence: { priorPrecision: number; logEvidence: number }[];
  };
};

const { priorPrecision } = fixture;
const [classes, width] = [3, 5];
const flat = (values: number[][]) => Float64Array.from(values.flat());
const training = {
  features: rowsOf(flat(fixture.features), width),
  labels: Int32Array.from(fixture.labels),
  classifier: { weight: flat(fixture.weights), bias: Float64Array.from(fixture.biases) },
};
const judged = { features: rowsOf(flat(fixture.testFeatures), width), logits: rowsOf(flat(fixture.logits), classes) };

/** [N, K, K] */
async function covariancesOf({ posterior }: LastLayerLaplace, features: Float64Array, of = classes): Promise<number[]> {
  const all: number[] = [];
  await posterior.eachRoot(features, (_, root) => {
    for (let k = 0; k < of; k++)
      for (let l = 0; l < of; l++) {
        let sum = 0;
        for (let j = 0; j < of; j++) sum += root[k * of + j] * root[l * of + j];
        all.push(sum);
      }
  });
  return all;
}

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>, relative = 1e-9) {
  expect(found.length).toBe(wanted.length);
  for (let i = 0; i < found.length; i++)
    expect(Math.abs(found[i] - wanted[i]), `${i}: ${found[i]} for ${wanted[i]}`).toBeLessThan(
      relative * Math.max(1, Math.abs(wanted[i])),
    );
}

describe.each(laplaceKinds)("%s", (kind) => {
  const fitted = fitLaplace(training, { kind, priorPrecision });
  const rows = extendedRows(flat(fixture.testFeatures), width);

  test("covariances of the logits and the probit predictive agree with NumPy's to 1e-9", async () => {
    const laplace = await fitted;
    const wanted = fixture[kind].logitCovariance;
    expectClose(await covariancesOf(laplace, rows), wanted.flat(2));
    const diagonals = wanted.flatMap((own) => own.map((row, k) => row[k]));
    expectClose(await laplace.posterior.variances(rows), diagonals);
    const { logProbabilities } = await predictLaplace(laplace, judged);
    expectClose(logProbabilities.map(Math.exp), fixture[kind].probit.flat());
  });

  test("the mean over many samples is the integral, by the same draws for equal images", async () => {
    const laplace = await fitted;
    const first = await predictLaplace(laplace, judged, { predictive: "samples", samples: 20_000 });
    const covariances = await covariancesOf(laplace, rows);
    const expected = kind === "full" ? fixture.full.expected.flat() : integrals(flat(fixture.logits), covariances);
    // Five deviations of a mean of 20,000 numbers in [0, 1].
    expectWithin(first.logProbabilities.map(Math.exp), expected, (5 * 0.5) / Math.sqrt(20_000));
    const again = await predictLaplace(laplace, judged, { predictive: "samples", samples: 20_000 });
    expect(again).toEqual(first);
    expect(first.doubts!["mutual-information"].every((value) => value > 0)).toBe(true);
    const twins = {
      features: rowsOf(flat([fixture.testFeatures[3], fixture.testFeatures[7], fixture.testFeatures[3]]), width),
      logits: rowsOf(flat([fixture.logits[3], fixture.logits[7], fixture.logits[3]]), classes),
    };
    const own = (await predictLaplace(laplace, twins, { predictive: "samples", samples: 7, seed: 2 })).logProbabilities;
    expect(own.slice(0, classes)).toEqual(own.slice(2 * classes));
  });
});

/** E softmax(f), f ~ N(mean, covariance) [K = 3], by a trapezoid in three dimensions, which converges fast for Gaussians. */
function integrals(means: Float64Array, covariances: readonly number[]): number[] {
  const [steps, reach] = [25, 6];
  const at = Array.from({ length: steps }, (_, i) => -reach + (2 * reach * i) / (steps - 1));
  return Array.from({ length: means.length / classes }, (_, row) => {
    const c = (k: number, l: number) => covariances[row * 9 + 3 * k + l];
    const r00 = Math.sqrt(c(0, 0));
    const [r10, r20] = [c(1, 0) / r00, c(2, 0) / r00];
    const r11 = Math.sqrt(c(1, 1) - r10 ** 2);
    const r21 = (c(2, 1) - r20 * r10) / r11;
    const r22 = Math.sqrt(c(2, 2) - r20 ** 2 - r21 ** 2);
    const sums = [0, 0, 0];
    let total = 0;
    for (const x of at)
      for (const y of at)
        for (const z of at) {
          const weight = Math.exp(-(x * x + y * y + z * z) / 2);
          const f = [r00 * x, r10 * x + r11 * y, r20 * x + r21 * y + r22 * z];
          const own = softmax(
            f.map((value, k) => value + means[row * 3 + k]),
            3,
          ).probabilities;
          total += weight;
          for (let k = 0; k < 3; k++) sums[k] += weight * own[k];
        }
    return sums.map((sum) => sum / total);
  }).flat();
}

function expectWithin(found: ArrayLike<number>, wanted: ArrayLike<number>, distance: number) {
  expect(found.length).toBe(wanted.length);
  for (let i = 0; i < found.length; i++) expect(Math.abs(found[i] - wanted[i]), `${i}`).toBeLessThan(distance);
}

test.each(fixture.evidence)(
  "full: evidence at τ = $priorPrecision agrees with NumPy's",
  async ({ priorPrecision, logEvidence }) => {
    const laplace = await fitLaplace(training, { kind: "full", priorPrecision });
    expectClose([laplace.logEvidence!, laplace.logLikelihood!], [logEvidence, fixture.logLikelihood], 1e-9);
  },
);

test.each(laplaceKinds)(
  "%s: the τ that is found has the largest evidence, on a fine grid and beside it",
  async (kind) => {
    const found = await fitLaplace(training, { kind });
    const evidenceAt = async (priorPrecision: number) =>
      (await fitLaplace(training, { kind, priorPrecision })).logEvidence!;
    for (let exponent = -4; exponent <= 4; exponent += 0.25)
      expect(await evidenceAt(10 ** exponent)).toBeLessThanOrEqual(found.logEvidence!);
    for (const factor of [1 - 1e-4, 1 + 1e-4])
      expect(await evidenceAt(found.priorPrecision * factor)).toBeLessThan(found.logEvidence!);
    const norm = [...training.classifier.weight, ...training.classifier.bias].reduce((sum, v) => sum + v * v, 0);
    // MacKay's fixed point.
    expectClose([found.effectiveParameters / norm], [found.priorPrecision], 1e-12);
    expectClose(
      [(await fitLaplace({ ...training, labels: undefined }, { kind })).priorPrecision],
      [found.priorPrecision],
    );
  },
);

/** H + τI of two classes and one feature, dense, by the definition. */
function dense(kind: LaplaceKind, z: readonly number[], w: readonly number[], b: readonly number[], tau: number) {
  const size = 4; // (w0, b0, w1, b1)
  const h = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  const [a, l] = [
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ];
  for (const one of z) {
    const p1 = 1 / (1 + Math.exp(w[0] * one + b[0] - w[1] * one - b[1]));
    const lambda = [p1 * (1 - p1), -p1 * (1 - p1), -p1 * (1 - p1), p1 * (1 - p1)];
    const outer = [one * one, one, one, 1];
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) h[i][j] += lambda[(i >> 1) * 2 + (j >> 1)] * outer[(i & 1) * 2 + (j & 1)];
    for (let i = 0; i < 4; i++) {
      a[i] += outer[i] / z.length;
      l[i] += lambda[i] / z.length;
    }
  }
  return h.map((row, i) =>
    row.map((value, j) => {
      const own = kind === "full" ? value : z.length * l[(i >> 1) * 2 + (j >> 1)] * a[(i & 1) * 2 + (j & 1)];
      return own + (i === j ? tau : 0);
    }),
  );
}

/** Inverse and log determinant by Gauss and Jordan, without pivots: the matrix is positive definite. */
function inverted(matrix: number[][]): { inverse: number[][]; logDeterminant: number } {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  let logDeterminant = 0;
  for (let i = 0; i < size; i++) {
    const pivot = rows[i][i];
    logDeterminant += Math.log(pivot);
    rows[i] = rows[i].map((value) => value / pivot);
    for (let k = 0; k < size; k++) {
      const factor = rows[k][i];
      if (k !== i) rows[k] = rows[k].map((value, j) => value - factor * rows[i][j]);
    }
  }
  return { inverse: rows.map((row) => row.slice(size)), logDeterminant };
}

describe.each(laplaceKinds)("%s against a dense matrix of 4 × 4", (kind) => {
  const z = [0.3, -1.2, 2, 0.7, -0.4];
  const [w, b, tau, images] = [[0.8, -0.5], [0.1, 0.3], 0.7, 15];
  const tiny = {
    features: rowsOf(Float64Array.from(z), 1),
    labels: Int32Array.of(0, 1, 0, 0, 1),
    classifier: { weight: Float64Array.from(w), bias: Float64Array.from(b) },
  };

  test("covariance, evidence, and images that stand for three times as many", async () => {
    // Three copies of every image have the sums that are scaled by three.
    const { inverse, logDeterminant } = inverted(dense(kind, [...z, ...z, ...z], w, b, tau));
    const laplace = await fitLaplace(tiny, { kind, priorPrecision: tau, imagesOf: images });
    const test = [1.5, 1];
    const v = (k: number, l: number) =>
      [0, 1].reduce(
        (sum, d) => sum + [0, 1].reduce((s, e) => s + test[d] * inverse[2 * k + d][2 * l + e] * test[e], 0),
        0,
      );
    expectClose(await covariancesOf(laplace, Float64Array.from(test), 2), [v(0, 0), v(0, 1), v(1, 0), v(1, 1)], 1e-12);
    const likelihood = z.reduce((sum, one, i) => {
      const [f0, f1] = [w[0] * one + b[0], w[1] * one + b[1]];
      return sum + 3 * ((tiny.labels[i] === 0 ? f0 : f1) - Math.log(Math.exp(f0) + Math.exp(f1)));
    }, 0);
    const norm = [...w, ...b].reduce((sum, value) => sum + value * value, 0);
    const evidence = likelihood - 0.5 * (logDeterminant - 4 * Math.log(tau) + tau * norm);
    expectClose([laplace.logLikelihood!, laplace.logEvidence!], [likelihood, evidence], 1e-12);
  });
});

test("rows of several blocks are summed: two copies of float32 rows are half of them that stand for all", async () => {
  const random = new Random("laplace test");
  const [n, d, k] = [4500, 3, 4];
  const half = Float32Array.from({ length: n * d }, () => random.normal());
  const classifier = {
    weight: Float32Array.from({ length: k * d }, () => random.normal()),
    bias: Float32Array.from({ length: k }, () => random.normal()),
  };
  const options = { kind: "full", priorPrecision: 2 } as const;
  const all = await fitLaplace({ features: rowsOf(Float32Array.of(...half, ...half), d), classifier }, options);
  const part = await fitLaplace({ features: rowsOf(half, d), classifier }, { ...options, imagesOf: 2 * n });
  expect([part.images, all.images, all.parameters, all.logEvidence]).toEqual([n, 2 * n, 16, undefined]);
  const rows = extendedRows(Float64Array.of(1, 2, 3), d);
  expectClose(await covariancesOf(all, rows, k), await covariancesOf(part, rows, k), 1e-12);
});

test.each<[string, Parameters<typeof fitLaplace>, RegExp]>([
  [
    "too large",
    [
      {
        features: rowsOf(new Float32Array(110), 110),
        classifier: { weight: new Float32Array(1100), bias: new Float32Array(10) },
      },
      { kind: "full" },
    ],
    /1110 parameters, more than 1024; use kronecker$/,
  ],
  ["τ of 0", [training, { kind: "kronecker", priorPrecision: 0 }], /prior precision 0; give a number above 0/],
  [
    "no weights",
    [{ ...training, classifier: { weight: new Float64Array(15), bias: new Float64Array(3) } }, { kind: "kronecker" }],
    /are 0, and the evidence grows with τ/,
  ],
  [
    "no doubt",
    [
      { ...training, classifier: { weight: new Float64Array(15), bias: Float64Array.of(2000, 0, 0) } },
      { kind: "full" },
    ],
    /Hessian is 0.*choose the prior precision yourself/,
  ],
  [
    "NaN",
    [
      {
        ...training,
        features: rowsOf(
          Float64Array.from({ length: 225 }, (_, i) => (i === 7 ? Number.NaN : 1)),
          5,
        ),
      },
      { kind: "full" },
    ],
    /training image 1 is not a finite number/,
  ],
  ["fewer than there are", [training, { kind: "full", imagesOf: 3 }], /45 rows of features of 3 training images/],
])("refuses: %s", async (_, given, message) => {
  await expect(fitLaplace(...given)).rejects.toThrow(UserError);
  await expect(fitLaplace(...given)).rejects.toThrow(message);
});

test("samples lie in pairs about the mean: two of them leave classes equal that are", async () => {
  const classifier = { weight: Float64Array.of(1, -1), bias: Float64Array.of(0.2, -0.1) };
  const features = rowsOf(Float64Array.of(0.5, -2, 1.5), 1);
  const laplace = await fitLaplace({ features, classifier }, { kind: "full", priorPrecision: 4 });
  const rows = { features: rowsOf(Float64Array.of(0), 1), logits: rowsOf(Float64Array.of(0.3, 0.3), 2) };
  // Equal means: whatever one sample adds to a class, its twin takes away, and both are as probable.
  const { logProbabilities } = await predictLaplace(laplace, rows, { predictive: "samples", samples: 2 });
  expectClose(logProbabilities.map(Math.exp), [0.5, 0.5], 1e-12);
});

test("refuses less than two samples, and rows of another width", async () => {
  const laplace = await fitLaplace(training, { kind: "kronecker" });
  await expect(predictLaplace(laplace, judged, { predictive: "samples", samples: 1 })).rejects.toThrow(/1 samples/);
  await expect(predictLaplace(laplace, { ...judged, features: rowsOf(new Float64Array(40), 4) })).rejects.toThrow(
    /4 columns, fitted ones 5/,
  );
});
