import { allBytes, type ImageSet, subset, UserError } from "../../core/index.ts";
import { fitScaling, type Predictions } from "../../evaluate/index.ts";
import type { Classifier } from "../../export/index.ts";
import type { RunRecord } from "../../train/index.ts";
import { dataSetLoader } from "../judge/image-sets.ts";
import { checkSameData } from "../judge/open-run.ts";
import { dataProgress } from "../progress.ts";
import type { Terminal } from "../terminal.ts";
import { dataOptions } from "../train-config.ts";

/** What `--temperature` takes: a number, or `auto`. @throws UserError for anything else. */
export function parseTemperature(text: string): number | "auto" {
  if (text === "auto") return text;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UserError(`--temperature ${text}: neither auto nor a number above 0; e.g. 1.5`);
}

/** The held-out images of a run. @throws UserError where its data set is not here, or another by now. */
export async function validationOf(
  terminal: Terminal,
  opened: { readonly run: string; readonly record: RunRecord },
  dataDir?: string,
): Promise<ImageSet> {
  const { validation } = await dataSetLoader(terminal)(dataOptions(opened.record.config, dataDir));
  checkSameData(opened, validation);
  return validation;
}

/** Logits of a whole set, with a progress bar. @throws the reason that `signal` was aborted for. */
export async function predictSet(
  terminal: Terminal,
  classifier: Classifier,
  images: ImageSet,
  signal?: AbortSignal,
): Promise<Predictions> {
  const classes = classifier.classes.length;
  const { name: set, labels } = images;
  const logits = new Float32Array(labels.length * classes);
  const progress = dataProgress(terminal);
  const AT_ONCE = 64;
  try {
    for (let at = 0; at < labels.length; at += AT_ONCE) {
      signal?.throwIfAborted();
      const rows = Array.from({ length: Math.min(AT_ONCE, labels.length - at) }, (_, i) => at + i);
      const answers = await classifier.predict(allBytes(subset(images, rows)));
      logits.set(answers.logits, at * classes);
      progress.update({ label: `predicting ${set}`, done: at + answers.count, total: labels.length, unit: "images" });
    }
  } finally {
    progress.stop();
  }
  return { set, labels, classes, logits };
}

/** The temperature that makes held-out predictions least surprised (Guo et al. 2017); 1, and why, where none is the best. */
export function fitTemperature(validation: Predictions): { readonly temperature: number; readonly notice?: string } {
  const { temperature, unbounded } = fitScaling("temperature", validation);
  return {
    temperature: temperature!,
    ...(unbounded && {
      notice: `no temperature was fitted, it is 1: ${unbounded}; give --temperature T to choose one`,
    }),
  };
}
