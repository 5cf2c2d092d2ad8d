import { existsSync } from "node:fs";
import { type DataSet, imageCount, type Listener, textsOfClasses, UserError } from "../../core/index.ts";
import { templates as usualTemplates } from "../../data/index.ts";
import type { Device } from "../../engine/index.ts";
import { runPaths } from "../../files/index.ts";
import { whileHeld, writeFileAtomic } from "../../files/internal.ts";
import type { Activation } from "../../models/index.ts";
import type { RunConfig, RunRecord } from "../../run/index.ts";
import { describeRun } from "../../run/internal.ts";
import { classification, type Scores } from "../../tasks/index.ts";
import { checkSets } from "../check-sets.ts";
import { zeroShotVariables } from "../contrastive/zero-shot-network.ts";
import { type DataForOptions, dataFor, requireShape } from "../dual-encoder/data-for.ts";
import { classesAlike, classPoints, createTextEmbedder, isDualEncoderFolder } from "../dual-encoder/index.ts";
import { loadPredictor } from "../predict.ts";
import { writeMadeRun } from "../stored-record.ts";
import { type ClassifierSource, readClassifierSource } from "./classifier-source.ts";

export interface ZeroShotRunOptions extends Pick<Listener, "signal" | "onNotice"> {
  /** The new run folder. */
  readonly out: string;
  /** Ways to name a class, with {} in the place of its name; by default those of the training, or `templates`. */
  readonly templates?: readonly string[];
  /** What classes are called in them, in their order; by default what the data set calls them in texts, else their own names. */
  readonly names?: readonly string[];
  readonly threads?: number;
  readonly device?: Device;
}

export interface ZeroShotSummary extends Partial<Scores> {
  readonly run: string;
  readonly classes: number;
  readonly templates: number;
}

/**
 * A classification run of a dual encoder and the names of a data set's classes: nothing is trained. Its network is the image tower,
 * whose classes are the directions of their texts (Radford et al., ICML 2021, section 3.1); all that takes runs takes it - judging,
 * export, fine-tuning from it by `init`, interpolation (WiSE-FT).
 * @returns with what validation says of it, where there are validation images
 * @throws UserError where the images are of another size, or there are not as many names as classes
 */
export async function zeroShotRun(
  from: string,
  source: ClassifierSource,
  config: RunConfig,
  given: DataSet,
  { out, templates = source.templates ?? usualTemplates, names, signal, onNotice, ...running }: ZeroShotRunOptions,
): Promise<ZeroShotSummary> {
  const { encoder, variables, tokenizer, normalization, references, step } = source;
  checkSets(given);
  requireShape(from, { imageSize: encoder.image.imageSize, channels: source.channels }, given);
  const { classNames } = given.train;
  if (names && names.length !== classNames.length)
    throw new UserError(
      `options.names: ${names.length} names for the ${classNames.length} classes of ${given.title}; give one for each, in the order ${classNames.slice(0, 3).join(", ")}, …`,
    );
  const called = names ?? textsOfClasses(given.train);
  const alike = classesAlike(tokenizer, encoder.text.context, called, templates);
  if (alike) onNotice?.(alike);
  const texts = createTextEmbedder(encoder, tokenizer, running);
  const points = await classPoints((prompts) => texts.embed(variables, prompts, { signal }), called, templates);
  await texts.dispose();
  const record: RunRecord = {
    ...describeRun(config, { ...given, normalization }),
    zeroShot: { from, templates, ...(names && { names }) },
  };
  await whileHeld(runPaths(out).training, `writing ${out}`, async () => {
    refuseTaken(out);
    // A downloaded CLIP brings no log, and judging reads one.
    if (!existsSync(runPaths(from).metrics)) writeFileAtomic(runPaths(out).metrics, "");
    writeMadeRun(out, from, record, {
      ...zeroShotVariables(encoder, variables, points),
      slots: {},
      references,
      progress: { step, epochLossSum: 0, epochSums: {}, seconds: 0 },
    });
  });
  const made = { run: out, classes: classNames.length, templates: templates.length };
  if (imageCount(given.validation) === 0) return made;
  const predictor = await loadPredictor(out, running);
  try {
    return { ...made, ...classification().score(await predictor.predict(given.validation)) };
  } finally {
    await predictor.dispose();
  }
}

/** @throws UserError for a folder whose files would be written over: a run's, or a CLIP's own config.json */
function refuseTaken(out: string): void {
  if (existsSync(runPaths(out).checkpoint) || isDualEncoderFolder(out))
    throw new UserError(`${out} already holds a run or a CLIP; choose another folder`);
}

/** With data, of which the training of a dual encoder says what is not given. */
export interface ZeroShotRunOfOptions extends ZeroShotRunOptions, DataForOptions {
  readonly activation?: Activation;
}

/**
 * As `zeroShotRun`, of a folder: the run of a dual encoder, or CLIP's weights; the data are loaded.
 * @throws UserError as `zeroShotRun`, `loadDataSet` and `configFromOptions` do, and where nothing says which data
 * @example
 * const { validationAccuracy } = await zeroShotRunOf("clip", { out: "runs/zero-shot", given: { "data.folder": "photos" } });
 */
export async function zeroShotRunOf(
  from: string,
  { given = {}, data, dataDir, activation, ...options }: ZeroShotRunOfOptions,
): Promise<ZeroShotSummary> {
  refuseTaken(options.out);
  const source = readClassifierSource(from, activation);
  for (const note of source.notes) options.onNotice?.(note);
  const { config: own, dataSet } = await dataFor(from, source, { given, data, dataDir, ...options });
  const { threads = own.threads, device = own.device } = options;
  return zeroShotRun(from, source, { ...own, threads, device }, dataSet, { ...options, threads, device });
}
