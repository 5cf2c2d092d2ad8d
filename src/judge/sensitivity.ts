import { type ImageSet, type Listener, reporter } from "../core/index.ts";
import { referenceSensitivity } from "../methods/internal.ts";
import { readSensitivity, saveSensitivity } from "../run/internal.ts";
import { firstImages } from "./image-sets.ts";
import type { OpenRun } from "./open-run.ts";

/** Enough to see a curve; all K cost as much as K test sets. */
const IMAGES = 2000;
/** Images that each K is timed on, after one batch that is not. */
const TIMED = 512;

/** Measures how answers depend on the number of references, unless that is stored already. */
export async function measureSensitivity(run: OpenRun, test: ImageSet, listener: Listener): Promise<void> {
  const { checkpointSha256, weights } = run;
  if (!run.options.fresh && readSensitivity(run.results, weights)?.checkpointSha256 === checkpointSha256) return;
  const predictor = await run.predictor();
  const images = firstImages(test, IMAGES);
  const logits = await predictor.predictByReference(images, {
    onProgress: reporter(listener, "reference sensitivity", "images"),
  });
  const points = referenceSensitivity(logits, images.labels, run.record.data.classNames.length);
  const few = firstImages(images, TIMED);
  const timed: { k: number; secondsPer1000Images: number }[] = [];
  for (const { k } of points) {
    listener.signal?.throwIfAborted();
    await predictor.predictByReference(firstImages(few, 1), { k });
    const start = performance.now();
    await predictor.predictByReference(few, { k });
    timed.push({ k, secondsPer1000Images: (performance.now() - start) / few.labels.length });
  }
  const measured = points.map((point, i) => ({ ...point, secondsPer1000Images: timed[i].secondsPer1000Images }));
  saveSensitivity(run.results, { images: images.labels.length, points: measured, checkpointSha256 }, weights);
}
