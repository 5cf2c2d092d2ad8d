import { existsSync } from "node:fs";
import { type HeldLock, runPaths } from "../files/index.ts";
import type { Checkpoint, MetricsLine, SwagMoments, TrainState, Validation } from "../run/index.ts";
import { appendMetrics, saveCheckpoint, truncateMetrics, validationOf } from "../run/internal.ts";
import type { Sums, TrainingMeans } from "../tasks/index.ts";
import { madeAhead } from "./ahead.ts";
import { stepControls } from "./controls.ts";
import { Diverged, requireFinite } from "./diverged.ts";
import { slowTraining } from "./forecast.ts";
import { alone, type Group } from "./group/group.ts";
import { numbersOf, type StepControls } from "./step.ts";
import { createStepper } from "./stepper.ts";
import { collected, isCollecting } from "./swag.ts";
import type { Kept, Training, TrainOptions, TrainSummary } from "./training.ts";

/** With the lock of the run folder, which rank 0 holds. */
type LoopOptions = TrainOptions & { readonly held: HeldLock | undefined };

/** A run under way. */
export class Loop {
  step: number;
  readonly lastStep: number;
  readonly #training: Training;
  readonly #options: LoopOptions;
  readonly #group: Group;
  /** Whether this process writes the run folder, and tells of progress. */
  readonly #first: boolean;
  readonly #paths: ReturnType<typeof runPaths>;
  readonly #totalSteps: number;
  readonly #startedAt = performance.now();
  readonly #secondsBefore: number;
  readonly #kept: Kept;
  #current: TrainState;
  #swag: SwagMoments | undefined;
  #epochLossSum: number;
  /** What the task counts; of an epoch under way only what was counted from its start. */
  #epochSums: Record<string, number>;
  /** The step of the last checkpoint. */
  #saved: number;
  #savedAt = performance.now();
  #imagesPerSecond = 0;
  readonly #forecast: ReturnType<typeof slowTraining>;
  #validation: Validation | undefined;

