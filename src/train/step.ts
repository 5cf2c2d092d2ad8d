import { lax, numpy as np, valueAndGrad } from "@jax-js/jax";
import type { Fed, HostArray, HostArrays } from "../core/index.ts";
import type { Method } from "../methods/index.ts";
import type { Arrays, Model, Network } from "../models/index.ts";
import { keep, synchronized, withNoise } from "../models/internal.ts";
import { clipByGlobalNorm, type Optimizer } from "../optim/index.ts";
import type { Sums } from "../tasks/index.ts";
import type { Group } from "./group/group.ts";

/** Scalars that change from step to step. */
export type StepControls = HostArrays & { readonly learningRate: HostArray<"float32"> };

/** What a step tells of itself. */
export interface StepTold {
  /** Scalar, before the update. */
  readonly loss: HostArray;
  /** What the task counts over the batch, scalars, before the update; none where the truth is not fed. */
  readonly sums: Readonly<HostArrays>;
}

/** What a step counted, as numbers. */
export const numbersOf = (sums: StepTold["sums"]): Sums => mapped(sums, ({ data }) => data[0]);

export interface StepOptions {
  /** Longest joint gradient; 0: no clipping. */
  readonly clipNorm?: number;
  /** Parameters that keep their values. */
  readonly frozen?: readonly string[];
  /** The part of a batch that a gradient step sees: its loss and gradients add up with those of the others. Default 1. */
  readonly share?: number;
  /** Least and greatest values of parameters. */
  readonly bounds?: Network["bounds"];
  /** Where the examples of several ranks meet in the loss. */
  readonly together?: RankOf;
}

interface TracedVariables {
  readonly params: Arrays;
  readonly state: Arrays;
}

/** As `TrainState`, traced. */
export interface TracedState extends TracedVariables {
  readonly slots: Record<string, Arrays>;
  readonly average?: TracedVariables;
}

/** What a step reads, under the names that a loop has it by. */
export type FedStep = TracedState & { readonly fed: Fed<np.Array>; readonly controls: Arrays };

export const mapped = <T, U>(
  arrays: Readonly<Record<string, T>>,
  fn: (array: T, name: string) => U,
): Record<string, U> => Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, fn(array, name)]));

/** The parameters that training moves, which are those that the optimizer remembers: all but the frozen ones. */
export const movingParameters = <T>(
  params: Readonly<Record<string, T>>,
  frozen: readonly string[] = [],
): Record<string, T> => Object.fromEntries(Object.entries(params).filter(([name]) => !frozen.includes(name)));

/** One of the ranks that a step is taken by together: BatchNorms, or pairs, see all of its batch. */
export type RankOf = Pick<Group, "rank" | "size">;

/** Traced: as `Method.loss`, of the network that is trained; as one of several ranks where `together` says so. */
export type LossOf = (
  params: Arrays,
  state: Arrays,
  fed: Fed<np.Array>,
  together?: RankOf,
) => ReturnType<Method["loss"]>;

/** What a method minimises of a model. */
export const lossOf =
  (model: Model, method: Method): LossOf =>
  (params, state, fed, together) =>
    method.loss(withNoise(together ? synchronized(model, together.size) : model, fed.rows.noise), params, state, fed);

/** One pure function to trace: forward, loss, backward, clipping, update, and the moving average where there is one. */
export const trainStep = (lossOf: LossOf, optimizer: Optimizer, options: StepOptions = {}) => {
  const differentiate = gradientStep(lossOf, options);
  const update = updateStep(optimizer, options);
  return ({ params, state, slots, average }: TracedState, fed: Fed<np.Array>, controls: Arrays) => {
    const { gradients, state: moved, loss, sums } = differentiate({ params: keep(params), state }, fed);
    const updated = update({ params, state: moved, slots, average }, gradients, controls);
    return { ...updated, loss, sums };
  };
};

/** The first half of a step: the gradients of everything that is not frozen, and the moved state. Traced. */
export const gradientStep =
  (lossOf: LossOf, { frozen, share = 1, together }: StepOptions = {}) =>
  ({ params, state }: TracedVariables, { rows, shared }: Fed<np.Array>) => {
    const stateNames = Object.keys(state);
    const moving = movingParameters(params, frozen);
    const fixed = Object.fromEntries(Object.entries(params).filter(([name]) => !(name in moving)));
    const before = keep(state);
    // Arguments that no gradient is asked of; parameters in their own order again.
    const minimised = (moving: Arrays, fixed: Arrays, state: Arrays, fed: Fed<np.Array>) => {
      const all = mapped(params, (_, name) => moving[name] ?? fixed[name]);
      const [loss, told] = lossOf(all, state, fed, together);
      // One product, in place of one for each array of gradients.
      return [share === 1 ? loss : np.multiply(loss, share), told] as const;
    };
    // jax-js's types know no pair of value and auxiliary output.
    const differentiate = valueAndGrad(minimised as never, { hasAux: true }) as unknown as (
      ...args: Parameters<typeof minimised>
    ) => [ReturnType<typeof minimised>, Arrays];
    const [[loss, { sums, state: moved }], gradients] = differentiate(moving, fixed, state, { rows, shared });
    // In the order of the arguments: a program tells arrays of a tree by their place.
    const inOrder = Object.fromEntries(stateNames.map((name) => [name, moved[name] ?? before[name]]));
    for (const name of Object.keys(moved)) before[name].dispose();
    return { gradients, state: inOrder, loss, sums };
  };

/** The second half: clipping, update, moving average. Traced. */
export const updateStep =
  (optimizer: Optimizer, { clipNorm = 0, frozen, bounds = {} }: StepOptions = {}) =>
  (
    { params, state, slots, average }: TracedState,
    gradients: Arrays,
    { learningRate, averageDecay }: Arrays,
  ): TracedState => {
    const clipped = clipNorm > 0 ? clipByGlobalNorm(gradients, clipNorm) : gradients;
    const updated = optimizer.update(movingParameters(params, frozen), clipped, slots, learningRate);
    const moved = mapped(params, (param, name) => within(updated.params[name] ?? param, bounds[name]));
    if (!average) return { params: moved, state, slots: updated.slots };
    const towards = (old: Arrays, now: Arrays): Arrays =>
      mapped(old, (array, name) => {
        const value = lax.stopGradient(now[name].ref);
        return np.add(value.ref, np.multiply(np.subtract(array, value), averageDecay.ref));
      });
    const followed = { params: towards(average.params, moved), state: towards(average.state, state) };
    averageDecay.dispose();
    return { params: moved, state, slots: updated.slots, average: followed };
  };

const within = (values: np.Array, bounds?: readonly [number, number]): np.Array =>
  bounds ? np.clip(values, ...bounds) : values;
