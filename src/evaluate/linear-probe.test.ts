import { Matrix, pseudoInverse } from "ml-matrix";
import { expect, test } from "vitest";
import { Random, UserError } from "../core/index.ts";
import {
  chooseProbe,
  fitLinearProbe,
  judge,
  type LabelledFeatures,
  type LinearProbe,
  metrics,
  probeLogits,
} from "./index.ts";

const [K, D] = [3, 4];

/** Overlapping classes, features of unlike scales and means. */
function samples(name: string, images = 90): LabelledFeatures {
  const random = new Random("probe", name);
  const labels = Int32Array.from({ length: images }, (_, i) => i % K);
  const features = Float32Array.from({ length: images * D }, (_, i) => {
    const [row, d] = [Math.floor(i / D), i % D];
    return 10 ** (d - 1) * (random.normal() + (d === labels[row] ? 1 : 0) + 3 * d);
  });
  return { features, labels };
}
const train = samples("train");
const validation = samples("validation", 300);

const statistics = ({ features, labels }: LabelledFeatures) =>
  Array.from({ length: D }, (_, d) => {
    const values = Array.from(labels, (_, row) => features[row * D + d]);
    const mean = values.reduce((a, b) => a + b) / values.length;
    return { mean, sd: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
  });

/** Newton's method with the whole Hessian: W [K × D] row by row, then b [K], on standardised features. */
function byNewton({ features, labels }: LabelledFeatures, strength: number): Matrix {
  const own = statistics({ features, labels });
  const images = labels.length;
  const z = Array.from(labels, (_, row) => [...own.map(({ mean, sd }, d) => (features[row * D + d] - mean) / sd), 1]);
  const at = (k: number, d: number) => (d < D ? k * D + d : K * D + k);
  const unknowns = K * (D + 1);
  let point = Matrix.zeros(unknowns, 1);
  for (let iteration = 0; iteration < 30; iteration++) {
    const gradient = Matrix.zeros(unknowns, 1);
    const hessian = Matrix.zeros(unknowns, unknowns);
    for (let i = 0; i < K * D; i++) {
      gradient.set(i, 0, strength * point.get(i, 0));
      hessian.set(i, i, strength);
    }
    for (const [row, x] of z.entries()) {
      const exps = Array.from({ length: K }, (_, k) =>
        Math.exp(x.reduce((sum, value, d) => sum + value * point.get(at(k, d), 0), 0)),
      );
      const p = exps.map((value) => value / exps.reduce((a, b) => a + b));
      for (let k = 0; k < K; k++)
        for (let d = 0; d <= D; d++) {
          const i = at(k, d);
          gradient.set(i, 0, gradient.get(i, 0) + ((p[k] - Number(k === labels[row])) * x[d]) / images);
          for (let l = 0; l < K; l++)
            for (let e = 0; e <= D; e++) {
              const j = at(l, e);
              hessian.set(i, j, hessian.get(i, j) + (p[k] * (Number(k === l) - p[l]) * x[d] * x[e]) / images);
            }
        }
    }
    // Biases are determined but for a constant: the pseudo-inverse takes the step without one.
    const step = pseudoInverse(hessian).mmul(gradient);
    point = Matrix.sub(point, step);
    if (step.norm() < 1e-10) break;
  }
  return point;
}

test.each([1, 1e-2, 1e-4])("strength %f: at the minimum, and there where Newton's method ends", (strength) => {
  const probe = fitLinearProbe(train, { classes: K, strength });
  expect(probe.converged).toBe(true);
  expect(probe.gradient).toBeLessThan(1e-6);
  const found = byNewton(train, strength);
  const own = statistics(train);
  for (let k = 0; k < K; k++) {
    let bias = probe.biases[k];
    for (let d = 0; d < D; d++) {
      const weight = probe.weights[k * D + d];
      expect(Math.abs(weight * own[d].sd - found.get(k * D + d, 0))).toBeLessThan(1e-4);
      bias += weight * own[d].mean;
    }
    expect(Math.abs(bias - found.get(K * D + k, 0))).toBeLessThan(1e-4);
  }
});

const largestGap = (a: Float32Array, b: Float32Array) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));

test("neither the scale of the features nor the start of the search matters", () => {
  const options = { classes: K, strength: 1e-2 };
  const probe = fitLinearProbe(train, options);
  const logits = probeLogits(probe, validation.features);
  const ninth = ({ features, labels }: LabelledFeatures) => ({ features: features.map((value) => value / 9), labels });
  const scaled = fitLinearProbe(ninth(train), options);
  expect(largestGap(probeLogits(scaled, ninth(validation).features), logits)).toBeLessThan(1e-4);
  const warm = fitLinearProbe(train, { ...options, start: fitLinearProbe(train, { ...options, strength: 1 }) });
  expect(largestGap(probeLogits(warm, validation.features), logits)).toBeLessThan(1e-4);
});

test("a feature that never changes does no harm", () => {
  const dead = { ...train, features: train.features.map((value, i) => (i % D === 0 ? 7 : value)) };
  expect(fitLinearProbe(dead, { classes: K, strength: 1e-2 }).converged).toBe(true);
});

test("the strength is the best of validation by NLL, and weaker ones are not tried for ever", async () => {
  const seen: number[] = [];
  const { probe, tried, atEdge } = await chooseProbe(train, validation, {
    classes: K,
    onProgress: ({ done }) => seen.push(done),
  });
  const nlls = tried.map(({ validationNll }) => validationNll);
  expect(probe.strength).toBe(tried[nlls.indexOf(Math.min(...nlls))].strength);
  expect(atEdge).toBe(false);
  expect(tried.length).toBeLessThan(15);
  expect(seen).toEqual(tried.map((_, i) => i));
  const judged = judge({
    set: "x",
    logits: probeLogits(probe, validation.features),
    labels: validation.labels,
    classes: K,
  });
  expect(probe.converged).toBe(true);
  expect(metrics.nll.compute(judged)).toBeCloseTo(Math.min(...nlls), 4);
  expect(metrics.accuracy.compute(judged)).toBeGreaterThan(0.5);
  const few = await chooseProbe(train, validation, { classes: K, strengths: [100, 10] });
  expect(few.atEdge).toBe(true);
});

test.each<[string, () => LinearProbe]>([
  ["strength 0", () => fitLinearProbe(train, { classes: K, strength: 0 })],
  ["a label too large", () => fitLinearProbe(train, { classes: 2, strength: 1 })],
  ["too few features", () => fitLinearProbe({ ...train, features: new Float32Array(7) }, { classes: K, strength: 1 })],
])("%s is refused", (_, fit) => expect(fit).toThrow(UserError));
