import { type DataSet, type ImageSet, imageCount, type Listener, textsOfClasses } from "../../core/index.ts";
import { type TextTokenizer, textTokenizer, templates as usualTemplates } from "../../data/index.ts";
import { runPaths } from "../../files/index.ts";
import { sha256, writeFileAtomic } from "../../files/internal.ts";
import type { Variables } from "../../models/index.ts";
import { createOptimizer } from "../../optim/index.ts";
import type { ContrastiveOptions } from "../../tasks/index.ts";
import { checkSets } from "../check-sets.ts";
import { claimFolder } from "../claim-folder.ts";
import { classPoints, createTextEmbedder } from "../dual-encoder/index.ts";
import {
  readTokenizer,
  type StoredTokenizer,
  type TokenizerFiles,
  writeTokenizer,
} from "../dual-encoder/stored-tokenizer.ts";
import { createForward } from "../forward.ts";
import { alone } from "../group/group.ts";
import { together } from "../group/together.ts";
import { predictSet } from "../predict-set.ts";
import { noReferences, referenceSet } from "../reference-set.ts";
import { requireBatchNorm } from "../require-batch-norm.ts";
import { runTraining } from "../run-training.ts";
import { startingPoint } from "../starting-point.ts";
import type { Kept, Training, TrainOptions, TrainSummary } from "../training.ts";
import { dualLossOf } from "./dual-loss.ts";
import { pairBatches } from "./pair-batches.ts";
import { cutInWords, tokenizerFor } from "./pair-texts.ts";
import { type Pairs, pairsOf } from "./pairs.ts";
import {
  buildDualEncoder,
  type ContrastiveRecord,
  type DualNetwork,
  describeContrastive,
  type PairFacts,
  readContrastiveRun,
} from "./record.ts";
import { readRetrieved } from "./retrieved-anchors.ts";
import { readStart, startingVariables } from "./start.ts";
import { zeroShotNetwork, zeroShotVariables } from "./zero-shot-network.ts";

type ContrastiveConfig = ContrastiveRecord["config"];

export interface ContrastiveTrainOptions extends TrainOptions {
  /** Of retrieved anchors: images with captions, which `task.pool` names. */
  readonly pool?: ImageSet;
  /** Of embedding images, before training. */
  readonly onReading?: Listener["onProgress"];
}

/**
 * Trains a dual encoder, as the config describes it, on images and what is said of them, into a run folder. Validation is zero-shot:
 * by the names of the classes.
 * @throws UserError as `runTraining`, and for options out of range
 * @example
 * const data = { name: "emoji", seed: 0 };
 * const config = resolveConfig({ data, task: { name: "contrastive", texts: "classes" }, epochs: 5 });
 * await trainContrastive(config as ContrastiveRecord["config"], await loadDataSet(data), { run: "runs/pairs" });
 */
export const trainContrastive = async (
  config: ContrastiveConfig,
  dataSet: DataSet,
  options: ContrastiveTrainOptions,
): Promise<TrainSummary> =>
  runTraining(
    await together(options.group ?? alone, async () => contrastiveTraining(config, dataSet, options)),
    options,
  );