  constructor(training: Training, options: LoopOptions, start: Checkpoint) {
    const { config, batches } = training;
    this.#training = training;
    this.#options = options;
    this.#group = options.group ?? alone;
    this.#first = this.#group.rank === 0;
    this.#forecast = slowTraining(options.onNotice);
    this.#paths = runPaths(options.run);
    this.#totalSteps = config.epochs * batches.stepsPerEpoch;
    this.lastStep = Math.min(this.#totalSteps, options.maxSteps ?? Number.POSITIVE_INFINITY);
    const { params, state, slots, average, swag, references, referenceTargets, progress } = start;
    this.#swag = swag;
    this.#current = average ? { params, state, slots, average } : { params, state, slots };
    this.#kept = { references, referenceTargets };
    if (this.#first) truncateMetrics(this.#paths.metrics, progress.step);
    this.step = progress.step;
    this.#saved = progress.step;
    this.#epochLossSum = progress.epochLossSum;
    this.#epochSums = { ...progress.epochSums };
    this.#secondsBefore = progress.seconds;
  }

  summary(): TrainSummary {
    return {
      run: this.#options.run,
      finished: this.step === this.#totalSteps,
      steps: this.step,
      totalSteps: this.#totalSteps,
      seconds: this.#seconds(),
      ...this.#validation,
      ...(this.#kept.references && { keptReferences: this.#kept.references.shape[0] }),
    };
  }

  async takeSteps(): Promise<void> {
    const { batches, config } = this.#training;
    const nextBatch = madeAhead(batches.at, { first: this.step, end: this.lastStep, ahead: batches.ahead });
    let next = await nextBatch();
    const example = { current: this.#current, fed: next.microBatches[0], controls: this.#controls(0) };
    const stepper = await createStepper(this.#training, config, example, this.#group);
    const { signal } = this.#options;
    try {
      let anyStopped = await this.#group.any(signal?.aborted ?? false);
      // Alone, a signal counts until the next step begins; ranks have to agree, and do so within a step.
      const isStopped = () => (this.#group.size === 1 ? signal?.aborted : anyStopped);
      while (this.step < this.lastStep && !isStopped()) {
        const startedAt = performance.now();
        const batch = next;
        const controls = this.#controls(this.step);
        const { loss, sums, any } = await stepper.step(batch.microBatches, controls, signal?.aborted);
        anyStopped = any;
        batches.stepTook(performance.now() - startedAt, this.lastStep - this.step);
        if (this.step + 1 < this.lastStep) next = await nextBatch();
        this.#moveTo(await stepper.read(), loss.data[0], controls.learningRate.data[0]);
        await this.#tell({ loss: loss.data[0], sums: numbersOf(sums), startedAt, controls });
      }
      if (this.#saved !== this.step) this.#save();
    } finally {
      await stepper.dispose();
    }
  }

  #moveTo(moved: TrainState, loss: number, learningRate: number): void {
    if (!Number.isFinite(loss)) {
      const kept = existsSync(this.#paths.checkpoint)
        ? `the checkpoint of step ${this.#saved} is kept`
        : "no checkpoint was written yet";
      throw new Diverged(
        `the loss is ${loss} at step ${this.step + 1} (epoch ${this.#epochOf(this.step)}); ${kept}; lower the learning rate (${learningRate})`,
      );
    }
    this.#current = moved;
    this.step++;
  }

  /** Logs and reports a step that was taken; ends its epoch where it was the last of it. */
  async #tell(taken: { loss: number; sums: Sums; startedAt: number; controls: StepControls }): Promise<void> {
    const { config, batches } = this.#training;
    const { task } = this.#training.method;
    const { batchSize, epochs } = config;
    const { stepsPerEpoch } = batches;
    const epoch = this.#epochOf(this.step - 1);
    const stepsDone = this.step - (epoch - 1) * stepsPerEpoch;
    this.#epochLossSum += taken.loss;
    for (const [name, sum] of Object.entries(taken.sums))
      if (stepsDone === 1 || name in this.#epochSums) this.#epochSums[name] = (this.#epochSums[name] ?? 0) + sum;
    const stepMs = performance.now() - taken.startedAt;
    this.#forecast.stepTook(stepMs, this.lastStep - this.step, config);
    const rate = (1000 * batchSize) / stepMs;
    this.#imagesPerSecond = this.#imagesPerSecond === 0 ? rate : 0.9 * this.#imagesPerSecond + 0.1 * rate;
    const learningRate = taken.controls.learningRate.data[0];
    if (this.step % config.logEvery === 0)
      this.#log({
        event: "step",
        epoch,
        learningRate,
        loss: taken.loss,
        ...task.means(taken.sums, batchSize),
      });
    const epochMeans = {
      loss: this.#epochLossSum / stepsDone,
      ...task.means(this.#epochSums, stepsDone * batchSize),
    };
    if (this.#checkpointIsDue() && stepsDone < stepsPerEpoch) this.#save();
    this.#options.onProgress?.({
      epoch,
      epochs,
      step: stepsDone,
      steps: stepsPerEpoch,
      ...epochMeans,
      imagesPerSecond: this.#imagesPerSecond,
      secondsLeft: ((this.#totalSteps - this.step) * batchSize) / this.#imagesPerSecond,
      ...this.#validation,
    });
    if (stepsDone === stepsPerEpoch) await this.#endEpoch({ epoch, learningRate, ...epochMeans });
  }

  async #endEpoch(means: Pick<MetricsLine, "epoch" | "learningRate" | "loss"> & TrainingMeans): Promise<void> {
    const { config, scores, finish } = this.#training;
    const last = this.step === this.#totalSteps;
    requireFinite(this.#current, this.step);
    const due = config.validateEvery > 0 && (means.epoch % config.validateEvery === 0 || last);
    if (scores && due) {
      const { average } = this.#current;
      const raw = await scores(this.#current, this.#kept);
      this.#validation = validationOf(raw, average && (await scores(average, this.#kept)));
    }
    const { swag } = config;
    if (swag && isCollecting(swag, this.step - 1, this.#totalSteps))
      this.#swag = collected(this.#swag, this.#current.params, swag.rank);
    this.#log({ event: "epoch", ...means, ...(due ? this.#validation : undefined) });
    this.#epochLossSum = 0;
    this.#epochSums = {};
    this.#save(last ? await finish?.(this.#current.average ?? this.#current, this.#kept) : undefined);
  }

  /** A batch is a function of its step alone, so that a run can be resumed from within an epoch. */
  #checkpointIsDue(): boolean {
    const { checkpointEvery = 5 } = this.#options;
    return checkpointEvery > 0 && performance.now() - this.#savedAt >= 60_000 * checkpointEvery;
  }

  #save(finished?: Pick<Checkpoint, "outputAnchor">): void {
    requireFinite(this.#current, this.step);
    this.#saved = this.step;
    this.#savedAt = performance.now();
    if (!this.#first) return;
    this.#options.held?.check();
    saveCheckpoint(this.#paths.checkpoint, {
      ...this.#current,
      ...this.#kept,
      ...finished,
      ...(this.#swag && { swag: this.#swag }),
      progress: {
        step: this.step,
        epochLossSum: this.#epochLossSum,
        epochSums: this.#epochSums,
        seconds: this.#seconds(),
      },
    });
  }

  #log(line: Omit<MetricsLine, "step" | "imagesPerSecond" | "seconds">): void {
    if (!this.#first) return;
    const { event, epoch, learningRate, ...others } = line;
    const facts = { step: this.step, learningRate, imagesPerSecond: this.#imagesPerSecond, seconds: this.#seconds() };
    appendMetrics(this.#paths.metrics, { epoch, ...facts, event, ...others });
  }

  #controls(step: number): StepControls {
    const { config, batches } = this.#training;
    return stepControls(config, { step, stepsPerEpoch: batches.stepsPerEpoch, totalSteps: this.#totalSteps });
  }

  /** From 1, of a step counted from 0. */
  #epochOf(step: number): number {
    return Math.floor(step / this.#training.batches.stepsPerEpoch) + 1;
  }

  /** Training time over all sessions. */
  #seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#startedAt) / 1000;
  }
}
