import {
  type DataSet,
  type ImageSet,
  imageCount,
  type Listener,
  largestClass,
  reporter,
  subset,
  UserError,
} from "../../core/index.ts";
import { createInnerProducts } from "../../engine/index.ts";
import { rowsOf } from "../../evaluate/index.ts";
import { type FittedVerdict, fitVerdict, type VerdictScoreName } from "../../evaluate/internal.ts";
import { createPredictor, type LoadedRun, type PredictOptions } from "../../train/index.ts";
import { buildNetwork } from "../../train/internal.ts";
import { hasWrongLabels } from "../ood-scores/of-run.ts";
import { bankRows, trainingBank } from "../training-bank.ts";

/** Training images that class means and their covariance are taken from, and validation images of the threshold, at most. */
const FITTED_ON = 5_000;

export interface VerdictChoice extends Pick<PredictOptions, "protocol" | "k">, Listener {
  readonly score: VerdictScoreName;
  /** Training images that a picture's nearest are looked for among; 0: none. */
  readonly nearest: number;
  /** Training images, and validation images, that it is fitted on, at most; default 5,000 of each. */
  readonly images?: number;
  readonly threads?: number;
}

/** A verdict that is fitted to a run's answers. */
export interface RunVerdict {
  readonly fitted: FittedVerdict;
  /** `images` of the set's `of`. */
  readonly validation: { readonly set: string; readonly images: number; readonly of: number };
  readonly training: { readonly images: number; readonly of: number };
  readonly nearest?: NearestBank;
}

/** Training images that are told as the nearest. */
export interface NearestBank {
  readonly set: string;
  /** [B] which of the training images they are. */
  readonly rows: readonly number[];
  /** [B] */
  readonly labels: readonly number[];
  /** D */
  readonly width: number;
  /** [B, D], each of length 1. */
  readonly features: Float32Array;
}

/**
 * Fits what tells known from foreign images: on training images without augmentation and on validation images, asked as the
 * model will be.
 * @throws UserError for a method whose logits are not linear in features, and where the score does not exist for these data
 */
export async function runVerdict(
  { record, variables, references }: LoadedRun,
  { train, validation: heldOut }: Pick<DataSet, "train" | "validation">,
  { score, nearest, images = FITTED_ON, threads, protocol, k, ...listener }: VerdictChoice,
): Promise<RunVerdict> {
  const { method } = buildNetwork(record);
  if (method.task.output.reading)
    throw new UserError(
      `options.verdict: ${method.name} reads its outputs, so that its logits are not linear in features; leave it out, or train with cross-entropy`,
    );
  if (method.task.members > 1)
    throw new UserError(
      `options.verdict: ${method.name} has ${method.task.members} members, whose mean probabilities are not linear in features; leave it out, or train one network`,
    );
  if (imageCount(heldOut) === 0) throw new UserError("options.verdict: the run has no validation images");
  const rows = bankRows(train, Math.max(images, nearest));
  const bank = subset(train, rows);
  const validation = trainingBank(heldOut, images);
  const predictor = await createPredictor(record, variables, references, { threads });
  const engine = createInnerProducts({ threads });
  try {
    const predicted = async (set: ImageSet) => {
      const report = reporter(listener, `features of ${set.name}`, "images");
      const { logits, features, classes } = await predictor.predict(set, {
        protocol,
        k,
        features: true,
        onProgress: report,
      });
      return { logits, features: features!, classes, width: features!.length / imageCount(set) };
    };
    const known = await predicted(validation);
    const seen = await predicted(bank);
    const { classes, width } = seen;
    const labels = hasWrongLabels(record)
      ? bank.labels.map((_, row) => largestClass(seen.logits, row, classes))
      : bank.labels;
    const fitted = await fitVerdict(
      score,
      {
        classes,
        training: { features: rowsOf(seen.features, width), labels },
        validation: { features: rowsOf(known.features, width), logits: rowsOf(known.logits, classes) },
      },
      (one, other, columns) => engine.products(one, other, columns),
    );
    return {
      fitted,
      validation: { set: validation.name, images: imageCount(validation), of: imageCount(heldOut) },
      training: { images: imageCount(bank), of: imageCount(train) },
      ...(nearest > 0 && { nearest: nearestBank(train, bank, rows, seen, nearest) }),
    };
  } finally {
    listener.onProgress?.(undefined);
    await predictor.dispose();
    await engine.dispose();
  }
}

function nearestBank(
  train: ImageSet,
  bank: ImageSet,
  rows: Int32Array,
  { features, width }: { readonly features: Float32Array; readonly width: number },
  size: number,
): NearestBank {
  const among = new Set(bankRows(train, size));
  const chosen = Array.from(rows.keys()).filter((i) => among.has(rows[i]));
  const unit = new Float32Array(chosen.length * width);
  for (const [b, i] of chosen.entries()) {
    const own = features.subarray(i * width, (i + 1) * width);
    const norm = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0)) || 1;
    unit.set(
      own.map((value) => value / norm),
      b * width,
    );
  }
  return {
    set: train.name,
    rows: chosen.map((i) => rows[i]),
    labels: chosen.map((i) => bank.labels[i]),
    width,
    features: unit,
  };
}
