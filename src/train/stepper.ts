import { numpy as np } from "@jax-js/jax";
import { type Fed, HostArray, type HostArrays } from "../core/index.ts";
import { zerosLike } from "../core/internal.ts";
import { compileLoop } from "../engine/index.ts";
import { memoryOf } from "../engine/internal.ts";
import type { Arrays, Network } from "../models/index.ts";
import type { Optimizer } from "../optim/index.ts";
import type { RunConfig, TrainState } from "../run/index.ts";
import { alone, type Group } from "./group/group.ts";
import {
  type FedStep,
  gradientStep,
  type LossOf,
  mapped,
  movingParameters,
  type StepTold,
  type TracedState,
  trainStep,
  updateStep,
} from "./step.ts";

/** Takes training steps, compiled. */
export interface Stepper {
  /**
   * One update from the arrays of its micro-batches; `flag` is told to all ranks. What the step before the last one told is
   * written over.
   */
  step(
    microBatches: readonly Fed[],
    controls: HostArrays,
    flag?: boolean,
  ): Promise<StepTold & { readonly any: boolean }>;
  /** What training has moved so far: arrays that the next step may write over. */
  read(): Promise<TrainState>;
  dispose(): Promise<void>;
}

export interface StepperParts {
  readonly network: Network;
  /** What is minimised. */
  readonly lossOf: LossOf;
  readonly optimizer: Optimizer;
  /** Whether the examples of all ranks meet in the loss. */
  readonly meetsRanks: boolean;
}

export interface StepExample {
  /** Where training begins. */
  readonly current: TrainState;
  /** Arrays of the shapes that every later step has. */
  readonly fed: Fed;
  readonly controls: HostArrays;
}

type StepperConfig = Pick<RunConfig, "accumulate" | "clipNorm" | "threads" | "device">;

/** One program for the whole step; with gradient accumulation, or in a group, one for each half. */
export const createStepper = (
  parts: StepperParts,
  config: StepperConfig,
  example: StepExample,
  group: Group = alone,
): Promise<Stepper> =>
  config.accumulate === 1 && group.size === 1
    ? wholeStepper(parts, config, example)
    : stepperInHalves(parts, config, example, group);

async function wholeStepper(parts: StepperParts, config: StepperConfig, example: StepExample): Promise<Stepper> {
  const { network, lossOf, optimizer } = parts;
  const { frozen, bounds } = network;
  const step = trainStep(lossOf, optimizer, { clipNorm: config.clipNorm, frozen, bounds });
  const { current, ...given } = example;
  const loop = await compileLoop(
    ({ fed, controls, ...current }: FedStep) => step(current, fed, controls),
    { ...current, ...given },
    { carry: carriedNames(current), ...config },
  );
  return {
    step: async ([fed], controls, flag = false) => ({ ...(await loop.step({ fed, controls })), any: flag }),
    read: () => loop.read(),
    dispose: () => loop.dispose(),
  };
}

const carriedNames = (current: TrainState) => Object.keys(current) as (keyof TrainState)[];

/**
 * The gradients of n micro-batches, each for its own images, and of all ranks are averaged before one update. BatchNorm sees
 * one micro-batch at a time, as it does wherever gradients are accumulated, and its own rank's part of it, but where ranks
 * meet; its running statistics are the mean of those of the ranks.
 */
