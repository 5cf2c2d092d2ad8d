// What the examples of docstrings may use without declaring it. Modules of the package are imported by the test.
import type * as Jax from "@jax-js/jax";
import type * as Core from "anchored-vision/core";
import type * as Evaluate from "anchored-vision/evaluate";
import type * as Models from "anchored-vision/models";
import type * as Run from "anchored-vision/run";

declare global {
  /** A data set: its splits are image sets. */
  const dataSet: Core.DataSet;
  /** A set of images with labels. */
  const images: Core.ImageSet;
  /** What a classifier said of a set, with its labels. */
  const predictions: Core.Predictions;
  /** That of another classifier, of the same examples. */
  const otherPredictions: Core.Predictions;
  /** The same, judged by `judge`. */
  const judged: Evaluate.Judged;
  const otherJudged: Evaluate.Judged;
  /** What a regression said of a set, with what is right. */
  const storedRegression: Evaluate.StoredRegression;
  /** The same, judged by `judgeRegression`. */
  const judgedRegression: Evaluate.JudgedRegression;
  /** Boxes of the objects of some images, and what a detector found there. */
  const objects: Core.ObjectBoxes;
  const detections: Core.DetectedBoxes;
  /** Results of runs, by `readResults`. */
  const results: readonly Evaluate.Results[];
  /** Features of a network with labels, by `loadFeatures`. */
  const features: Evaluate.LabelledFeatures;
  const otherFeatures: Evaluate.LabelledFeatures;
  /** The last layer of a network as a Gaussian, by `fitLaplace`. */
  const laplace: Evaluate.LastLayerLaplace;
  /** A run's options, by `resolveConfig`. */
  const config: Run.RunConfig;
  /** Folders of trained runs. */
  const run: string;
  const otherRun: string;
  /** The input of a layer, traced. */
  const x: Jax.numpy.Array;
  /** The variables that a layer finds by its name. */
  const scope: Models.Scope;
}
