import { numpy as np } from "@jax-js/jax";
import { type Fed, HostArray, type HostArrays } from "../core/index.ts";
import { zerosLike } from "../core/internal.ts";
import { compileLoop } from "../engine/index.ts";
import type { Method } from "../methods/index.ts";
import type { Arrays, Model } from "../models/index.ts";
import type { Optimizer } from "../optim/index.ts";
import type { RunConfig, TrainState } from "../run/index.ts";
import {
  type FedStep,
  gradientStep,
  mapped,
  movingParameters,
  type StepTold,
  type TracedState,
  trainStep,
  updateStep,
} from "./step.ts";

/** Takes training steps, compiled. */
export interface Stepper {
  /** One update from the arrays of its micro-batches. What the step before the last one told is written over. */
  step(microBatches: readonly Fed[], controls: HostArrays): Promise<StepTold>;
  /** What training has moved so far: arrays that the next step may write over. */
  read(): Promise<TrainState>;
  dispose(): Promise<void>;
}

export interface StepperParts {
  readonly model: Model;
  readonly method: Method;
  readonly optimizer: Optimizer;
}

export interface StepExample {
  /** Where training begins. */
  readonly current: TrainState;
  /** Arrays of the shapes that every later step has. */
  readonly fed: Fed;
  readonly controls: HostArrays;
}

type StepperConfig = Pick<RunConfig, "accumulate" | "clipNorm" | "threads" | "device">;

/** One program for the whole step; with gradient accumulation one for each half. */
export const createStepper = (parts: StepperParts, config: StepperConfig, example: StepExample): Promise<Stepper> =>
  config.accumulate === 1 ? wholeStepper(parts, config, example) : accumulatingStepper(parts, config, example);

async function wholeStepper(parts: StepperParts, config: StepperConfig, example: StepExample): Promise<Stepper> {
  const { model, method, optimizer } = parts;
  const step = trainStep(model, method, optimizer, { clipNorm: config.clipNorm, frozen: model.frozen });
  const { current, ...given } = example;
  const loop = await compileLoop(
    ({ fed, controls, ...current }: FedStep) => step(current, fed, controls),
    { ...current, ...given },
    { carry: carriedNames(current), ...config },
  );
  return {
    step: ([fed], controls) => loop.step({ fed, controls }),
    read: () => loop.read(),
    dispose: () => loop.dispose(),
  };
}

const carriedNames = (current: TrainState) => Object.keys(current) as (keyof TrainState)[];

/**
 * The gradients of n micro-batches, each for its own images, are averaged before one update. BatchNorm sees one
 * micro-batch at a time, as it does wherever gradients are accumulated.
 */
async function accumulatingStepper(parts: StepperParts, config: StepperConfig, example: StepExample): Promise<Stepper> {
  const { model, method, optimizer } = parts;
  const options = { clipNorm: config.clipNorm, frozen: model.frozen };
  const { current, fed, controls } = example;
  const gradients = zerosLike(movingParameters(current.params, model.frozen));
  const moveAll = updateStep(optimizer, options);
  const update = await compileLoop(
    ({ gradients, controls, ...current }: TracedState & { gradients: Arrays; controls: Arrays }) => {
      const zeros = mapped(gradients, ({ shape }) => np.zeros([...shape]));
      return { ...moveAll(current, gradients, controls), gradients: zeros };
    },
    { ...current, gradients, controls },
    { carry: [...carriedNames(current), "gradients"], ...config },
  );
  const differentiate = gradientStep(model, method, options);
  const accumulate = await compileLoop(
    ({
      params,
      state,
      gradients,
      fed,
    }: Pick<TracedState, "params" | "state"> & { gradients: Arrays; fed: Fed<np.Array> }) => {
      const { gradients: own, ...moved } = differentiate({ params, state }, fed);
      return {
        ...moved,
        gradients: mapped(gradients, (sum, name) => np.add(sum, np.multiply(own[name], 1 / config.accumulate))),
      };
    },
    { params: current.params, state: current.state, gradients, fed },
    { carry: ["state", "gradients"], sharing: update, ...config },
  );
  return {
    async step(microBatches, controls) {
      let loss = 0;
      const counted: Record<string, number> = {};
      for (const fed of microBatches) {
        const told = await accumulate.step({ fed });
        loss += told.loss.data[0] / microBatches.length;
        for (const [name, { data }] of Object.entries(told.sums)) counted[name] = (counted[name] ?? 0) + data[0];
      }
      await update.step({ controls });
      return { loss: HostArray.scalar(loss), sums: mapped(counted, (sum) => HostArray.scalar(sum)) };
    },
    async read() {
      const { gradients: _, ...current } = await update.read();
      return current;
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
