import { type DataSet, type ImageSet, type Listener, reporter, subset } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { dataSetLoader } from "../judge/index.ts";
import type { RunRecord } from "../run/index.ts";
import { loadRunData, type RunDataOptions } from "../train/index.ts";
import type { Scored } from "./calibration.ts";
import type { Classifier } from "./open-bytes.ts";

/** Loads a run's data when it is called, once. @throws UserError then, where they are not here, or not those of the training. */
export function runDataOf(
  { run, record }: { readonly run: string; readonly record: RunRecord },
  options: RunDataOptions & Listener = {},
): () => Promise<DataSet> {
  const load = async () => {
    const { dataSet, notice } = await loadRunData(run, record, dataSetLoader(options), options);
    if (notice) options.onNotice?.(notice);
    return dataSet;
  };
  let loading: Promise<DataSet> | undefined;
  return () => (loading ??= load());
}

/** Logits and scores of a whole set. @throws the reason that the listener's signal was aborted for. */
export async function predictImages(
  classifier: Classifier,
  images: ImageSet,
  listener: Listener = {},
): Promise<Scored> {
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
