// A training step by what is minimised, in milliseconds of the CPU on one thread: other work on the machine hardly changes
// them, and every loss takes its turn.
// After `npm run build`: node dist/bench/output-step.js [rounds]
import { HostArray, type HostArrays, Random } from "../core/index.ts";
import { compile } from "../engine/index.ts";
import { createMethod, type Method, type MethodOptions } from "../methods/index.ts";
import { createModel } from "../models/index.ts";
import { createOptimizer } from "../optim/index.ts";
import { lossOf, trainStep } from "../train/internal.ts";
import { median } from "./median.ts";

const rounds = Number(process.argv[2] ?? 40);
const shape = { count: 64, channels: 3, height: 16, width: 16, targetSize: 8 };
const start = { warmStartEpochs: 0 };
const losses: Readonly<Record<string, MethodOptions>> = {
  "cross-entropy": { name: "standard" },
  "mse-scaled": { name: "mse-scaled", ...start },
  "oat, formula": { name: "oat", anchor: "formula", detachAnchor: false, ...start },
  "oat, code": { name: "oat", anchor: "code", detachAnchor: false, ...start },
  "oat, detached": { name: "oat", anchor: "formula", detachAnchor: true, ...start },
};

const random = new Random("bench");
const batch = {
  images: Float32Array.from({ length: 64 * 3 * 256 }, () => random.normal()),
  targets: Float32Array.from({ length: 64 * 8 }, (_, i) => Number(i % 8 === Math.floor(i / 8) % 8)),
  truth: HostArray.float32(
    [64],
    Float32Array.from({ length: 64 }, (_, row) => row % 8),
  ),
};
const model = createModel("resnet20", { inputChannels: 3, classes: 8, imageSize: 16 });
const optimizer = createOptimizer(
  {
    name: "sgd",
    momentum: 0.9,
    nesterov: true,
    weightDecay: 5e-4,
    decayNormsAndBiases: true,
    biasRate: 1,
  },
  model,
);
const { params, state } = model.init(new Random(0));
type StepArguments = [
  { params: HostArrays; state: HostArrays; slots: Record<string, HostArrays> },
  ReturnType<Method["prepare"]>,
  HostArrays,
];

const args = (method: Method): StepArguments => [
  { params, state, slots: optimizer.init(params) },
  method.prepare(batch, shape, new Random(1), () => ({ clean: new Float32Array(), shown: new Float32Array() })),
  { learningRate: HostArray.scalar(0.01) },
];

interface Side {
  readonly name: string;
  readonly fed: StepArguments;
  readonly program: { run(fed: StepArguments): Promise<unknown> };
  /** Of the CPU, in milliseconds a step. */
  readonly times: number[];
}

const sides: Side[] = [];
for (const [name, options] of Object.entries(losses)) {
  const method = createMethod(options);
  const fed = args(method);
  const program = await compile(trainStep(lossOf(model, method), optimizer), fed, { threads: 1 });
  sides.push({ name, fed, program, times: [] });
}
for (let round = -3; round < rounds; round++)
  for (const { fed, program, times } of sides) {
    const before = process.cpuUsage();
    await program.run(fed);
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) times.push((user + system) / 1000);
  }
for (const { name, times } of sides)
  console.log(`${name.padEnd(14)} fastest ${Math.min(...times).toFixed(1)}  median ${median(times).toFixed(1)} ms`);
