import { type numpy as np, valueAndGrad } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { HostArray, type HostArrays, Random } from "../core/index.ts";
import { compile, runOracle } from "../engine/index.ts";
import { expectCompiledEqualsOracle, relativeError } from "../engine/testing.ts";
import type { Arrays } from "../models/index.ts";
import { combineReferences } from "./classification/combine.ts";
import { centerTargetSize, drawCenterTargets, type RegressionOptions, type Task, taskNames, tasks } from "./index.ts";
import { combineRegression, readRegressionOutputs } from "./internal.ts";

const { classification, contrastive, detection, regression } = tasks;
const array = (rows: readonly (readonly number[])[]) => HostArray.float32([rows.length, rows[0].length], rows.flat());
const random = new Random("tasks");
const normal = (...shape: number[]) =>
  HostArray.float32(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
  );

interface Case {
  readonly task: Task;
  /** Of the only head, where there is one. */
  readonly outputs?: HostArray;
  /** Of several. */
  readonly heads?: HostArrays;
  readonly targets: HostArray;
  /** Absent where a task counts without it. */
  readonly truth?: HostArray;
  readonly shared?: HostArrays;
  /** By hand. */
  readonly sums: Record<string, number>;
  readonly means: Record<string, number>;
}

// The first of equals is predicted: classes 1, 0, 0 and 2.
const logits = array([
  [0, 2, 1],
  [3, 3, 0],
  [-1, -1, -1],
  [0, 1, 5],
]);
const labels = HostArray.float32([4], [1, 1, 0, 2]);
// Masked, mixed, smoothed and plain: none of them says the label but the last.
const targets = array([
  [1 / 3, 1 / 3, 1 / 3],
  [0.6, 0.4, 0],
  [0.3, 0.3, 0.4],
  [0, 0, 1],
]);
const learnt = { task: classification(), outputs: logits, targets, truth: labels };
const three = { sums: { correct: 3 }, means: { accuracy: 3 / 4 } };
const oat = classification({ name: "oat", anchor: "formula", detachAnchor: false, warmStartEpochs: 1 });

// Two targets, of which masked examples learn 0 and are counted by what they are.
const numbers = {
  targets: HostArray.float32([2, 2], [0, 0, 1, 2]),
  truth: HostArray.float32([2, 2], [3, -1, 1, 2]),
};
const means = [
  [1, -1],
  [1, 0],
];
const ofLoss = (loss: RegressionOptions["loss"]) => ({
  task: regression({ loss, levels: [0.1, 0.5, 0.9] }),
  ...numbers,
});
const errors = { sums: { absoluteError: (2 + 0) / 2 + (0 + 2) / 2 }, means: { absoluteError: 1 } };

// The first image alone has its own text; those of one class are the first and the last.
const pairs = {
  heads: {
    image: array([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [0.6, 0.8, 0],
    ]),
    text: array([
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
      [0, 0, 1],
    ]),
    scale: HostArray.scalar(3),
  },
  targets: HostArray.float32([4, 1], [2, 0, 1, 2]),
  sums: { matched: 1 },
  means: { matched: 1 / 4 },
};

// Two classes on maps of 2 × 3 cells; the first scene has an object of each, the second is empty.
const mapShape = { classes: 2, rows: 2, columns: 3 };
const [first, none] = [0, 1].map((scene) => {
  const maps = new Float32Array(centerTargetSize(mapShape));
  const objects = [
    { x: 0.25, y: 0, width: 1, height: 1.5, index: 0 },
    { x: 1.5, y: 1, width: 1.25, height: 1, index: 1 },
  ];
  drawCenterTargets(scene === 0 ? objects : [], mapShape, "published", maps);
  return [...maps];
});
const boxes = {
  task: detection({ offsetWeight: 1, sizeWeight: 0.1 }, mapShape),
  outputs: normal(2, 36),
  targets: array([first, none]),
  shared: { objectsPerExample: HostArray.scalar(1) },
  sums: {},
  means: {},
};

