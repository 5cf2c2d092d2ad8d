import { HostArray, UserError } from "../core/index.ts";
import { ArraySpec, exportOnnx } from "../engine/index.ts";
import { verdictArrays } from "../judge/internal.ts";
import type { LoadedRun, PredictorOptions } from "../train/index.ts";
import { buildNetwork, keptReferences } from "../train/internal.ts";
import { cardToMetadata, FORMAT, type ModelCard } from "./card.ts";
import { classifier } from "./classifier.ts";
import type { SettledVerdict } from "./settled-verdict.ts";
import { isLarge, pixelMap, requireFinite } from "./stored-arrays.ts";

export interface ExportOptions {
  /** `single`: the first kept reference; `k`: K of them. Default `k`. Methods without references have only one way. */
  readonly protocol?: "single" | "k";
  /** References of `k`; default all that the run keeps. */
  readonly k?: number;
  /** Divides the logits before the softmax; default 1. */
  readonly temperature?: number;
  /** [101] percentiles of `score` on validation images, so that an answer can be told where it stands among them. */
  readonly scorePercentiles?: readonly number[];
  /** `float16` stores weights and references in half the bytes; computed is in float32 all the same. Default `float32`. */
  readonly precision?: "float32" | "float16";
  /** Default: the average where the run keeps one. */
  readonly weights?: PredictorOptions["weights"];
}

/** All that is settled before a file is made. */
export interface SettledExport extends ExportOptions {
  /** What tells known from foreign images. */
  readonly settled?: SettledVerdict;
}

/** As `exportRun`, from what was loaded; nothing is fitted. @throws UserError as `exportRun` */
export async function exportClassifier(loaded: LoadedRun, options: SettledExport = {}): Promise<Uint8Array> {
  const { record, variables, outputAnchor } = loaded;
  const { protocol = "k", temperature = 1, precision = "float32", scorePercentiles, settled } = options;
  if (!(temperature > 0 && Number.isFinite(temperature)))
    throw new UserError(`temperature ${temperature}: must be a number above 0`);
  requireFinite(variables);
  const network = buildNetwork(record);
  const references = referencesOf(loaded, options);
  const count = references?.shape[0] ?? 0;
  const { reading } = network.method.task.output;
  if (reading?.anchor && !outputAnchor)
    throw new UserError(
      `${network.method.name}: the run keeps no anchor of these weights, which its outputs are read relative to; finish its training, with validation images`,
    );
  const { height, width, channels, normalization } = record.data;
  const example = (batch: number) => ({
    images: new ArraySpec([batch, height, width, channels]),
    ...pixelMap(normalization),
    temperature: HostArray.scalar(temperature),
    ...(references && { references }),
    ...(reading?.anchor && { output_anchor: outputAnchor! }),
    ...(settled && { verdict: verdictArrays(settled.fitted, settled.nearest) }),
    ...variables,
  });
  const verdict = settled && { parts: settled.fitted.parts, nearest: settled.nearest !== undefined };
  return exportOnnx(classifier({ ...network, verdict }), example, {
    bytes: ["images"],
    names: { label: record.data.classNames },
    float16: precision === "float16" ? isLarge : undefined,
    metadata: cardToMetadata(
      cardOf(loaded, { protocol, temperature, precision, references: count, scorePercentiles, settled }),
    ),
  });
}

/** [R, 1, C, H, W] that a run is asked with; `undefined` for methods without. @throws UserError for more than are kept */
export const referencesOf = (
  { record, references }: LoadedRun,
  { protocol = "k", k }: Pick<ExportOptions, "protocol" | "k">,
): HostArray | undefined => keptReferences({ method: buildNetwork(record).method, references }, protocol, k);

type Chosen = Pick<ModelCard, "protocol" | "temperature" | "precision" | "references"> &
  Pick<SettledExport, "scorePercentiles" | "settled">;

function cardOf(
  { record: { config, data }, variables, weights }: LoadedRun,
  { scorePercentiles, settled, ...chosen }: Chosen,
): ModelCard {
  const { classNames: classes, height, width, channels, normalization, title, trainImages } = data;
  return {
    format: FORMAT,
    name: `${config.model} ${config.method.name} on ${title}`,
    classes: [...classes],
    height,
    width,
    channels,
    normalization: { mean: [...normalization.mean], std: [...normalization.std] },
    model: config.model,
    method: config.method.name,
    ...chosen,
    score: chosen.references >= 2 ? "reference-std" : "one-minus-confidence",
    ...(scorePercentiles && { scorePercentiles: [...scorePercentiles] }),
    ...(settled && verdictCard(settled)),
    weights,
    data: title,
    trainImages,
    parameters: Object.values(variables.params).reduce((sum, array) => sum + array.data.length, 0),
  };
}

const verdictCard = ({
  fitted: { score, parts },
  threshold,
  keeps,
  validation,
  training,
  nearest,
}: SettledVerdict): Pick<ModelCard, "verdict" | "nearest"> => ({
  verdict: { version: 1, score, parts: [...parts], threshold, keeps, validation, training },
  ...(nearest && { nearest: { set: nearest.set, rows: [...nearest.rows], labels: [...nearest.labels] } }),
});
