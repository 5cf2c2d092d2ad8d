import { expect, test } from "vitest";
import { HostArray, type HostArrays } from "../core/index.ts";
import { runOracle } from "../engine/index.ts";
import { clipByGlobalNorm, createOptimizer, learningRateAt, type Schedule, type SgdOptions } from "./index.ts";

/** Two steps of one weight of 1 and one bias of 1 with gradients 0.5, then −0.25, at learning rate 0.1. */
async function twoSteps(options: Partial<SgdOptions>) {
  const optimizer = createOptimizer(
    {
      name: "sgd",
      momentum: 0,
      nesterov: false,
      weightDecay: 0,
      decayNormsAndBiases: true,
      ...options,
    },
    { biases: ["bias"] },
  );
  const same = (value: number): HostArrays => ({
    weight: HostArray.float32([1, 1], [value]),
    bias: HostArray.float32([1], [value]),
  });
  let params = same(1);
  let slots = optimizer.init(params);
  const history: [number, number][] = [];
  for (const gradient of [0.5, -0.25]) {
    ({ params, slots } = await runOracle(optimizer.update, [params, same(gradient), slots, HostArray.scalar(0.1)]));
    history.push([params.weight.data[0], params.bias.data[0]]);
  }
  return history;
}

// By torch.optim.SGD's formulas: g ← g + λp; v ← μv + g; p ← p − η(nesterov ? g + μv : v).
test.each<[string, Partial<SgdOptions>, [number, number][]]>([
  [
    "plain",
    {},
    [
      [0.95, 0.95],
      [0.975, 0.975],
    ],
  ],
  [
    "momentum",
    { momentum: 0.9 },
    [
      [0.95, 0.95],
      [0.93, 0.93],
    ],
  ],
  [
    "Nesterov",
    { momentum: 0.9, nesterov: true },
    [
      [0.905, 0.905],
      [0.912, 0.912],
    ],
  ],
  [
    "weight decay",
    { weightDecay: 0.1 },
    [
      [0.94, 0.94],
      [0.9556, 0.9556],
    ],
  ],
  [
    // The bias at four times the rate, its decay in a step that of the weights.
    "biases faster",
    { weightDecay: 0.1, biasRate: 4 },
    [
      [0.94, 0.79],
      [0.9556, 0.8821],
    ],
  ],
  [
    "weight decay, vectors free",
    { weightDecay: 0.1, decayNormsAndBiases: false },
    [
      [0.94, 0.95],
      [0.9556, 0.975],
    ],
  ],
])("SGD: %s", async (_, options, expected) => {
  const actual = await twoSteps(options);
  expect(actual.flat().map((value) => value.toFixed(5))).toEqual(expected.flat().map((value) => value.toFixed(5)));
});

// By torch.optim.AdamW (1.13), three steps with gradients 0.5, −0.25, 0.125.
test.each([
  [0, 0.1, 1e-8, [0.9, 0.8733664, 0.8393235]],
  [0.5, 0.1, 1e-8, [0.85, 0.7808663, 0.7077801]],
  [0.1, 0.01, 1e-3, [0.98902, 0.9853743, 0.9809949]],
])("AdamW with decay %f at rate %f", async (weightDecay, rate, epsilon, expected) => {
  const optimizer = createOptimizer(
    {
      name: "adamw",
      beta1: 0.9,
      beta2: 0.999,
      epsilon,
      weightDecay,
      decayNormsAndBiases: false,
    },
    { embeddings: ["pos_embed"] },
  );
  const same = (value: number): HostArrays => ({
    weight: HostArray.float32([1, 1], [value]),
    bias: HostArray.float32([1], [value]),
    pos_embed: HostArray.float32([1, 1, 1], [value]),
  });
  let params = same(1);
  let slots = optimizer.init(params);
  let undecayed = 0;
  for (const [step, gradient] of [0.5, -0.25, 0.125].entries()) {
    const args = [params, same(gradient), slots, HostArray.scalar(rate)] as const;
    ({ params, slots } = await runOracle(optimizer.update, [...args]));
    expect(params.weight.data[0]).toBeCloseTo(expected[step], 5);
    // Neither a bias nor positions are decayed.
    expect(params.bias.data[0]).toBe(params.pos_embed.data[0]);
    undecayed = params.bias.data[0];
  }
  if (weightDecay === 0) expect(undecayed).toBe(params.weight.data[0]);
  else expect(undecayed).toBeGreaterThan(params.weight.data[0]);
  expect(slots.clock.steps.data[0]).toBe(3);
});

