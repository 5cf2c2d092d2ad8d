import { type ImageSet, type Listener, reporter, subset } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { dataSetLoader } from "../judge/index.ts";
import type { RunRecord } from "../run/index.ts";
import { loadRunData, type RunDataOptions } from "../train/index.ts";
import type { Scored } from "./calibration.ts";
import type { Classifier } from "./open-bytes.ts";

/** The held-out images of a run. @throws UserError where its data set is not here, or not what it was trained on. */
export async function validationOf(
  { run, record }: { readonly run: string; readonly record: RunRecord },
  options: RunDataOptions & Listener = {},
): Promise<ImageSet> {
  const { dataSet, notice } = await loadRunData(run, record, dataSetLoader(options), options);
  if (notice) options.onNotice?.(notice);
  return dataSet.validation;
}

/** Logits and scores of a whole set. @throws the reason that the listener's signal was aborted for. */
export async function predictSet(classifier: Classifier, images: ImageSet, listener: Listener = {}): Promise<Scored> {
  const classes = classifier.classes.length;
  const { name: set, labels } = images;
  const logits = new Float32Array(labels.length * classes);
  const score = new Float32Array(labels.length);
  const report = reporter(listener, `predicting ${set}`, "images");
  const AT_ONCE = 64;
  try {
    for (let at = 0; at < labels.length; at += AT_ONCE) {
      const rows = Array.from({ length: Math.min(AT_ONCE, labels.length - at) }, (_, i) => at + i);
      const answers = await classifier.predict(allBytes(subset(images, rows)));
      logits.set(answers.logits, at * classes);
      score.set(answers.score, at);
      report({ done: at + answers.count, total: labels.length });
    }
  } finally {
    listener.onProgress?.(undefined);
  }
  return { set, labels, classes, logits, score };
}
