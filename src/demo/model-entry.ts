import { existsSync } from "node:fs";
import { basename } from "node:path";
import {
  type DataSet,
  type HostArray,
  type ImageSet,
  type Normalization,
  percentiles,
  Random,
  subset,
} from "../core/index.ts";
import { ArraySpec, compile } from "../engine/index.ts";
import { runPaths } from "../files/index.ts";
import { classifierOf } from "../models/internal.ts";
import { type RunRecord, readResults } from "../run/index.ts";
import { createPredictor, loadRun } from "../train/index.ts";
import { buildNetwork, keptReferences } from "../train/internal.ts";
import type { ModelEntry, Teaching } from "../web/manifest.ts";
import { evenRows } from "./choose-images.ts";
import { doubtAndSpread } from "./doubt-and-spread.ts";
import { ImageProgram } from "./image-program.ts";
import { type PageVerdict, pageVerdict } from "./page-verdict.ts";
import { predictionFunction } from "./prediction-graph.ts";
import { float32Bytes, type Site } from "./site.ts";
import { namedShapes, teachingStep } from "./teaching-step.ts";

/** Training images that a taught classifier keeps seeing, and validation images that it is tried on: at most so many. */
const REMEMBERED = 192;
const TRIED = 192;

export interface EntryOptions {
  readonly dataSet: DataSet;
  readonly samples: ImageSet;
  readonly site: Site;
  /** Of a batch of the teaching step. */
  readonly batchSize: number;
  /** References that the page uses; all that the run keeps where absent. */
  readonly k?: number;
  readonly threads?: number;
  /** How many training pictures the page keeps for the nearest. */
  readonly nearest: number;
  readonly onNotice?: (text: string) => void;
}

/**
 * Writes a run's files for the page and says what they are, and what its verdict is.
 * @throws UserError where the run is missing or damaged.
 */
export async function modelEntry(
  run: string,
  title: string,
  options: EntryOptions,
): Promise<{ readonly entry: ModelEntry; readonly verdict?: PageVerdict }> {
  const { dataSet, samples, site, k, threads } = options;
  const loaded = loadRun(run);
  const { record, variables, references: kept } = loaded;
  const network = buildNetwork(record);
  const references = keptReferences({ method: network.method, references: kept }, "k", k);
  const name = basename(title)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  const { channels, height, width, normalization, classNames } = record.data;

  const single = new ArraySpec([1, channels, height, width]);
  const verdict = await pageVerdict(loaded, options);
  const program = await compile(predictionFunction(record, variables, references, verdict?.made), [single], {
    threads,
  });
  const graph = site.add(`${name}.onnx`, program.toOnnx());
  await program.dispose();

  // By the way of `anchored predict`: what the page is held to.
  const predictor = await createPredictor(record, variables, kept, { threads });
  const expected = (await predictor.predict(samples, { k })).logits;
  await predictor.dispose();

  const images = await ImageProgram.compile(record, variables, references, threads);
  try {
    const validation = subset(
      dataSet.validation,
      evenRows(dataSet.validation, TRIED, new Random("demo validation", record.config.seed)),
    );
    const tried = await images.run(validation);
    const clean = tried.logits.map((logits) => doubtAndSpread(logits, images.references));
    const remembered = subset(
      dataSet.train,
      evenRows(dataSet.train, REMEMBERED, new Random("demo training", record.config.seed)),
    );
    const seen = await images.run(remembered);
    const { weight, bias } = classifierOf(network.model, variables.params);
    const [classes, features] = weight.shape;
    const teaching: Teaching = {
      features,
      ...(await writeStep(site, name, { ...options, features, classes: classNames.length + 1 })),
      weights: site.add(
        `${name}-classifier.bin`,
        float32Bytes(
          weight.data,
          bias?.data ?? new Float32Array(classes),
          ...underOneReference(seen.features, images.references),
          ...underOneReference(tried.features, images.references),
        ),
      ),
      trainLabels: [...remembered.labels],
      validationLabels: [...validation.labels],
    };
    const entry: ModelEntry = {
      title,
      description: inWords(run, record, images.references),
      anchored: references !== undefined,
      graph,
      references: images.references,
      ...(references && {
        referenceImages: site.add(`${name}-references.bin`, imageBytes(references, normalization)),
        spreadPercentiles: percentiles(clean.map(({ spread }) => spread)),
      }),
      doubtPercentiles: percentiles(clean.map(({ doubt }) => doubt)),
      expected: [...expected].map((logit) => Number(logit.toPrecision(7))),
      teaching,
      ...(verdict && { verdict: verdict.entry }),
    };
    return { entry, verdict };
  } finally {
    await images.dispose();
  }
}

/** The features of each image under one of its references, each in turn: a classifier is trained on one a row, as ever. */
const underOneReference = (features: readonly Float32Array[], references: number): Float32Array[] =>
  features.map((own, i) => {
    const size = own.length / references;
    const r = i % references;
    return own.subarray(r * size, (r + 1) * size);
  });

async function writeStep(
  site: Site,
  name: string,
  sizes: { batchSize: number; features: number; classes: number },
): Promise<Pick<Teaching, "step" | "inputs" | "outputs">> {
  const { step, example } = teachingStep(sizes);
  const program = await compile(step, [...example], { threads: 1 });
  const result = await program.run([...example]);
  await program.dispose();
  return {
    step: site.add(`${name}-step.onnx`, program.toOnnx()),
    inputs: namedShapes(example),
    outputs: namedShapes(result),
  };
}

/** Normalised [R, C, H, W] → bytes [R, H, W, C]. */
function imageBytes({ shape, data }: HostArray, { mean, std }: Normalization): Uint8Array {
  const [count] = shape;
  const [channels, height, width] = shape.slice(-3);
  const pixels = height * width;
  const bytes = new Uint8Array(count * pixels * channels);
  for (let r = 0, at = 0; r < count; r++)
    for (let p = 0; p < pixels; p++)
      for (let c = 0; c < channels; c++, at++)
        bytes[at] = Math.round(255 * ((data as Float32Array)[(r * channels + c) * pixels + p] * std[c] + mean[c]));
  return bytes;
}

/** e.g. `resnet20, trained on 3,000 pictures; 62 % right on new ones; 10 references`. */
function inWords(run: string, { config, data }: RunRecord, references: number): string {
  const judged = existsSync(runPaths(run).results)
    ? readResults(run).sets.find(({ role }) => role === "test")?.metrics.accuracy
    : undefined;
  return [
    `${config.model}, trained on ${data.trainImages.toLocaleString("en")} pictures`,
    judged === undefined ? "" : `${Math.round(100 * judged)}\u00a0% right on new ones`,
    references > 1 ? `${references} references` : "",
  ]
    .filter(Boolean)
    .join("; ");
}
