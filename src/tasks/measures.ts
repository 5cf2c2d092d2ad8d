/** How a line on a terminal tells a number. */
export interface ToldMeasure {
  /** After "validation", where validation says it. */
  readonly title: string;
  /** A share in percent, or a number of so many digits in its own unit. */
  readonly as: "percent" | { readonly digits: number };
}

/** What the log says of training examples beside the loss, means over them: a line for each that a task counts. */
export const trainingMeasures = {
  /** Of a classification, in [0, 1], with augmentation and masking. */
  accuracy: { title: "accuracy", as: "percent" },
  /** Of a regression: |prediction − target| in standard deviations of the training targets. */
  absoluteError: { title: "absolute error", as: { digits: 3 } },
  /** Of pairs of image and text: images, in [0, 1], whose own text is the likeliest of the batch. */
  matched: { title: "matched", as: "percent" },
} satisfies Record<string, ToldMeasure>;

/** What validation says of a set of weights beside its loss: a line for each that a task scores by. */
export const validationMeasures = {
  /** In [0, 1], of a classification; of pairs of image and text the zero-shot one. */
  validationAccuracy: { title: "accuracy", as: "percent" },
  /** COCO's average precision, in [0, 1], of a detection: over IoU 0.5 to 0.95, and at 0.5. */
  validationAp: { title: "AP", as: "percent" },
  validationAp50: { title: "AP50", as: "percent" },
  /** Root mean squared error in the targets' units, of a regression. */
  validationRmse: { title: "RMSE", as: { digits: 4 } },
} satisfies Record<string, ToldMeasure>;

/** What the log says of training examples, each task its own: means over them. */
export type TrainingMeans = { readonly [Name in keyof typeof trainingMeasures]?: number };

/** What validation says of one set of weights beside its loss, each task its own. */
export type ValidationScores = { readonly [Name in keyof typeof validationMeasures]?: number };
