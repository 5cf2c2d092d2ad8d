import { requireDevice } from "../engine/internal.ts";
import { type HeldLock, runPaths } from "../files/index.ts";
import { holdLock, versions } from "../files/internal.ts";
import type { Checkpoint } from "../run/index.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../run/internal.ts";
import { expectations } from "./expectations.ts";
import { alone, type Group } from "./group/group.ts";
import { fromFirst, requireSame, together } from "./group/together.ts";
import { Loop } from "./loop.ts";
import type { Training, TrainOptions, TrainSummary } from "./training.ts";

/**
 * Takes a run to its end, or as far as it is asked for. The final weights are the result: no epoch is picked by its
 * validation score.
 * @throws UserError where the folder holds a run (without `resume`) or another one (with it), another process trains into
 * it, the disk is full, or the loss is not finite (the last checkpoint stays as it was).
 */
export async function runTraining(training: Training, options: TrainOptions): Promise<TrainSummary> {
  const { group = alone, run } = options;
  const first = group.rank === 0;
  let held: HeldLock | undefined;
  try {
    await together(group, () => requireDevice(training.config.device));
    await requireSame(group, { ...training.identity, version: versions()["anchored-vision"] });
    await together(group, async () => {
      if (!first) return;
      held = await holdLock(runPaths(run).training, `training ${run}`, { onWatch: options.onNotice });
      training.claim();
    });
    let start: Checkpoint | undefined = await startOfAll(training, run, group);
    const loop = new Loop(training, { ...options, held }, start);
    if (loop.step < loop.lastStep) {
      for (const line of await expectations(training, start)) options.onNotice?.(line);
      start = undefined; // so that the first step lets go of the starting weights
      await loop.takeSteps();
    }
    return loop.summary();
  } finally {
    await training.batches.close();
    await training.dispose();
    await held?.release();
  }
}

/** Where rank 0 begins: weights that each computes for itself could differ in their last bits between machines. */
async function startOfAll(training: Training, run: string, group: Group): Promise<Checkpoint> {
  if (group.size === 1) return training.start();
  const bytes = await fromFirst(group, async () => encodeCheckpoint(await training.start()));
  return decodeCheckpoint(runPaths(run).checkpoint, bytes);
}
