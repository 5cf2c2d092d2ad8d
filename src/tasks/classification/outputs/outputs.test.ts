import { numpy as np, valueAndGrad } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HostArray, largestClass, Random } from "../../../core/index.ts";
import { compile, runOracle } from "../../../engine/index.ts";
import { relativeError } from "../../../engine/testing.ts";
import type { Arrays } from "../../../models/index.ts";
import {
  createOutput,
  logScore,
  logScores,
  minimised,
  type OatOptions,
  type Output,
  type OutputOptions,
  outputNames,
  predictionBatchPoints,
  readOutputs,
} from "./index.ts";

const oat = (changes: Partial<OatOptions> = {}): OatOptions => ({
  name: "oat",
  anchor: "formula",
  detachAnchor: false,
  warmStartEpochs: 0,
  ...changes,
});

const random = new Random("outputs");
const [images, classes] = [6, 4];
const outputs = HostArray.float32(
  [images, classes],
  Float32Array.from({ length: images * classes }, () => 2 * random.normal()),
);
const labels = Int32Array.of(0, 1, 2, 3, 0, 0);
const oneHot = (rows: Int32Array, classes: number) =>
  HostArray.float32(
    [rows.length, classes],
    Float32Array.from({ length: rows.length * classes }, (_, i) =>
      Number(rows[Math.floor(i / classes)] === i % classes),
    ),
  );
const targets = oneHot(labels, classes);

/** Float64 row vectors. */
const rowsOf = ({ data, shape: [, classes] }: HostArray) =>
  Array.from({ length: data.length / classes }, (_, n) => Array.from(data.slice(n * classes, (n + 1) * classes)));
const softmax = (values: readonly number[]) => {
  const powers = values.map((value) => Math.exp(value));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
};
const meanRow = (rows: readonly (readonly number[])[]) =>
  rows[0].map((_, k) => rows.reduce((sum, row) => sum + row[k], 0) / rows.length);
/** The paper's formula, and the released code's second softmax, in plain numbers. */
const anchorByHand = (rows: readonly (readonly number[])[], kind: OatOptions["anchor"]) =>
  softmax(meanRow(kind === "code" ? rows.map(softmax) : rows));

const lossByHand: Record<string, (rows: number[][], c: number[][]) => number> = {
  "cross-entropy": (rows, c) =>
    -rows.flatMap((row, n) => c[n].map((t, k) => t * Math.log(softmax(row)[k]))).reduce((a, b) => a + b) / rows.length,
  "mse-onehot": (rows, c) => squares(rows, (n, k) => c[n][k]),
  "mse-scaled": (rows, c) => squares(rows, (n, k) => rows[0].length * c[n][k] - 1),
};
function squares(rows: readonly number[][], target: (n: number, k: number) => number): number {
  let sum = 0;
  for (const [n, row] of rows.entries()) for (const [k, value] of row.entries()) sum += (value - target(n, k)) ** 2;
  return sum / (rows.length * rows[0].length);
}
const oatLoss = (rows: number[][], c: number[][], anchor: readonly number[]) =>
  squares(rows, (n, k) => c[n][k] / anchor[k] - 1);

const all: [string, OutputOptions][] = [
  ["cross-entropy", { name: "cross-entropy" }],
  ["mse-onehot", { name: "mse-onehot", warmStartEpochs: 0 }],
  ["mse-scaled", { name: "mse-scaled", warmStartEpochs: 0 }],
  ["oat, formula", oat()],
  ["oat, formula, detached", oat({ detachAnchor: true })],
  ["oat, code", oat({ anchor: "code" })],
  ["oat, code, detached", oat({ anchor: "code", detachAnchor: true })],
];

test("every output is tested here", () => {
  expect(new Set(all.map(([, { name }]) => name))).toEqual(new Set(outputNames));
});

