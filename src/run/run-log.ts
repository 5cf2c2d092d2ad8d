import { z } from "zod";
import { runPaths } from "../files/index.ts";
import { parseJson, readText } from "../files/internal.ts";

const optional = z.number().nullish();
const line = z.looseObject({
  event: z.string(),
  epoch: optional,
  step: optional,
  /** Mean training loss since the last line of its kind. */
  loss: optional,
  accuracy: optional,
  learningRate: optional,
  imagesPerSecond: optional,
  validationAccuracy: optional,
  validationLoss: optional,
  /** Since training began, over all its resumptions. */
  seconds: optional,
});

/** One line of `metrics.jsonl`. */
export type LogLine = z.infer<typeof line>;

/**
 * `metrics.jsonl` of a run folder, in order. A step that was logged twice (by a run that was killed, then by its
 * resumption) counts once, as logged last. A last line cut off in mid-write is left out.
 * @throws UserError that names the file and the line, where it is missing or damaged.
 */
export function readRunLog(run: string): LogLine[] {
  const path = runPaths(run).metrics;
  const text = readText(path, "train the run first");
  const rows = text.split("\n");
  // Whole lines end in a line break, so what follows the last one was cut off.
  rows.pop();
  const lines = new Map<string, LogLine>();
  for (const [index, row] of rows.entries()) {
    if (row.trim() === "") continue;
    const entry = parseJson(row, line, `${path} line ${index + 1}`);
    const key =
      entry.event === "step" || entry.event === "epoch" ? `${entry.event} ${entry.epoch} ${entry.step}` : `${index}`;
    lines.delete(key);
    lines.set(key, entry);
  }
  return [...lines.values()];
}