const cases: Record<string, Case> = {
  classification: { ...learnt, ...three },
  "classification, none right": {
    ...learnt,
    truth: HostArray.float32([4], [2, 2, 2, 0]),
    sums: { correct: 0 },
    means: { accuracy: 0 },
  },
  // The anchor is largest at classes 1 and 2, and so decides between the equals of the second row.
  "classification by OAT": { ...learnt, task: oat, sums: { correct: 4 }, means: { accuracy: 1 } },
  // Its outputs are taken for logits.
  "classification by OAT, warm": { ...learnt, task: oat, shared: { warmStart: HostArray.scalar(1) }, ...three },
  "regression, squared": { ...ofLoss("squared"), outputs: array(means), ...errors },
  "regression, l1": { ...ofLoss("l1"), outputs: array(means), ...errors },
  "regression, gaussian": { ...ofLoss("gaussian"), outputs: array(means.map((row) => [...row, 7, -7])), ...errors },
  "regression, quantile": {
    ...ofLoss("quantile"),
    outputs: array(means.map((row) => [9, 9, ...row, 9, 9])),
    ...errors,
  },
  detection: boxes,
  "detection, sizes weighted as offsets": {
    ...boxes,
    task: detection({ offsetWeight: 1, sizeWeight: 1 }, mapShape),
  },
  contrastive: { ...pairs, task: contrastive() },
  "contrastive, a class's pairs are as good": { ...pairs, task: contrastive({ sameClass: "positive" }) },
  "contrastive, with captions": {
    ...pairs,
    heads: { ...pairs.heads, caption: normal(4, 3) },
    task: contrastive({ captionWeight: 0.5 }),
  },
  "contrastive, a class's pairs are ignored": { ...pairs, task: contrastive({ sameClass: "ignored" }) },
};

test("every task is tested here, under its own name", () => {
  for (const name of taskNames) {
    const own = Object.entries(cases).filter(([title]) => title.startsWith(name));
    expect(own.map(([, { task }]) => task.name)).toEqual(own.map(() => name));
    expect(own.length).toBeGreaterThan(0);
  }
});

describe.each(Object.entries(cases))("%s", (_, { task, outputs, targets, truth, shared = {}, sums, means, ...of }) => {
  const heads = of.heads ?? { outputs: outputs! };
  const count = targets.shape[0];
  const learn = (heads: Arrays, targets: Arrays, shared: Arrays) => {
    const lossOf = (heads: Arrays, targets: Arrays, shared: Arrays) => {
      const { loss, sums } = task.loss(heads, targets, shared);
      return [loss, sums];
    };
    const differentiate = valueAndGrad(lossOf as never, { hasAux: true }) as any;
    const [[loss, sums], gradient] = differentiate(heads, targets, shared);
    return { loss, sums, gradient };
  };
  type Result = { loss: HostArray; sums: HostArrays; gradient: HostArrays };

  test("sums by hand; loss, gradient and sums: compiled ≡ jax-js", async () => {
    const given = [heads, { targets, ...(truth && { truth }) }, shared];
    const expected = await runOracle<Result>(learn, given);
    expect(Object.keys(expected.sums)).toEqual(Object.keys(sums));
    const program = await compile<any[], Result>(learn, given, { threads: 1 });
    const compiled = await program.run(given);
    await program.dispose();
    for (const [name, sum] of Object.entries(sums))
      for (const result of [expected, compiled]) {
        expect(result.sums[name]).toMatchObject({ dtype: "float32", shape: [] });
        expect(result.sums[name].data[0]).toBeCloseTo(sum, 6);
      }
    expect(relativeError(compiled.loss, expected.loss)).toBeLessThan(1e-5);
    for (const name of Object.keys(heads))
      expect(relativeError(compiled.gradient[name], expected.gradient[name]), name).toBeLessThan(1e-5);
    expect(task.means(sums, count)).toEqual(means);
  });

  test.runIf(truth)("counting changes neither loss nor gradient; without the truth nothing is counted", async () => {
    const counted = await runOracle<Result>(learn, [heads, { targets, truth }, shared]);
    const alone = await runOracle<Result>(learn, [heads, { targets }, shared]);
    expect(alone.sums).toEqual({});
    expect(task.means({}, 1)).toEqual({});
    expect([alone.loss, alone.gradient]).toEqual([counted.loss, counted.gradient]);
  });

  test.runIf(outputs)("the network gives as many numbers as the loss takes", () => {
    expect(task.outputCount(targets.shape[1])).toBe(outputs!.shape[1]);
  });
});