async function stepperInHalves(
  parts: StepperParts,
  config: StepperConfig,
  example: StepExample,
  group: Group,
): Promise<Stepper> {
  const { network, lossOf, optimizer, meetsRanks } = parts;
  const { frozen, bounds } = network;
  const options = { clipNorm: config.clipNorm, frozen, bounds };
  const { current, fed, controls } = example;
  const gradients = zerosLike(movingParameters(current.params, frozen));
  const accumulates = config.accumulate > 1;
  const moveAll = updateStep(optimizer, options);
  const carried: (keyof TrainState | "gradients")[] = carriedNames(current);
  const update = await compileLoop(
    ({ gradients, controls, ...current }: TracedState & { gradients: Arrays; controls: Arrays }) => {
      // Micro-batches add to them; one by itself writes over what is there.
      const zeros = accumulates ? { gradients: mapped(gradients, ({ shape }) => np.zeros([...shape])) } : {};
      return { ...moveAll(current, gradients, controls), ...(zeros as { gradients: Arrays }) };
    },
    { ...current, gradients, controls },
    { carry: accumulates ? [...carried, "gradients"] : carried, ...config },
  );
  const together = meetsRanks && group.size > 1 ? group : undefined;
  const differentiate = gradientStep(lossOf, {
    ...options,
    together,
    share: 1 / (config.accumulate * group.size),
  });
  const accumulate = await compileLoop(
    ({
      params,
      state,
      gradients,
      fed,
    }: Pick<TracedState, "params" | "state"> & { gradients: Arrays; fed: Fed<np.Array> }) => {
      const { gradients: own, ...moved } = differentiate({ params, state }, fed);
      if (accumulates) return { ...moved, gradients: mapped(gradients, (sum, name) => np.add(sum, own[name])) };
      for (const array of Object.values(gradients)) array.dispose();
      return { ...moved, gradients: own };
    },
    { params: current.params, state: current.state, gradients, fed },
    {
      carry: ["state", "gradients"],
      sharing: update,
      ...config,
      ...(together && { meanOverRanks: (values: Float32Array) => group.mean(values) }),
    },
  );
  return {
    async step(microBatches, controls, flag = false) {
      let loss = 0;
      const sums: Record<string, number> = {};
      for (const fed of microBatches) {
        const told = await accumulate.step({ fed });
        loss += told.loss.data[0];
        for (const [name, { data }] of Object.entries(told.sums)) sums[name] = (sums[name] ?? 0) + data[0];
      }
      const told = await ofAllRanks(group, { ...(await update.read()), loss, sums, any: flag });
      await update.step({ controls });
      return {
        ...told,
        loss: HostArray.scalar(told.loss),
        sums: mapped(told.sums, (sum) => HostArray.scalar(sum)),
      };
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

interface OwnPart {
  readonly loss: number;
  readonly sums: Readonly<Record<string, number>>;
  readonly any: boolean;
}

/**
 * What the whole batch says, of what each rank says of its part. Gradients become their sums, moved state its means, in
 * place.
 */
async function ofAllRanks(
  group: Group,
  { gradients, state, loss, sums, any }: OwnPart & { readonly gradients: HostArrays; readonly state: HostArrays },
): Promise<OwnPart> {
  if (group.size === 1) return { loss, sums, any };
  await group.sum(memoryOf(gradients));
  if (Object.keys(state).length > 0) await group.mean(memoryOf(state));
  const names = Object.keys(sums);
  const told = Float64Array.of(loss, any ? 1 : 0, ...names.map((name) => sums[name]));
  await group.sum(told);
  const [jointLoss, asking, ...jointSums] = told;
  return {
    loss: jointLoss,
    sums: Object.fromEntries(names.map((name, i) => [name, jointSums[i]])),
    any: asking > 0,
  };
}

/** The arrays of a step cut into `count` micro-batches; what is of the whole batch is given to all. */
export function microBatches({ rows, shared }: Fed, examples: number, count: number): Fed[] {
  if (count === 1) return [{ rows, shared }];
  const size = examples / count;
  const cut = (arrays: HostArrays, i: number): HostArrays =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, { dtype, shape, data }]) => {
        const row = data.length / examples;
        const own = (data as Float32Array).subarray(i * size * row, (i + 1) * size * row);
        return [name, new HostArray(dtype, [size, ...shape.slice(1)], own)];
      }),
    );
  return Array.from({ length: count }, (_, i) => ({
    rows: { inputs: cut(rows.inputs, i), targets: cut(rows.targets, i), noise: cut(rows.noise, i) },
    shared,
  }));
}
