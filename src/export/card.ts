import { z } from "zod";
import { UserError } from "../core/index.ts";
import type { TaskName } from "../tasks/index.ts";

import { DUAL_ENCODER_FORMAT } from "./dual-encoder/card.ts";

export const FORMAT = "anchored-classifier/1";
export const DETECTOR_FORMAT = "anchored-detector/1";
export const REGRESSION_FORMAT = "anchored-regression/1";

/** The format of each task's files, of those whose runs can be exported. */
const taskFormats = {
  classification: FORMAT,
  regression: REGRESSION_FORMAT,
} satisfies { readonly [Name in TaskName]?: string };

/** A task whose runs can be exported. */
export type ExportedTask = keyof typeof taskFormats;

const numbers = z.array(z.number());

/** The schema of `ModelCard`. */
export const modelCard = z.object({
  format: z.literal(FORMAT),
  /** What to call the model, e.g. `resnet20 anchored on Emoji`. */
  name: z.string(),
  classes: z.array(z.string()),
  height: z.int(),
  width: z.int(),
  channels: z.int(),
  /** Per channel, in [0, 1]; done inside the file. */
  normalization: z.object({ mean: numbers, std: numbers }),
  model: z.string(),
  method: z.string(),
  protocol: z.enum(["single", "k"]),
  /** R; 0 for methods without. */
  references: z.int(),
  temperature: z.number(),
  /** What `score` is: the mean over classes of the std over references, or 1 − the largest probability. */
  score: z.enum(["reference-std", "one-minus-confidence"]),
  /** [101] percentiles 0 to 100 of `score` on validation images; absent where they were not at hand. */
  scorePercentiles: z.array(z.number()).length(101).optional(),
  /** Whether an image is known or foreign; absent where the file does not tell. */
  verdict: z
    .object({
      version: z.literal(1),
      /** The least of its parts' z-scores is `known_score`. */
      score: z.string(),
      parts: z.array(z.enum(["entropy", "max-softmax", "energy", "mahalanobis++"])),
      /** An image is known where `known_score` is at least this. */
      threshold: z.number(),
      /** Share of the validation images that it keeps, 0 to 1. */
      keeps: z.number(),
      /** `images` of the set's `of`, drawn by a seed. */
      validation: z.object({ set: z.string(), images: z.int(), of: z.int() }),
      training: z.object({ images: z.int(), of: z.int() }),
    })
    .optional(),
  /** The training images that `similarity` compares with, in its order. */
  nearest: z.object({ set: z.string(), rows: z.array(z.int()), labels: z.array(z.int()) }).optional(),
  /** What weights and references are stored in; everything is computed in float32. */
  precision: z.enum(["float32", "float16"]),
  /** The averaged weights of the run, or those of its last step. */
  weights: z.enum(["raw", "average"]),
  /** Title of the data set that the model was trained on. */
  data: z.string(),
  trainImages: z.int(),
  parameters: z.int(),
});

/** All that is told of an exported model; it stands in its `metadata_props`, a key each. */
export type ModelCard = Readonly<z.infer<typeof modelCard>>;

/** The task of a file's format; `undefined` for no format of ours. */
export const formatTask = (format: string | undefined): ExportedTask | undefined =>
  (Object.keys(taskFormats) as ExportedTask[]).find((name) => taskFormats[name] === format);

/** Strings as they are, everything else as JSON. */
export const cardToMetadata = (card: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(card).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );

/**
 * The card of a file whose `format` is known to be this one.
 * @throws UserError for metadata that are damaged
 */
export function parseCard<Schema extends z.ZodObject>(
  schema: Schema,
  metadata: Readonly<Record<string, string>>,
  file: string,
): z.output<Schema> {
  const isText = (key: string) => {
    const field = schema.shape[key];
    return field instanceof z.ZodString || field instanceof z.ZodEnum || field instanceof z.ZodLiteral;
  };
  const entries = Object.entries(metadata).map(([key, text]) => [key, isText(key) ? text : parsed(text)]);
  const found = schema.safeParse(Object.fromEntries(entries));
  if (found.success) return found.data;
  const { path, message } = found.error.issues[0];
  throw new UserError(`${file}: its metadata are damaged (${path.join(".")}: ${message}); export the run again`);
}

/** @throws UserError for a file that `anchored export` has not written, or not of a classifier. */
export function cardFromMetadata(metadata: Readonly<Record<string, string>>, file: string): ModelCard {
  const task = formatTask(metadata.format);
  if (task !== undefined && task !== "classification")
    throw new UserError(`${file}: an exported ${task}, where a classifier is asked for`);
  if (metadata.format === DETECTOR_FORMAT)
    throw new UserError(
      `${file}: an exported detector, for ONNX runtimes elsewhere; here evaluate and predict take the run folder itself`,
    );
  if (metadata.format === DUAL_ENCODER_FORMAT)
    throw new UserError(
      `${file}: a tower of a dual encoder, which knows no classes of its own; make a classifier of the dual encoder (anchored zero-shot), and export that`,
    );
  if (metadata.format !== FORMAT)
    throw new UserError(`${file}: not written by anchored export (its metadata lacks format ${FORMAT})`);
  return parseCard(modelCard, metadata, file);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
