/** Where in a run a step is. */
export interface Clock {
  /** Steps already taken, over all epochs: 0 for the first. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
}

export interface ConstantSchedule {
  readonly name: "constant";
  readonly learningRate: number;
}

export interface MultistepSchedule {
  readonly name: "multistep";
  readonly learningRate: number;
  /** Epochs at whose start the rate is multiplied by `factor`. */
  readonly milestones: readonly number[];
  readonly factor: number;
  /** Epochs of linear rise; milestones are counted from the first epoch, not from its end. */
  readonly warmupEpochs: number;
}

export interface OneCycleSchedule {
  readonly name: "one-cycle";
  readonly peak: number;
  /** Share of all steps that lead up to the peak. */
  readonly warmup: number;
  /** The first rate is peak / startDivisor. */
  readonly startDivisor: number;
  /** The last rate is peak / startDivisor / endDivisor. */
  readonly endDivisor: number;
  readonly anneal: "cosine" | "linear";
}

export interface CosineSchedule {
  readonly name: "cosine";
  readonly learningRate: number;
  /** The rate that the curve ends toward. */
  readonly minimum: number;
  /** Epochs of linear rise before the curve starts. */
  readonly warmupEpochs: number;
}

export type Schedule = ConstantSchedule | MultistepSchedule | OneCycleSchedule | CosineSchedule;

const anneals = {
  cosine: (from: number, to: number, share: number) => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share)),
  linear: (from: number, to: number, share: number) => from + (to - from) * share,
};

/** The share of the rate that a linear rise over the first epochs has come to. */
const risen = (epochs: number, { step, stepsPerEpoch }: Clock): number =>
  Math.min(1, (step + 1) / (epochs * stepsPerEpoch + 1));

/**
 * Every schedule by name: its options and the clock → learning rate.
 * @example
 * schedules.constant({ name: "constant", learningRate: 0.1 }, { step: 0, stepsPerEpoch: 100, totalSteps: 1000 });
 */
export const schedules: { [S in Schedule as S["name"]]: (schedule: S, clock: Clock) => number } = {
  constant: ({ learningRate }) => learningRate,

  /** PyTorch's `MultiStepLR`, milestones in epochs, times a linear rise. */
  multistep: ({ learningRate, milestones, factor, warmupEpochs }, clock) => {
    const passed = milestones.filter((epoch) => clock.step >= epoch * clock.stepsPerEpoch).length;
    return learningRate * risen(warmupEpochs, clock) * factor ** passed;
  },

  /** PyTorch's `OneCycleLR` (Smith and Topin 2018), without its cycling of the momentum. */
  "one-cycle": ({ peak, warmup, startDivisor, endDivisor, anneal }, { step, totalSteps }) => {
    const first = peak / startDivisor;
    const last = first / endDivisor;
    const top = warmup * totalSteps - 1;
    if (step < top) return anneals[anneal](first, peak, step / top);
    const down = totalSteps - 1 - top;
    return anneals[anneal](peak, last, down > 0 ? Math.min(1, (step - top) / down) : 0);
  },

  /** PyTorch's `CosineAnnealingLR` stepped once a step, after a linear rise. */
  cosine: ({ learningRate, minimum, warmupEpochs }, clock) => {
    const { step, stepsPerEpoch, totalSteps } = clock;
    const warmupSteps = warmupEpochs * stepsPerEpoch;
    if (step < warmupSteps) return learningRate * risen(warmupEpochs, clock);
    return anneals.cosine(learningRate, minimum, (step - warmupSteps) / (totalSteps - warmupSteps));
  },
};

/**
 * The learning rate of the step that the clock stands at.
 * @example
 * const clock = { step: 0, stepsPerEpoch: 100, totalSteps: 1000 };
 * learningRateAt({ name: "constant", learningRate: 0.1 }, clock); // 0.1
 */
export const learningRateAt = (schedule: Schedule, clock: Clock): number =>
  (schedules[schedule.name] as (schedule: Schedule, clock: Clock) => number)(schedule, clock);
