import { HostArray, UserError } from "../../core/index.ts";
import { ArraySpec, exportOnnx } from "../../engine/index.ts";
import type { LoadedRegression, RegressionRecord } from "../../train/index.ts";
import { buildRegression, firstReferences, fourierDirections } from "../../train/internal.ts";
import { cardToMetadata, REGRESSION_FORMAT } from "../card.ts";
import { isLarge, pixelMap, requireFinite } from "../stored-arrays.ts";
import type { IntervalCard, RegressionCard } from "./card.ts";
import { type RegressorInputs, type RegressorOptions, regressor } from "./regressor.ts";

export interface RegressionFileOptions {
  /** References of anchored runs; all that the run keeps where absent. */
  readonly k?: number;
  /** `float16` stores weights and references in half the bytes; computed is in float32 all the same. Default `float32`. */
  readonly precision?: "float32" | "float16";
  /** Default: the average where the run keeps one. */
  readonly weights?: "raw" | "average";
  /** Of a run whose answers are over draws of dropout: the network without dropout, which gives no deviation. */
  readonly withoutDraws?: boolean;
}

/**
 * What was loaded as an ONNX file, with conformal intervals of given margins; nothing is calibrated.
 * @throws UserError as `exportRegression`
 */
export async function regressionFile(
  loaded: LoadedRegression,
  { k, precision = "float32", withoutDraws, conformal }: RegressionFileOptions & { readonly conformal?: IntervalCard },
): Promise<Uint8Array> {
  const { record, variables } = loaded;
  const { task } = record.config;
  if (task.dropoutDraws > 0 && !withoutDraws)
    throw new UserError(
      `the run's answers are over ${task.dropoutDraws} draws of dropout, and a file draws none; export its network without dropout, and without a standard deviation, by options.withoutDraws`,
    );
  requireFinite(variables);
  const { model, method } = buildRegression(record);
  if (k !== undefined && !method.anchored)
    throw new UserError(`--k ${k}: the run is ${method.name}, which has no references; leave it out`);
  const references = method.anchored ? firstReferences(loaded.references, k) : undefined;
  const count = references?.shape[0] ?? 0;
  const { mean, standardDeviation } = record.data.targets;
  const D = mean.length;
  const stored = {
    ...inputArrays(record),
    ...(references && { references }),
    target_mean: HostArray.float32([D], mean),
    target_deviation: HostArray.float32([D], standardDeviation),
    ...(conformal && { conformal_margins: HostArray.float32([D], conformal.margins) }),
    ...variables,
  };
  const { inputs } = record.data;
  const example = (batch: number) =>
    inputs.kind === "images"
      ? { images: new ArraySpec([batch, inputs.height, inputs.width, inputs.channels]), ...stored }
      : { numbers: new ArraySpec([batch, inputs.names.length]), ...stored };
  const options: RegressorOptions = { model, method, conformal: asPair(conformal, task) };
  return exportOnnx(regressor(options), example, {
    bytes: inputs.kind === "images" ? ["images"] : [],
    float16: precision === "float16" ? mayBeHalved : undefined,
    metadata: cardToMetadata(cardOf(loaded, { precision, conformal, references: count })),
  });

  function cardOf(
    { weights }: LoadedRegression,
    chosen: Pick<RegressionCard, "precision" | "references" | "conformal">,
  ): RegressionCard {
    const { config, data } = record;
    return {
      format: REGRESSION_FORMAT,
      name: `${config.model} ${config.method.name} on ${data.title}`,
      inputs: describedInputs(record),
      targets: { names: [...data.targets.names], mean: [...mean], standardDeviation: [...standardDeviation] },
      loss: task.loss,
      ...(task.loss === "quantile" && { levels: [...task.levels] }),
      standardDeviation: count >= 2 || task.loss === "gaussian",
      ...chosen,
      model: config.model,
      method: config.method.name,
      weights,
      data: data.title,
      trainExamples: data.trainExamples,
      parameters: Object.values(variables.params).reduce((sum, array) => sum + array.data.length, 0),
    };
  }
}

/** What inputs are standardised by, and the directions of Fourier features. */
function inputArrays({
  config,
  data: { inputs },
}: RegressionRecord): Partial<Record<keyof RegressorInputs, HostArray>> {
  if (inputs.kind === "images") return pixelMap(inputs.normalization);
  const { names, mean, standardDeviation } = inputs;
  const F = names.length;
  const { fourier } = config.task;
  return {
    input_mean: HostArray.float32([F], mean),
    input_mean_rest: HostArray.float32(
      [F],
      mean.map((value) => value - Math.fround(value)),
    ),
    input_deviation: HostArray.float32([F], standardDeviation),
    ...(fourier && {
      fourier_directions: HostArray.float32([fourier.features, F], fourierDirections(F, fourier, config.seed)),
    }),
  };
}

function describedInputs({ config, data: { inputs } }: RegressionRecord): RegressionCard["inputs"] {
  if (inputs.kind === "images") {
    const { height, width, channels, normalization } = inputs;
    const { mean, std } = normalization;
    return { kind: "images", height, width, channels, normalization: { mean: [...mean], std: [...std] } };
  }
  const { names, mean, standardDeviation } = inputs;
  const { categorical = [] } = config.data as { readonly categorical?: readonly string[] };
  return {
    kind: "numbers",
    names: [...names],
    mean: [...mean],
    standardDeviation: [...standardDeviation],
    categorical: [...categorical],
  };
}

function asPair(
  conformal: IntervalCard | undefined,
  { levels }: { readonly levels: readonly number[] },
): RegressorOptions["conformal"] {
  if (!conformal) return undefined;
  if (conformal.method !== "cqr") return { method: conformal.method };
  const [low, high] = conformal.levels!.map((level) => levels.indexOf(level));
  return { method: "cqr", pair: [low, high] };
}

/** Directions turn by many periods: rounded, they would be others. */
const mayBeHalved = (name: string, array: HostArray): boolean => name !== "fourier_directions" && isLarge(name, array);