describe.each(all)("%s", (_, options) => {
  const output = createOutput(options);
  const step = (phi: np.Array, fed: Arrays) => {
    const lossOf = (phi: np.Array, { targets, warmStart }: Arrays) => {
      // jax-js hands back no argument as it is.
      const { loss, logits } = minimised(output, np.negative(np.negative(phi)), targets, warmStart);
      return [loss, logits];
    };
    const [[loss, logits], gradient] = (valueAndGrad(lossOf as never, { hasAux: true }) as any)(phi, fed);
    return { loss, logits, gradient };
  };
  const rows = rowsOf(outputs);
  const c = rowsOf(targets);
  const own = "anchor" in options ? anchorByHand(rows, options.anchor) : undefined;
  /** Of outputs, with the anchor of the same outputs, or a constant one. */
  const byHand = (rows: number[][]) => {
    if (options.name !== "oat") return lossByHand[options.name](rows, c);
    return oatLoss(rows, c, options.detachAnchor ? own! : anchorByHand(rows, options.anchor));
  };

  test("loss by hand, gradient by differences, compiled ≡ jax-js", async () => {
    const { loss, gradient, logits }: Record<string, HostArray> = await runOracle(step, [outputs, { targets }]);
    expect(loss.data[0]).toBeCloseTo(byHand(rows), 4);
    const h = 1e-5;
    const moved = (at: number, by: number) =>
      rows.map((row, n) => row.map((value, k) => value + (n * classes + k === at ? by : 0)));
    const differences = Float32Array.from(
      gradient.data,
      (_, at) => (byHand(moved(at, h)) - byHand(moved(at, -h))) / (2 * h),
    );
    expect(relativeError(gradient, HostArray.float32(gradient.shape, differences))).toBeLessThan(1e-4);
    const program = await compile(step, [outputs, { targets }], { threads: 1 });
    const compiled = await program.run([outputs, { targets }]);
    await program.dispose();
    for (const [name, expected] of Object.entries({ loss, gradient, logits }))
      expect(relativeError((compiled as Record<string, HostArray>)[name], expected), name).toBeLessThan(1e-5);
  });

  test("a warm start is cross-entropy, and then the loss itself; compiled ≡ jax-js", async () => {
    const program = await compile(step, [outputs, { targets, warmStart: HostArray.scalar(1) }], { threads: 1 });
    const warm: Record<string, HostArray> = await program.run([outputs, { targets, warmStart: HostArray.scalar(1) }]);
    const after: Record<string, HostArray> = await program.run([outputs, { targets, warmStart: HostArray.scalar(0) }]);
    await program.dispose();
    expect(warm.loss.data[0]).toBeCloseTo(lossByHand["cross-entropy"](rows, c), 5);
    expect(relativeError(warm.logits, outputs)).toBeLessThan(1e-6);
    const alone = await runOracle(step, [outputs, { targets }]);
    for (const name of ["loss", "gradient", "logits"] as const)
      expect(relativeError(after[name], alone[name]), name).toBeLessThan(1e-5);
  });

  test("outputs are read on the host as they are in the graph", async () => {
    const { reading } = output;
    const data = outputs.data as Float32Array;
    const logits = readOutputs(output, data, classes, { batch: images });
    if (!reading) return expect(logits).toBe(data);
    const traced = (phi: np.Array) => logScores(reading.scores(phi.ref, reading.anchor?.traced(phi)));
    const expected = await runOracle(reading.anchor ? traced : (phi: np.Array) => logScores(reading.scores(phi)), [
      outputs,
    ]);
    expect(relativeError(HostArray.float32([images, classes], logits), expected)).toBeLessThan(1e-5);
  });
});

/** Outputs of any size, with at least one above −1 where asked. */
const anyOutputs = (classes: number, largest = 30) =>
  fc
    .array(fc.double({ min: -largest, max: largest, noNaN: true }), { minLength: classes, maxLength: 8 * classes })
    .map((values) => Float32Array.from(values.slice(0, values.length - (values.length % classes))));
const anchorOf = (options: OatOptions, outputs: Float32Array, classes: number) =>
  createOutput(options).reading!.anchor!.host(outputs, classes);

describe("the anchor", () => {
  test.each([
    ["formula", anchorByHand(rowsOf(outputs), "formula")],
    ["code", anchorByHand(rowsOf(outputs), "code")],
  ] as const)("%s, by hand, traced and on the host", async (anchor, expected) => {
    const { traced, host } = createOutput(oat({ anchor })).reading!.anchor!;
    const found = host(outputs.data as Float32Array, classes);
    const inGraph: HostArray = await runOracle(traced, [outputs]);
    for (const [k, value] of expected.entries()) {
      expect(found[k]).toBeCloseTo(value, 10);
      expect(inGraph.data[k]).toBeCloseTo(value, 6);
    }
  });

  // A softmax of probabilities: the ends are those of a batch that is sure of one class.
  test.each([
    [10, 0.0853, 0.232, 3.31, 10.72],
    [6, 0.13, 0.352, 1.84, 6.69],
  ])(
    "the code's, of %i classes, lies in [%f, %f], the true class's target in [%f, %f]",
    (classes, low, high, least, most) => {
      const bounds = [1 / (Math.E + classes - 1), Math.E / (Math.E + classes - 1)];
      // The facts' numbers, to their digits.
      expect(bounds[0]).toBeCloseTo(low, 3);
      expect(bounds[1]).toBeCloseTo(high, 3);
      expect(1 / bounds[1] - 1).toBeCloseTo(least, 1);
      expect(1 / bounds[0] - 1).toBeCloseTo(most, 1);
      fc.assert(
        fc.property(anyOutputs(classes), (outputs) => {
          for (const value of anchorOf(oat({ anchor: "code" }), outputs, classes)) {
            expect(value).toBeGreaterThanOrEqual(bounds[0] - 1e-12);
            expect(value).toBeLessThanOrEqual(bounds[1] + 1e-12);
          }
        }),
      );
      const sure = Float32Array.from({ length: 3 * classes }, (_, i) => (i % classes === 0 ? 40 : 0));
      const ends = anchorOf(oat({ anchor: "code" }), sure, classes);
      expect([ends[1], ends[0]].map((value, i) => value / bounds[i])).toEqual([
        expect.closeTo(1, 9),
        expect.closeTo(1, 9),
      ]);
    },
  );

  test("is uniform in a balanced batch of a symmetric network: the targets are K · label − 1", () => {
    const balanced = Float32Array.from({ length: 16 }, (_, i) => (Math.floor(i / 4) === i % 4 ? 3 : -1));
    for (const anchor of ["formula", "code"] as const)
      expect([...anchorOf(oat({ anchor }), balanced, 4)]).toEqual(Array(4).fill(expect.closeTo(0.25, 12)));
  });
});