test("clipping scales all gradients together, as torch.nn.utils.clip_grad_norm_, or not at all", async () => {
  const gradients = { a: HostArray.float32([2], [3, 4]), b: HostArray.float32([1], [12]) };
  const clipped = await runOracle((g: never) => clipByGlobalNorm(g, 6.5), [gradients] as never);
  const values = (arrays: HostArrays) => [...arrays.a.data, ...arrays.b.data];
  for (const [i, value] of values(clipped as never).entries()) expect(value).toBeCloseTo([1.5, 2, 6][i], 5);
  const short = await runOracle((g: never) => clipByGlobalNorm(g, 13.5), [gradients] as never);
  expect(values(short as never)).toEqual([3, 4, 12]);
});

const clock = { stepsPerEpoch: 10, totalSteps: 100 };

// Values of torch.optim.lr_scheduler, one scheduler step a training step.
test.each<[string, Schedule, Record<number, number>]>([
  ["constant", { name: "constant", learningRate: 0.1 }, { 0: 0.1, 99: 0.1 }],
  [
    "multistep",
    { name: "multistep", learningRate: 0.1, milestones: [3, 6], factor: 0.2, warmupEpochs: 0 },
    { 0: 0.1, 29: 0.1, 30: 0.02, 59: 0.02, 60: 0.004, 99: 0.004 },
  ],
  [
    "multistep after a warm-up",
    { name: "multistep", learningRate: 0.11, milestones: [3], factor: 0.1, warmupEpochs: 1 },
    { 0: 0.01, 9: 0.1, 10: 0.11, 29: 0.11, 30: 0.011, 99: 0.011 },
  ],
  [
    "one-cycle, cosine",
    { name: "one-cycle", peak: 0.4, warmup: 0.3, startDivisor: 25, endDivisor: 1e4, anneal: "cosine" },
    // Up in 29 steps from 0.016, half way down at 29 + 35, the last step at 0.016 / 1e4.
    { 0: 0.016, 29: 0.4, 64: (0.4 + 1.6e-6) / 2, 99: 1.6e-6 },
  ],
  [
    "one-cycle, linear",
    { name: "one-cycle", peak: 0.4, warmup: 0.3, startDivisor: 25, endDivisor: 1e4, anneal: "linear" },
    { 0: 0.016, 1: 0.016 + (0.4 - 0.016) / 29, 29: 0.4, 30: 0.4 + (1.6e-6 - 0.4) / 70, 99: 1.6e-6 },
  ],
  [
    "cosine",
    { name: "cosine", learningRate: 0.1, minimum: 0.02, warmupEpochs: 0 },
    { 0: 0.1, 25: 0.02 + 0.04 * (1 + Math.SQRT1_2), 50: 0.06, 75: 0.02 + 0.04 * (1 - Math.SQRT1_2) },
  ],
  [
    "the ImageNet recipe's cosine, which ends a step above its minimum",
    { name: "cosine", learningRate: 1e-4, minimum: 1e-6, warmupEpochs: 0 },
    { 0: 1e-4, 50: 5.05e-5, 99: 1e-6 + 4.95e-5 * (1 - Math.cos(Math.PI / 100)) },
  ],
  [
    "cosine after a warm-up",
    { name: "cosine", learningRate: 0.11, minimum: 0, warmupEpochs: 1 },
    { 0: 0.01, 9: 0.1, 10: 0.11, 55: 0.055 },
  ],
])("%s", (_, schedule, expected) => {
  for (const [step, learningRate] of Object.entries(expected))
    expect(learningRateAt(schedule, { ...clock, step: Number(step) }), `step ${step}`).toBeCloseTo(learningRate, 9);
});

test("a one-cycle of very few steps stays finite and within its bounds", () => {
  for (const totalSteps of [1, 2, 3, 4, 10])
    for (let step = 0; step < totalSteps; step++) {
      const rate = learningRateAt(
        { name: "one-cycle", peak: 0.4, warmup: 0.3, startDivisor: 25, endDivisor: 1e4, anneal: "cosine" },
        { step, stepsPerEpoch: totalSteps, totalSteps },
      );
      expect(rate).toBeGreaterThan(0);
      expect(rate).toBeLessThanOrEqual(0.4);
    }
});
