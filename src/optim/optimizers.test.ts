import { expect, test } from "vitest";
import { HostArray, type HostArrays, Random } from "../core/index.ts";
import { runOracle } from "../engine/index.ts";
import { expectCompiledEqualsOracle, relativeError } from "../engine/testing.ts";
import { createOptimizer, type Optimizer, type OptimizerOptions } from "./index.ts";

const shapes: Record<string, readonly number[]> = {
  "conv1.weight": [4, 2, 3, 3],
  "bn1.weight": [4],
  pos_embed: [1, 3, 4],
  "mlp.weight": [6, 4],
  "mlp.bias": [6],
  "head.weight": [3, 6],
};
const roles = { head: ["head.weight"], embeddings: ["pos_embed"], biases: ["mlp.bias"] };
const drawn = (...names: (string | number)[]): HostArrays =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const random = new Random("optimizers", ...names, name);
      const array = HostArray.zeros(shape);
      for (let i = 0; i < array.data.length; i++) array.data[i] = random.normal();
      return [name, array];
    }),
  );

/** In float64: a parameter's values after steps with these gradients, at these learning rates. */
type Plain = (name: string, start: number[], gradients: number[][], rates: number[]) => number[];

const vectorsAndEmbeddings = ["bn1.weight", "pos_embed", "mlp.bias"];
const decayOf = (name: string, decay: number) => (vectorsAndEmbeddings.includes(name) ? 0 : decay);

const plainAdamw =
  (b1: number, b2: number, epsilon: number, decay: number): Plain =>
  (name, start, gradients, rates) =>
    start.map((value, i) => {
      let [p, m, v] = [value, 0, 0];
      for (const [t, rate] of rates.entries()) {
        const g = gradients[t][i];
        m = b1 * m + (1 - b1) * g;
        v = b2 * v + (1 - b2) * g * g;
        p -= rate * decayOf(name, decay) * p;
        p -= (rate * (m / (1 - b1 ** (t + 1)))) / (Math.sqrt(v / (1 - b2 ** (t + 1))) + epsilon);
      }
      return p;
    });

type Matrix = number[][];
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, x, k) => sum + x * b[k][j], 0)));
const turned = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]));
const matrixOf = (values: number[], rows: number): Matrix =>
  Array.from({ length: rows }, (_, i) => values.slice((i * values.length) / rows, ((i + 1) * values.length) / rows));

/** Jordan's polynomial 3.4445x − 4.775x³ + 2.0315x⁵ of the singular values, five times over; never transposed. */
function newtonSchulz(matrix: Matrix): Matrix {
  const length = Math.hypot(...matrix.flat());
  let x = matrix.map((row) => row.map((value) => value / length));
  for (let n = 0; n < 5; n++) {
    const cubed = times(times(x, turned(x)), x);
    const fifth = times(times(x, turned(x)), cubed);
    x = x.map((row, i) => row.map((value, j) => 3.4445 * value - 4.775 * cubed[i][j] + 2.0315 * fifth[i][j]));
  }
  return x;
}

const table: { [O in OptimizerOptions as O["name"]]: { options: O; plain: Plain } } = {
  sgd: {
    options: { name: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0.1, decayNormsAndBiases: false },
    plain: (name, start, gradients, rates) =>
      start.map((value, i) => {
        let [p, v] = [value, 0];
        for (const [t, rate] of rates.entries()) {
          const g = gradients[t][i] + decayOf(name, 0.1) * p;
          v = 0.9 * v + g;
          p -= rate * (g + 0.9 * v);
        }
        return p;
      }),
  },
  adamw: {
    options: { name: "adamw", beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.3, decayNormsAndBiases: false },
    plain: plainAdamw(0.8, 0.95, 1e-6, 0.3),
  },
  lion: {
    options: { name: "lion", beta1: 0.9, beta2: 0.99, weightDecay: 0.5, decayNormsAndBiases: false },
    plain: (name, start, gradients, rates) =>
      start.map((value, i) => {
        let [p, m] = [value, 0];
        for (const [t, rate] of rates.entries()) {
          const g = gradients[t][i];
          p -= rate * (Math.sign(0.9 * m + 0.1 * g) + decayOf(name, 0.5) * p);
          m = 0.99 * m + 0.01 * g;
        }
        return p;
      }),
  },
  muon: {
    options: {
      name: "muon",
      momentum: 0.9,
      beta1: 0.8,
      beta2: 0.95,
      epsilon: 1e-6,
      weightDecay: 0.3,
      decayNormsAndBiases: false,
    },
    plain(name, start, gradients, rates) {
      if (name === "head.weight" || vectorsAndEmbeddings.includes(name))
        return plainAdamw(0.8, 0.95, 1e-6, 0.3)(name, start, gradients, rates);
      const [rows] = shapes[name];
      const columns = start.length / rows;
      let p = start;
      let v = start.map(() => 0);
      for (const [t, rate] of rates.entries()) {
        v = v.map((value, i) => 0.9 * value + gradients[t][i]);
        const direction = matrixOf(
          v.map((value, i) => gradients[t][i] + 0.9 * value),
          rows,
        );
        const step = newtonSchulz(direction).flat();
        const size = 0.2 * Math.sqrt(Math.max(rows, columns));
        p = p.map((value, i) => value - rate * (size * step[i] + 0.3 * value));
      }
      return p;
    },
  },
};

const rates = [0.01, 0.03, 0.02];
const gradients = rates.map((_, step) => drawn("gradient", step));
const argumentsOf = (params: HostArrays, slots: Record<string, HostArrays>, step: number) => [
  params,
  gradients[step],
  slots,
  HostArray.scalar(rates[step]),
];

async function afterSteps(optimizer: Optimizer, count: number) {
  let params = drawn("start");
  let slots = optimizer.init(params);
  for (let step = 0; step < count; step++)
    ({ params, slots } = await runOracle(optimizer.update, argumentsOf(params, slots, step) as never));
  return { params, slots };
}

test.each(Object.entries(table))("%s moves weights as the same in plain float64", async (_, { options, plain }) => {
  const { params } = await afterSteps(createOptimizer(options, roles), rates.length);
  const start = drawn("start");
  for (const [name, array] of Object.entries(params)) {
    const expected = plain(
      name,
      [...start[name].data],
      gradients.map((own) => [...own[name].data]),
      rates,
    );
    expect(relativeError(array, HostArray.float32(array.shape, expected)), name).toBeLessThan(1e-5);
  }
});

test.each(Object.entries(table))("%s: compiled ≡ jax-js", async (_, { options }) => {
  const optimizer = createOptimizer(options, roles);
  const { params, slots } = await afterSteps(optimizer, 1);
  await expectCompiledEqualsOracle(optimizer.update, argumentsOf(params, slots, 1));
});