describe("converting back", () => {
  const read = (output: Output, phi: Float32Array, classes: number, batch: number) =>
    readOutputs(output, phi, classes, { batch });

  test.each(["formula", "code"] as const)(
    "by batches of one it changes no class whose output is above −1: %s",
    (anchor) => {
      const output = createOutput(oat({ anchor }));
      fc.assert(
        fc.property(anyOutputs(5), (phi) => {
          const logits = read(output, phi, 5, 1);
          for (let row = 0; row < phi.length / 5; row++) {
            const own = Array.from(phi.subarray(5 * row, 5 * row + 5));
            const second = [...own].sort((a, b) => b - a)[1];
            const largest = Math.max(...own);
            // Ties, and differences that float32 logits cannot show.
            if (largest <= -1 || largest - second < 1e-3) continue;
            expect(largestClass(logits, row, 5)).toBe(own.indexOf(largest));
          }
        }),
      );
    },
  );

  test("by batches of one it does where all outputs are below −1", () => {
    const phi = Float32Array.of(-2, -5);
    expect(largestClass(read(createOutput(oat()), phi, 2, 1), 0, 2)).toBe(1);
  });

  test("a batch sorted by class leaks the label, a shuffled one does not", () => {
    // A network that has learnt little of single images, so that the mean of equals tells more than each of them.
    const labels = Int32Array.from({ length: 400 }, (_, i) => Math.floor(i / 100));
    const noise = new Random("leak");
    const phi = Float32Array.from(
      { length: 1600 },
      (_, i) => 0.8 * noise.normal() + (labels[i >> 2] === i % 4 ? 0.6 : 0),
    );
    const points = predictionBatchPoints(createOutput(oat()), phi, labels, 4);
    const accuracy = (batch: string) => points.find((point) => point.batch === batch)!.accuracy;
    expect(accuracy("sorted 32")).toBeGreaterThan(accuracy("32") + 0.1);
    expect(Math.abs(accuracy("256") - accuracy("1"))).toBeLessThan(0.05);
    expect(points.find(({ batch }) => batch === "1")!.changed).toBeLessThan(0.05);
  });

  test("images come back in their order, the last batch smaller; a stored anchor reads them one by one", () => {
    const output = createOutput(oat());
    const phi = outputs.data as Float32Array;
    const anchor = anchorOf(oat(), phi, classes);
    const stored = readOutputs(output, phi, classes, { anchor });
    expect(stored).toEqual(read(output, phi, classes, images));
    const reversed = Float32Array.from(
      phi,
      (_, i) => phi[classes * (images - 1 - Math.floor(i / classes)) + (i % classes)],
    );
    const back = readOutputs(output, reversed, classes, { anchor });
    expect(back.slice(0, classes)).toEqual(stored.slice(-classes));
    expect(read(output, phi, classes, 4).every(Number.isFinite)).toBe(true);
    expect(read(output, phi, classes, 4)).toEqual(read(output, phi, classes, 4));
  });

  test("is uniform's for mse-scaled: the same scores by OAT with a uniform anchor", () => {
    const phi = outputs.data as Float32Array;
    const scaled = createOutput({ name: "mse-scaled", warmStartEpochs: 0 });
    expect(read(scaled, phi, classes, 1)).toEqual(
      readOutputs(createOutput(oat()), phi, classes, { anchor: Array(classes).fill(1 / classes) }),
    );
  });
});

test("log scores: the logarithm from 0.01 on, its tangent below, in order throughout", async () => {
  expect(logScore(0.5)).toBe(Math.log(0.5));
  expect(logScore(0.01 + 1e-9)).toBeCloseTo(logScore(0.01 - 1e-9), 6);
  expect(logScore(0)).toBeCloseTo(Math.log(0.01) - 1, 12);
  const scores = [-3, -0.2, -0.01, 0, 0.004, 0.01, 0.02, 0.7, 1, 4];
  const logs = scores.map(logScore);
  expect([...logs].sort((a, b) => a - b)).toEqual(logs);
  const traced: HostArray = await runOracle(logScores, [HostArray.float32([10], scores)]);
  expect(relativeError(traced, HostArray.float32([10], logs))).toBeLessThan(1e-6);
});
