import { numpy as np } from "@jax-js/jax";
import { type Fed, HostArray, type HostArrays } from "../core/index.ts";
import { zerosLike } from "../core/internal.ts";
import { compile, type Program } from "../engine/index.ts";
import type { Method } from "../methods/index.ts";
import type { Arrays, Model } from "../models/index.ts";
import type { Optimizer } from "../optim/index.ts";
import type { RunConfig, TrainState } from "../run/index.ts";
import { gradientStep, movingParameters, type StepResult, trainStep, updateStep } from "./step.ts";

/** Takes training steps, compiled. */
export interface Stepper {
  /** One update from the arrays of its micro-batches. The result before last is written over. */
  step(current: TrainState, microBatches: readonly Fed[], controls: HostArrays): Promise<StepResult>;
  dispose(): Promise<void>;
}

export interface StepperParts {
  readonly model: Model;
  readonly method: Method;
  readonly optimizer: Optimizer;
}

/** Arrays of the shapes that every later step has. */
export interface StepExample {
  readonly current: TrainState;
  readonly fed: Fed;
  readonly controls: HostArrays;
}

type StepperConfig = Pick<RunConfig, "accumulate" | "clipNorm" | "threads" | "device">;

/** One program for the whole step; with gradient accumulation one for each half. */
export const createStepper = (parts: StepperParts, config: StepperConfig, example: StepExample): Promise<Stepper> =>
  config.accumulate === 1 ? wholeStepper(parts, config, example) : accumulatingStepper(parts, config, example);

async function wholeStepper(parts: StepperParts, config: StepperConfig, example: StepExample): Promise<Stepper> {
  const { model, method, optimizer } = parts;
  const options = { clipNorm: config.clipNorm, frozen: model.frozen };
  const { current, fed, controls } = example;
  const program = await compile<unknown[], StepResult>(
    trainStep(model, method, optimizer, options),
    [current, fed, controls],
    config,
  );
  const run = takingTurns(program);
  return {
    step: (current, [fed], controls) => run([current, fed, controls]),
    dispose: () => program.dispose(),
  };
}

/** Two generations of arrays take turns: a run may read the last result and writes over the one before. */
function takingTurns<Args extends unknown[], Result>(program: Program<Args, Result>): (args: Args) => Promise<Result> {
  let spare: Result | undefined;
  let last: Result | undefined;
  return async (args) => {
    const result = await program.run(args, { into: spare });
    [spare, last] = [last, result];
    return result;
  };
}

/**
 * The gradients of n micro-batches, each for its own images, are averaged before one update. BatchNorm sees one
 * micro-batch at a time, as it does wherever gradients are accumulated.
 */
async function accumulatingStepper(parts: StepperParts, config: StepperConfig, example: StepExample): Promise<Stepper> {
  const { model, method, optimizer } = parts;
  const options = { clipNorm: config.clipNorm, frozen: model.frozen };
  const differentiate = gradientStep(model, method, options);
  const accumulated = (variables: { params: Arrays; state: Arrays }, fed: Fed<np.Array>, gradientSums: Arrays) => {
    const { gradients, state, loss, sums } = differentiate(variables, fed);
    const added = Object.entries(gradientSums).map(([name, sum]) => [
      name,
      np.add(sum, np.multiply(gradients[name], 1 / config.accumulate)),
    ]);
    return { gradientSums: Object.fromEntries(added) as Arrays, state, loss, sums };
  };
  const { current, fed, controls } = example;
  const zeros = zerosLike(movingParameters(current.params, model.frozen));
  const variables = ({ params, state }: TrainState) => ({ params, state });
  type Accumulated = Pick<StepResult, "state" | "loss" | "sums"> & { gradientSums: HostArrays };
  const accumulate = await compile<unknown[], Accumulated>(accumulated, [variables(current), fed, zeros], config);
  const update = await compile<unknown[], TrainState>(
    updateStep(optimizer, options) as never,
    [current, zeros, controls] as never,
    config,
  );
  const runAccumulate = takingTurns(accumulate);
  const runUpdate = takingTurns(update);
  return {
    async step(current, microBatches, controls) {
      let { state } = current;
      let gradientSums = zeros;
      let loss = 0;
      const counted: Record<string, number> = {};
      for (const fed of microBatches) {
        const result: Accumulated = await runAccumulate([{ params: current.params, state }, fed, gradientSums]);
        ({ gradientSums, state } = result);
        loss += result.loss.data[0] / microBatches.length;
        for (const [name, { data }] of Object.entries(result.sums)) counted[name] = (counted[name] ?? 0) + data[0];
      }
      const moved: TrainState = await runUpdate([{ ...current, state }, gradientSums, controls]);
      const sums = Object.entries(counted).map(([name, sum]) => [name, HostArray.scalar(sum)]);
      return { ...moved, loss: HostArray.scalar(loss), sums: Object.fromEntries(sums) };
    },
    async dispose() {
      await accumulate.dispose();
      await update.dispose();
    },
  };
}

/** The arrays of a step cut into `count` micro-batches; what is of the whole batch is given to all. */
export function microBatches({ rows, shared }: Fed, examples: number, count: number): Fed[] {
  if (count === 1) return [{ rows, shared }];
  const size = examples / count;
  const cut = (arrays: HostArrays, i: number): HostArrays =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, { shape, data }]) => {
        const row = data.length / examples;
        const own = (data as Float32Array).subarray(i * size * row, (i + 1) * size * row);
        return [name, HostArray.float32([size, ...shape.slice(1)], own)];
      }),
    );
  return Array.from({ length: count }, (_, i) => ({
    rows: { inputs: cut(rows.inputs, i), targets: cut(rows.targets, i), noise: cut(rows.noise, i) },
    shared,
  }));
}
