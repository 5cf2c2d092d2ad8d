import { existsSync } from "node:fs";
import { type DataSet, HostArray, type ImageSet, imageCount, Random, runPaths, UserError } from "../core/index.ts";
import { compile, requireDevice } from "../engine/index.ts";
import { tiedStart } from "../methods/index.ts";
import { headOnly, type Variables } from "../models/index.ts";
import { createOptimizer, learningRateAt } from "../optim/index.ts";
import { madeAhead } from "./ahead.ts";
import { trainBatches } from "./batches.ts";
import { type Checkpoint, checkVariables, loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { claimFolder } from "./claim-folder.ts";
import type { RunConfig } from "./config.ts";
import { fewSteps } from "./few-steps.ts";
import { heavyStep, slowTraining } from "./forecast.ts";
import { createForward } from "./forward.ts";
import type { Workers } from "./image-batches.ts";
import { initialWeights } from "./initial-weights.ts";
import { appendMetrics, type MetricsLine, truncateMetrics } from "./metrics-log.ts";
import { mixingPicturesOf } from "./mixing-pictures.ts";
import { buildNetwork, outputAnchorOf, predictSet } from "./predict.ts";
import { findPretraining } from "./pretraining.ts";
import { noReferences, referenceSet } from "./reference-set.ts";
import { describeRun, readRun } from "./run-record.ts";
import { accuracyOf, correctCount, Diverged, meanNll, requireFinite } from "./scores.ts";
import { movingParameters, type StepControls, type TrainState } from "./step.ts";
import { createStepper, type Stepper } from "./stepper.ts";

export interface TrainProgress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps taken in this epoch. */
  readonly step: number;
  /** Steps in an epoch. */
  readonly steps: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  readonly accuracy: number;
  readonly imagesPerSecond: number;
  /** To the end of training, validation not counted. */
  readonly secondsLeft: number;
  /** Of the last validation. */
  readonly validationAccuracy?: number;
}

export interface TrainOptions {
  /** The run folder. */
  readonly run: string;
  /** Continue what the folder holds; without it a folder that holds a run is refused. */
  readonly resume?: boolean;
  /** Resume on other data than those of the training so far: the run folder and its results say so. */
  readonly changedData?: boolean;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** One line that the user should see. */
  readonly onNotice?: (line: string) => void;
  /** Aborting it stops after the step under way and leaves a checkpoint to resume from. */
  readonly signal?: AbortSignal;
  /**
   * The training images of the run that `init` names, where references are drawn from them: what its `data` loads.
   * `findPretraining` tells.
   */
  readonly pretrainingImages?: ImageSet;
  /** Stops, resumable, once the run has taken so many steps over all epochs. */
  readonly maxSteps?: number;
  /**
   * Threads that make batches while a step runs; 0: none. The weights do not depend on it. Default `"auto"`: as many as the
   * augmentation needs, after the first steps have shown what it costs.
   */
  readonly workers?: Workers;
}

export interface TrainSummary {
  readonly run: string;
  /** Whether all epochs are done. */
  readonly finished: boolean;
  readonly steps: number;
  readonly totalSteps: number;
  /** Training time over all sessions. */
  readonly seconds: number;
  /** Of the last validated epoch of this session, in [0, 1]; of anchored runs under the first reference alone. */
  readonly validationAccuracy?: number;
  readonly validationLoss?: number;
  /** The same of the averaged weights, where they are kept. */
  readonly averageValidationAccuracy?: number;
  readonly averageValidationLoss?: number;
  /** References that an anchored run keeps: predicting asks all of them by default. */
  readonly keptReferences?: number;
}

/**
 * Trains what the config describes into a run folder. The final weights are the result: no epoch is picked by its
 * validation score.
 * @throws UserError where the folder holds a run (without `resume`) or another one (with it), options are out of range,
 * the disk is full, or the loss is not finite (the last checkpoint stays as it was).
 */
