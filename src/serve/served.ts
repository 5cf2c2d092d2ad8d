import type { z } from "zod";
import { UserError } from "../core/index.ts";
import type { FeatureNames } from "../data/index.ts";
import { type Classifier, type ModelCard, type Regressor, targetAnswersAt } from "../export/index.ts";
import { formatTask, modelCard, regressionCard } from "../export/internal.ts";
import {
  prediction,
  predictionsBody,
  regressionPrediction,
  regressionPredictionsBody,
  separated,
  toPrediction,
} from "./answers.ts";

export type ImageSize = Pick<ModelCard, "height" | "width" | "channels">;

/** Pixels [H × W × C], or the numbers of a row [F]. */
export type Example = Uint8Array | Float32Array;

/** A model as the server needs it, whatever its task. */
export interface Served {
  readonly card: { readonly name: string };
  /** Of the OpenAPI document. */
  readonly title: string;
  readonly description: string;
  /** Of an answer, of all answers to a request, and of the card. */
  readonly schemas: Readonly<Record<"Prediction" | "Predictions" | "ModelCard", z.ZodType>>;
  /** What it takes: images of a size, or rows with these columns. */
  readonly images?: ImageSize;
  readonly columns?: FeatureNames;
  /** In the order of the examples, each to be called with the name of the uploaded file. */
  answer(examples: readonly Example[]): Promise<((file: string | null) => object)[]>;
  dispose(): Promise<void>;
}

/** @throws UserError for a model of images that are not square */
export function servedModel(model: ServedModel): Served {
  // What opened the model has held its card to a format of ours.
  const serve: (model: never) => Served = taskServed[formatTask(model.card.format)!];
  const served = serve(model as never);
  const { images } = served;
  if (images && images.height !== images.width)
    throw new UserError(
      `the model's images are ${images.width}×${images.height}; only square ones are made from uploads`,
    );
  return served;
}

const servedClassifier = (model: Classifier): Served => ({
  card: model.card,
  title: `${model.card.name}: image classifier`,
  description: "Class, confidence and uncertainty.",
  schemas: { Prediction: prediction, Predictions: predictionsBody, ModelCard: modelCard },
  images: model.card,
  answer: async (images) =>
    separated(await model.predict(Buffer.concat(images as Uint8Array[])), model.card).map(
      (answer) => (file) => toPrediction(model.card, answer, file),
    ),
  dispose: () => model.dispose(),
});

function servedRegression({ card, predict, dispose }: Regressor): Served {
  const { inputs } = card;
  const shared = {
    card,
    title: `${card.name}: regression`,
    description: `${card.targets.names.join(", ")}, with what the model knows of its error.`,
    schemas: { Prediction: regressionPrediction, Predictions: regressionPredictionsBody, ModelCard: regressionCard },
    dispose,
  };
  const answered = async (examples: Example, count: number) => {
    const answers = await predict(examples);
    return Array.from({ length: count }, (_, row) => (file: string | null) => ({
      file,
      targets: targetAnswersAt(answers, row, card),
    }));
  };
  if (inputs.kind === "images")
    return {
      ...shared,
      images: inputs,
      answer: (images) => answered(Buffer.concat(images as Uint8Array[]), images.length),
    };
  return {
    ...shared,
    columns: inputs,
    answer: (rows) => answered(Float32Array.from(rows.flatMap((row) => [...row])), rows.length),
  };
}

type TaskName = NonNullable<ReturnType<typeof formatTask>>;

/** How the models of each task are served. */
const taskServed = {
  classification: servedClassifier,
  regression: servedRegression,
} satisfies { readonly [Name in TaskName]: (model: never) => Served };

/** What opens a run or an exported file of a task gives. */
export type ServedModel = Parameters<(typeof taskServed)[TaskName]>[0];
