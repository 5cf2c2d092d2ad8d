import { type ImageSet, type Listener, reporter } from "../core/index.ts";
import type { PredictionBatchResults } from "../evaluate/index.ts";
import { createMethod } from "../methods/index.ts";
import { predictionBatchPoints } from "../methods/internal.ts";
import { readPredictionBatch, savePredictionBatch } from "../run/internal.ts";
import type { OpenRun } from "./open-run.ts";

/** Measures how answers depend on the anchor that outputs are read by, where they are, unless that is stored already. */
export async function measurePredictionBatch(
  run: OpenRun,
  sets: readonly ImageSet[],
  listener: Listener,
): Promise<void> {
  const { checkpointSha256, weights, record } = run;
  const { output } = createMethod(record.config.method).task;
  if (!output.reading?.anchor) return;
  if (!run.options.fresh && readPredictionBatch(run.results, weights)?.checkpointSha256 === checkpointSha256) return;
  const predictor = await run.predictor();
  const measured: PredictionBatchResults["sets"] = [];
  for (const set of sets) {
    const outputs = await predictor.outputs(set, {
      onProgress: reporter(listener, `prediction batches of ${set.name}`, "images"),
    });
    const classes = record.data.classNames.length;
    const points = predictionBatchPoints(output, outputs, set.labels, classes, predictor.outputAnchor?.data);
    measured.push({ set: set.name, points });
  }
  savePredictionBatch(run.results, { sets: measured, checkpointSha256 }, weights);
}