describe.each([1, 3])("what is kept of outputs under %i references is what the host makes of them", (R) => {
  const passes = (outputs: HostArray) => {
    const size = outputs.data.length / R;
    return Array.from({ length: R }, (_, r) => outputs.data.slice(r * size, (r + 1) * size) as Float32Array);
  };
  const close = (traced: HostArray, host: ArrayLike<number>) =>
    expect(relativeError(traced, HostArray.float32(traced.shape, Float32Array.from(host)))).toBeLessThan(1e-5);

  test("classification", async () => {
    const outputs = normal(R, 5, 3);
    const combine = (outputs: np.Array) => classification().combine(outputs, {});
    const { logits, uncertainty } = combineReferences(passes(outputs));
    const traced = await runOracle<HostArrays>(combine, [outputs]);
    close(traced.logits, logits);
    expect(Object.keys(traced)).toEqual(R > 1 ? ["logits", "uncertainty"] : ["logits"]);
    if (R > 1) close(traced.uncertainty, uncertainty);
    await expectCompiledEqualsOracle(combine, [outputs]);
  });

  test("detection: heat of the mean logits, mean sizes, deviations of scores and sides", async () => {
    const outputs = normal(R, 2, 36);
    const combine = (outputs: np.Array) => boxes.task.combine(outputs, {});
    const all = passes(outputs);
    const over = (of: (one: Float32Array) => number) => {
      const values = all.map(of);
      const mean = values.reduce((a, b) => a + b) / R;
      return { mean, std: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (R - 1)) };
    };
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const [maps, spread]: number[][] = [[], []];
    for (let at = 0; at < 72; at++) {
      const [scene, channel, cell] = [Math.floor(at / 36), Math.floor((at % 36) / 6), at % 6];
      const read = (one: Float32Array, channel: number) => one[scene * 36 + channel * 6 + cell];
      const mean = over((one) => read(one, channel)).mean;
      maps.push(channel < 2 ? sigmoid(mean) : mean);
      const side = channel - 2;
      const reach = side < 2 ? -0.5 : 0.5;
      const offset = (one: Float32Array) => read(one, 2 + (side % 2)) + reach * read(one, 4 + (side % 2));
      spread.push(over(channel < 2 ? (one) => sigmoid(read(one, channel)) : offset).std);
    }
    const traced = await runOracle<HostArrays>(combine, [outputs]);
    close(traced.maps, maps);
    expect(Object.keys(traced)).toEqual(R > 1 ? ["maps", "spread"] : ["maps"]);
    if (R > 1) close(traced.spread, spread);
    await expectCompiledEqualsOracle(combine, [outputs]);
  });

  test("contrastive: the mean direction", async () => {
    const outputs = normal(R, 5, 3);
    const combine = (outputs: np.Array) => contrastive().combine(outputs, {});
    const unit = (values: readonly number[]) => values.map((value) => value / Math.hypot(...values));
    const rows = Array.from({ length: 5 }, (_, n) => {
      const directions = passes(outputs).map((one) => unit([...one.subarray(n * 3, (n + 1) * 3)]));
      return unit([0, 1, 2].map((d) => directions.reduce((sum, direction) => sum + direction[d], 0)));
    });
    close((await runOracle<HostArrays>(combine, [outputs])).points, rows.flat());
    await expectCompiledEqualsOracle(combine, [outputs]);
  });

  test.each(["squared", "l1", "gaussian", "quantile"] as const)("regression, %s", async (loss) => {
    const options = { loss, levels: [0.1, 0.4, 0.9] };
    const outputs = normal(R, 5, regression(options).outputCount(2));
    const scale = { mean: [10, -1], standardDeviation: [2, 5] };
    const by = {
      targetMean: HostArray.float32([2], scale.mean),
      targetDeviation: HostArray.float32([2], scale.standardDeviation),
    };
    const combine = (outputs: np.Array, by: Arrays) => regression(options).combine(outputs, by);
    const host = combineRegression(passes(outputs).map((one) => readRegressionOutputs(options, one, scale)));
    const traced = await runOracle<HostArrays>(combine, [outputs, by]);
    expect(Object.keys(traced).sort()).toEqual(Object.keys(host).sort());
    for (const [name, values] of Object.entries(host)) close(traced[name], values);
    await expectCompiledEqualsOracle(combine, [outputs, by]);
  });
});
