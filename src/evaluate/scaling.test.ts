import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Predictions, Random, UserError } from "../core/index.ts";
import { minimize } from "./lbfgs.ts";
import { applyScaling, fitScaling, scalingKinds } from "./scaling.ts";

/** Labels drawn from the softmax of `truth`; what the model says is the truth times `sharpness`. */
function drawn(images: number, classes: number, sharpness: number, seed: number): Predictions {
  const random = new Random("scaling", seed);
  const logits = new Float32Array(images * classes);
  const labels = new Int32Array(images);
  for (let row = 0; row < images; row++) {
    const truth = Array.from({ length: classes }, () => 2 * random.normal());
    const total = truth.reduce((sum, z) => sum + Math.exp(z), 0);
    let left = random.uniform() * total;
    labels[row] = classes - 1;
    for (const [k, z] of truth.entries()) {
      left -= Math.exp(z);
      if (left < 0) {
        labels[row] = k;
        break;
      }
    }
    for (const [k, z] of truth.entries()) logits[row * classes + k] = sharpness * z;
  }
  return { set: "drawn", logits, labels, classes };
}

test("L-BFGS finds the minimum of Rosenbrock's valley and of a badly scaled bowl", () => {
  const valley = minimize(
    ([x, y], gradient) => {
      gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
      gradient[1] = 200 * (y - x * x);
      return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    },
    Float64Array.of(-1.2, 1),
  );
  expect(valley.converged).toBe(true);
  for (const value of valley.point) expect(value).toBeCloseTo(1, 7);
  const bowl = minimize((point, gradient) => {
    let sum = 0;
    for (let i = 0; i < point.length; i++) {
      gradient[i] = 2 * 10 ** i * (point[i] - i);
      sum += 10 ** i * (point[i] - i) ** 2;
    }
    return sum;
  }, new Float64Array(6));
  expect(bowl.converged).toBe(true);
  for (const [i, value] of bowl.point.entries()) expect(value).toBeCloseTo(i, 7);
});

test.each([0.5, 1, 3])("the temperature undoes a sharpness of %f, within what 20,000 draws allow", (sharpness) => {
  const { temperature } = fitScaling("temperature", drawn(20_000, 4, sharpness, 1));
  // The standard error of T / sharpness is about 1 % here.
  expect(temperature! / sharpness).toBeGreaterThan(0.96);
  expect(temperature! / sharpness).toBeLessThan(1.04);
});

describe("whatever the logits", () => {
  const anyPredictions = fc
    .record({ classes: fc.integer({ min: 2, max: 5 }), images: fc.integer({ min: 40, max: 80 }), seed: fc.nat(999) })
    .map(({ classes, images, seed }) => drawn(images, classes, 1.5, seed));

  test("the NLL never rises, and more freedom never fits worse", () => {
    fc.assert(
      fc.property(anyPredictions, (validation) => {
        const [temperature, vector, matrix] = scalingKinds.map((kind) => fitScaling(kind, validation));
        for (const { nllBefore, nllAfter } of [temperature, vector, matrix])
          expect(nllAfter).toBeLessThanOrEqual(nllBefore);
        expect(vector.nllAfter).toBeLessThanOrEqual(temperature.nllAfter + 1e-9);
        expect(matrix.objective).toBeLessThanOrEqual(matrix.nllBefore + 1e-12);
      }),
      { numRuns: 30 },
    );
  });

  test("what is applied is what was fitted", () => {
    const validation = drawn(200, 3, 2, 5);
    for (const kind of scalingKinds) {
      const scaling = fitScaling(kind, validation);
      const logits = applyScaling(scaling, validation.logits, 3);
      const again = fitScaling("temperature", { ...validation, logits });
      // Float32 logits: the NLL that was promised is there.
      expect(again.nllBefore).toBeCloseTo(scaling.nllAfter, 6);
    }
  });
});

describe("where no scaling is the best one, none is made", () => {
  const right: Predictions = {
    set: "right",
    logits: Float32Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 1 : 0)),
    labels: new Int32Array(20),
    classes: 2,
  };

  test.each(scalingKinds)("%s: every image is right", (kind) => {
    const scaling = fitScaling(kind, right);
    expect(scaling.unbounded).toContain("every validation image is right");
    expect(scaling.nllAfter).toBe(scaling.nllBefore);
    expect([...applyScaling(scaling, right.logits, 2)]).toEqual([...right.logits]);
    expect(scaling.temperature).toBe(kind === "temperature" ? 1 : undefined);
  });

  test("vector: biases alone can make every image right", () => {
    // Class 0 leads everywhere, by more where it is the label.
    const logits = Float32Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? (i < 20 ? 5 : 1) : 0));
    const labels = Int32Array.from({ length: 20 }, (_, row) => (row < 10 ? 0 : 1));
    expect(fitScaling("vector", { ...right, logits, labels }).unbounded).toContain("every validation image is right");
    expect(fitScaling("temperature", { ...right, logits, labels }).unbounded).toBeUndefined();
  });

  test("temperature: logits that are worse than chance", () => {
    const wrong = { ...right, labels: right.labels.map((_, row) => (row < 15 ? 1 : 0)) };
    expect(fitScaling("temperature", wrong)).toMatchObject({ temperature: 1 });
    expect(fitScaling("temperature", wrong).unbounded).toContain("no better than chance");
    expect(
      fitScaling("temperature", { ...right, labels: wrong.labels.map((label) => 1 - label) }).unbounded,
    ).toBeUndefined();
  });
});

test.each(scalingKinds)("a masked class changes no %s scaling of the others, and stays masked", (kind) => {
  const plain = drawn(300, 3, 2, 7);
  const logits = Float32Array.from({ length: 1200 }, (_, i) =>
    i % 4 === 3 ? -Infinity : plain.logits[(i >> 2) * 3 + (i % 4)],
  );
  const scaling = fitScaling(kind, { ...plain, logits, classes: 4 });
  const own = fitScaling(kind, plain);
  // The penalty of a matrix is a mean over more entries.
  expect(scaling.nllAfter).toBeCloseTo(own.nllAfter, kind === "matrix" ? 3 : 9);
  const scaled = applyScaling(scaling, logits, 4);
  expect([...scaled.slice(0, 4)].map(Number.isFinite)).toEqual([true, true, true, false]);
});

test("ordinary fits converge, and say so", () => {
  const validation = drawn(5000, 10, 1.7, 3);
  for (const kind of scalingKinds) expect(fitScaling(kind, validation).converged, kind).toBe(true);
});

test("what does not fit is refused: NaN, no images, a scaling of other classes", () => {
  const good = drawn(60, 3, 1, 0);
  expect(() => fitScaling("vector", { ...good, logits: good.logits.map(() => Number.NaN) })).toThrow(
    "not a finite number",
  );
  expect(() => fitScaling("temperature", { ...good, logits: new Float32Array(), labels: new Int32Array() })).toThrow(
    "no images",
  );
  const vector = fitScaling("vector", good);
  expect(() => applyScaling(vector, new Float32Array(8), 4)).toThrow("of 3 classes does not fit logits of 4");
});

test("a matrix of more unknowns than images, and images without labels, are refused", () => {
  expect(() => fitScaling("matrix", drawn(10, 4, 1, 0))).toThrow(UserError);
  expect(() => fitScaling("matrix", drawn(10, 4, 1, 0))).toThrow("20 unknowns for 10 validation images; use vector");
  expect(() => fitScaling("temperature", { ...drawn(9, 2, 1, 0), labels: new Int32Array(9).fill(-1) })).toThrow(
    UserError,
  );
});