async function contrastiveTraining(
  config: ContrastiveConfig,
  given: DataSet,
  options: ContrastiveTrainOptions,
): Promise<Training> {
  checkSets(given);
  const { run, resume = false, workers = "auto", changedData, onNotice, group = alone, pool } = options;
  const start = config.init !== undefined && !resume ? readStart(config.init) : undefined;
  const normalization = resume
    ? readContrastiveRun(run).data.normalization
    : normalizationOf(config, start ?? given, given);
  const dataSet = { ...given, normalization };
  const { train, validation } = dataSet;
  const network = buildDualEncoder({ config, data: { ...train, name: dataSet.name } });
  const { encoder, method } = network;
  const { model } = encoder.image;
  const found = resume && isSearched(config) ? readRetrieved(run) : undefined;
  const { onReading: onProgress, signal } = options;
  const pairs = await pairsOf(config, dataSet, { pool, found, onNotice, onProgress, signal });
  const files: StoredTokenizer =
    start ?? (resume ? readTokenizer(run) : freshTokenizer(pairs, dataSet, config.task, network));
  const { tokenizer } = files;
  requireBatchNorm(config, model);
  const cut = cutInWords(textsIn(pairs), tokenizer, encoder.text.context);
  if (cut) onNotice?.(cut);
  const record = describeContrastive(config, dataSet, factsOf(pairs, files), group.size);
  const optimizer = createOptimizer(config.optimizer, encoder);
  const referencesFrom = referenceSet(config, dataSet, { changedData, onNotice });
  const drawReferencesAt = referencesFrom?.drawAt ?? (() => noReferences);
  const parts = { method, network: encoder, drawReferencesAt, workers, group };
  const batches = pairBatches(config, dataSet, { ...parts, pairs, tokenizer, context: encoder.text.context });
  const validator =
    imageCount(validation) > 0 && config.validateEvery > 0
      ? zeroShotValidator(record, network, tokenizer, dataSet)
      : undefined;
  return {
    config,
    network: encoder,
    model,
    method,
    lossOf: dualLossOf(encoder, method, config),
    // What a pair is told apart from are the pairs of all.
    meetsRanks: true,
    optimizer,
    batches,
    identity: record,
    claim() {
      claimFolder(run, record, { resume, changedData, onNotice }, readContrastiveRun);
      // What a training that failed as it began has left there is of other texts, perhaps.
      if (resume) return;
      writeTokenizer(run, files);
      if (pairs.retrieved?.json) writeFileAtomic(runPaths(run).retrieved, pairs.retrieved.json);
    },
    start: () =>
      startingPoint({
        run,
        config,
        network: encoder,
        model,
        method,
        optimizer,
        batches,
        withoutReferences: () =>
          buildDualEncoder({ ...record, config: { ...config, method: { name: "standard" } } }).encoder.image.model,
        kept: () => ({ references: referencesFrom?.kept() }),
        initial(path, fresh) {
          const source = start ?? readStart(path);
          for (const note of source.notes) onNotice?.(note);
          return startingVariables(path, encoder, source, fresh);
        },
      }),
    scores: validator?.scores,
    dispose: async () => validator?.dispose(),
  };
}

const normalizationOf = (
  { normalization = "init" }: ContrastiveConfig,
  init: Pick<DataSet, "normalization">,
  data: Pick<DataSet, "normalization">,
): DataSet["normalization"] =>
  typeof normalization === "object" ? normalization : (normalization === "init" ? init : data).normalization;

/** Whether pairs of a pool are sought by the start's weights. */
const isSearched = ({ task }: ContrastiveConfig): boolean => task.retrievedWeight > 0 && task.retrieval === "nearest";

const textsIn = ({ texts, captions }: Pairs): string[] => [...texts.all, ...(captions?.all ?? [])];

function factsOf(pairs: Pairs, { json, config = "" }: TokenizerFiles): PairFacts {
  const { texts, captions, retrieved } = pairs;
  return {
    texts: {
      count: new Set(textsIn(pairs)).size,
      sha256: sha256(JSON.stringify([texts.all, texts.of, ...(captions ? [captions.all, captions.of] : [])])),
      tokenizer: sha256(json + config),
    },
    ...(retrieved && { retrieved: retrieved.facts }),
  };
}

function freshTokenizer(
  pairs: Pairs,
  { train }: Pick<DataSet, "train">,
  options: ContrastiveOptions,
  { encoder }: DualNetwork,
): StoredTokenizer {
  const made = tokenizerFor(textsIn(pairs), train, options, encoder.text.vocabulary);
  return { json: `${JSON.stringify(made)}\n`, tokenizer: textTokenizer("tokenizer.json", made) };
}

/** Scores weights by the classifier that they make of the classes' names. */
function zeroShotValidator(
  record: ContrastiveRecord,
  { encoder }: DualNetwork,
  tokenizer: TextTokenizer,
  { train, validation }: Pick<DataSet, "train" | "validation">,
) {
  const { config } = record;
  const { templates = usualTemplates } = config.task;
  const called = textsOfClasses(train);
  const classifier = zeroShotNetwork(encoder, config, called.length);
  const forward = createForward(record, classifier);
  const texts = createTextEmbedder(encoder, tokenizer, config);
  return {
    async scores(weights: Variables, { references }: Kept) {
      const points = await classPoints((prompts) => texts.embed(weights, prompts), called, templates);
      const variables = zeroShotVariables(encoder, weights, points);
      const { method } = classifier;
      const predictions = await predictSet({ forward, record, method, variables, references }, validation, {
        protocol: "single",
      });
      return method.task.score(predictions);
    },
    async dispose() {
      await forward.dispose();
      await texts.dispose();
    },
  };
}