export async function train(config: RunConfig, given: DataSet, options: TrainOptions): Promise<TrainSummary> {
  const { run, resume = false, onProgress, signal, maxSteps = Number.POSITIVE_INFINITY, workers = "auto" } = options;
  const paths = runPaths(run);

  // ---- what is trained ----
  const pretraining = findPretraining(config, { run, resume });
  const alike = pretraining !== undefined && (config.normalization ?? "init") === "init";
  const normalization =
    resume && options.changedData
      ? readRun(run).data.normalization // the network knows images by it
      : typeof config.normalization === "object"
        ? config.normalization
        : alike
          ? pretraining.normalization
          : given.normalization;
  const dataSet = { ...given, normalization };
  const pictures = await mixingPicturesOf(config, dataSet.train);
  const record = describeRun(config, dataSet, { pretraining, pictures });
  const { model: whole, method } = buildNetwork(record);
  const model = config.trainable === "head" ? headOnly(whole, whole.init(new Random("shapes")).params) : whole;
  const optimizer = createOptimizer(config.optimizer);
  const { pretrainingImages, changedData, onNotice } = options;
  const referencesFrom = referenceSet(config, dataSet, { pretraining, pretrainingImages, changedData, onNotice });
  const drawReferencesAt = referencesFrom?.drawAt ?? (() => noReferences);
  const mixingSet = pictures?.images;
  const batches = trainBatches(config, dataSet, { method, model, drawReferencesAt, workers, mixingSet });
  const { stepsPerEpoch } = batches;
  const totalSteps = config.epochs * stepsPerEpoch;
  const fittedCount = Math.min(imageCount(dataSet.train), FITTED_IMAGES);

  // ---- where it starts ----
  await requireDevice(config.device);
  claimFolder(run, record, { resume, changedData, onNotice });
  let start: Checkpoint | undefined = await startingPoint();
  const { references, progress } = start;
  let current: TrainState = stateOf(start);
  start = undefined; // so that the first step lets go of the starting weights
  truncateMetrics(paths.metrics, progress.step);
  let { step, epochLossSum, epochCorrect } = progress;
  const secondsBefore = progress.seconds;
  const startedAt = performance.now();
  const seconds = () => secondsBefore + (performance.now() - startedAt) / 1000;
  const save = (outputAnchor?: HostArray) => {
    requireFinite(current, step);
    saveCheckpoint(paths.checkpoint, {
      ...current,
      references,
      outputAnchor,
      progress: { step, epochLossSum, epochCorrect, seconds: seconds() },
    });
  };

  const lastStep = Math.min(totalSteps, maxSteps);
  const summary = (validation?: Validation): TrainSummary => ({
    run,
    finished: step === totalSteps,
    steps: step,
    totalSteps,
    seconds: seconds(),
    ...validation,
    ...(references && { keptReferences: references.shape[0] }),
  });
  if (step >= lastStep) return summary();

  // ---- what to expect ----
  const { channels, height, width } = dataSet.train;
  const inputs = [config.batchSize, method.inputChannels(channels), height, width];
  for (const line of [
    step === 0 ? fewSteps(config, imageCount(dataSet.train)) : undefined,
    await heavyStep(config, model, current, inputs),
  ])
    if (line) options.onNotice?.(line);
  const forecast = slowTraining(options.onNotice);

  // ---- compile ----
  const forward =
    imageCount(dataSet.validation) > 0 && (config.validateEvery > 0 || method.output.reading?.anchor)
      ? createForward(record, { model: whole, method })
      : undefined;
  let stepper: Stepper | undefined;

  try {
    const nextBatch = madeAhead(batches.at, { first: step, end: lastStep, ahead: batches.ahead });
    let next = await nextBatch();
    stepper = await createStepper({ model, method, optimizer }, config, {
      current,
      fed: next.microBatches[0],
      controls: controlsAt(0),
    });
    let validation: Validation | undefined;
    let imagesPerSecond = 0;
    let saved = step;

    // ---- steps ----
    while (step < lastStep && !signal?.aborted) {
      const stepStartedAt = performance.now();
      const epoch = Math.floor(step / stepsPerEpoch);
      const controls = controlsAt(step);
      const learningRate = controls.learningRate.data[0];
      const { labels } = next;
      const { loss, logits, ...moved } = await stepper.step(current, next.microBatches, controls);
      batches.stepTook(performance.now() - stepStartedAt, lastStep - step);
      if (step + 1 < lastStep) next = await nextBatch();

      const stepLoss = loss.data[0];
      if (!Number.isFinite(stepLoss))
        throw new Diverged(
          `the loss is ${stepLoss} at step ${step + 1} (epoch ${epoch + 1}); ${
            existsSync(paths.checkpoint) ? `the checkpoint of step ${saved} is kept` : "no checkpoint was written yet"
          }; lower the learning rate (${learningRate})`,
        );
      current = moved;
      step++;
      const stepsDone = step - epoch * stepsPerEpoch;
      const stepCorrect = correctCount(logits, labels);
      epochLossSum += stepLoss;
      epochCorrect += stepCorrect;

      const stepMs = performance.now() - stepStartedAt;
      forecast.stepTook(stepMs, lastStep - step, config);
      const rate = (1000 * config.batchSize) / stepMs;
      imagesPerSecond = imagesPerSecond === 0 ? rate : 0.9 * imagesPerSecond + 0.1 * rate;
      const log = (line: Pick<MetricsLine, "event" | "loss" | "accuracy"> & Partial<Validation>) =>
        appendMetrics(paths.metrics, {
          epoch: epoch + 1,
          step,
          learningRate,
          imagesPerSecond,
          seconds: seconds(),
          ...line,
        });
      if (step % config.logEvery === 0)
        log({ event: "step", loss: stepLoss, accuracy: stepCorrect / config.batchSize });
      const epochMeans = {
        loss: epochLossSum / stepsDone,
        accuracy: epochCorrect / (stepsDone * config.batchSize),
      };
      onProgress?.({
        epoch: epoch + 1,
        epochs: config.epochs,
        step: stepsDone,
        steps: stepsPerEpoch,
        ...epochMeans,
        imagesPerSecond,
        secondsLeft: ((totalSteps - step) * config.batchSize) / imagesPerSecond,
        validationAccuracy: validation?.validationAccuracy,
      });

      // ---- end of an epoch ----
      if (stepsDone === stepsPerEpoch) {
        requireFinite(current, step);
        const due = config.validateEvery > 0 && ((epoch + 1) % config.validateEvery === 0 || step === totalSteps);
        if (forward && due) validation = await validate();
        log({ event: "epoch", ...epochMeans, ...(due ? validation : undefined) });
        epochLossSum = 0;
        epochCorrect = 0;
        save(step === totalSteps ? await lastAnchor() : undefined);
        saved = step;
      }
    }
    if (saved !== step) save();
    return summary(validation);
  } finally {
    await batches.close();
    await stepper?.dispose();
    await forward?.dispose();
  }

  function controlsAt(step: number): StepControls {
    const learningRate = HostArray.scalar(learningRateAt(config.schedule, { step, stepsPerEpoch, totalSteps }));
    // The first weights of a run are far from any average worth keeping.
    const averageDecay = HostArray.scalar(Math.min(config.averageDecay, (1 + step) / (10 + step)));
    return config.averageDecay > 0 ? { learningRate, averageDecay } : { learningRate };
  }

  async function startingPoint(): Promise<Checkpoint> {
    const initial = model.init(new Random("init", config.seed));
    if (existsSync(paths.checkpoint)) {
      const stored = loadCheckpoint(paths.checkpoint);
      checkVariables(paths.checkpoint, stored, model, initial);
      return stored;
    }
    const tied = tiesStart();
    const { params, state } = config.init
      ? startFrom(config.init, initial)
      : tied
        ? tiedFresh(initial)
        : await fitted(initial);
    return {
      params,
      state,
      slots: optimizer.init(movingParameters(params, model.frozen)),
      average: config.averageDecay > 0 ? { params, state } : undefined,
      references: referencesFrom?.kept(),
      progress: { step: 0, epochLossSum: 0, epochCorrect: 0, seconds: 0 },
    };
  }

  function tiesStart(): boolean {
    if (config.method.name !== "anchored" || !config.method.tiedStart) return false;
    // Behind a first layer that is always frozen, the next one tells references apart.
    const learns = model.forTuples ? config.trainable === "all" : !model.frozen?.includes(model.stemWeight);
    if (!learns)
      throw new UserError(
        `--tied-start: the first layer of ${model.name} is not trained, so that it could never tell references apart; leave it out`,
      );
    return true;
  }

  /** Where more than the first layer depends on the input channels: a network for images, rebuilt for tuples. */
  function tiedFresh(initial: Variables): Variables {
    if (!model.forTuples) return { ...initial, params: tiedStart(initial.params, model.stemWeight) };
    const { model: plain } = buildNetwork({ ...record, config: { ...config, method: { name: "standard" } } });
    const { params, state } = plain.init(new Random("init", config.seed));
    const { images } = batches.plain(fittedCount);
    return { params: model.forTuples(plain.fitToInputs?.(params, images) ?? params) ?? params, state };
  }

  /** A first layer that is set by statistics of its inputs sees those of the first batches, as they are fed. */
  async function fitted({ params, state }: Variables): Promise<Variables> {
    if (!model.fitToInputs) return { params, state };
    const fed = batches.plain(fittedCount);
    const program = await compile(method.input, [fed], config);
    try {
      return { params: model.fitToInputs(params, await program.run([fed])), state };
    } finally {
      await program.dispose();
    }
  }

  function startFrom(path: string, fresh: Variables): Variables {
    const { notes, ...variables } = initialWeights(path, model, fresh, dataSet.train.classNames);
    for (const note of notes) options.onNotice?.(note);
    if (alike) options.onNotice?.(`images and references are normalised as in ${path}`);
    return variables;
  }

  /** What predicting with `variables` takes. */
  function means({ params, state }: Variables) {
    return { forward: forward!, record, method, variables: { params, state }, references };
  }

  async function lastAnchor(): Promise<HostArray | undefined> {
    return forward && outputAnchorOf(means(current.average ?? current), dataSet.validation);
  }

  async function validate(): Promise<Validation> {
    const predicted = (variables: Variables) =>
      predictSet(means(variables), dataSet.validation, { protocol: "single" });
    const predictions = await predicted(current);
    const averaged = current.average && (await predicted(current.average));
    return {
      validationAccuracy: accuracyOf(predictions),
      validationLoss: meanNll(predictions),
      ...(averaged && { averageValidationAccuracy: accuracyOf(averaged), averageValidationLoss: meanNll(averaged) }),
    };
  }
}

interface Validation {
  readonly validationAccuracy: number;
  readonly validationLoss: number;
  /** Of the averaged weights, where they are kept. */
  readonly averageValidationAccuracy?: number;
  readonly averageValidationLoss?: number;
}

/** Images that a first layer is fitted to, where it is: enough for its patches' covariance. */
const FITTED_IMAGES = 5000;

const stateOf = ({ params, state, slots, average }: Checkpoint): TrainState =>
  average ? { params, state, slots, average } : { params, state, slots };
