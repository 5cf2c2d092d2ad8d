import { imageCount, type Listener, reporter, type StoredPredictions } from "../core/index.ts";
import { alone, type Group, ofFirst } from "../train/index.ts";
import { atLength, inShares, type Share, together } from "../train/internal.ts";
import { type CorruptedSet, type CorruptedSets, corruptedSets } from "./corrupted-sets.ts";
import { fingerprintOf, type OpenRun, type PredictionRequest } from "./open-run.ts";
import type { InferenceOptions, JudgeOptions } from "./options.ts";
import { predictAs } from "./predict-as.ts";
import type { PredictedRun } from "./predict-sets.ts";
import { saveStrips } from "./strips.ts";
import { pickVariant } from "./variant-options.ts";

interface Asked {
  readonly inference: InferenceOptions;
  /** How the other sets were asked for, where scores of features are to be judged on all. */
  readonly scoredAs?: InferenceOptions;
}

interface Sharing extends Listener {
  readonly group: Group;
}

/**
 * Predicts and stores what the runs lack of the corruptions suite. Two runs are judged on the same corrupted images where
 * their test sets are the same: each is made once, by the rank that predicts it for all of them.
 */
export async function predictCorrupted(
  predicted: readonly PredictedRun[],
  options: JudgeOptions,
  scoredAs: Asked["scoredAs"],
): Promise<void> {
  const { corruptionReferences: references = 1, predictionBatch, mirror, group = alone } = options;
  const { signal, onProgress, onNotice } = options;
  const inference: InferenceOptions = {
    ...(references === 1 ? { protocol: "single" } : { protocol: "k", k: references }),
    predictionBatch,
    mirror,
    ...pickVariant(options),
  };
  const byTest = new Map<string, PredictedRun[]>();
  for (const one of predicted) {
    const key = fingerprintOf(one.test);
    byTest.set(key, [...(byTest.get(key) ?? []), one]);
  }
  const sharing = { group, signal, onProgress, onNotice };
  for (const members of byTest.values()) {
    const threads = group.size === 1 ? undefined : options.threads;
    const suite = await together(group, () =>
      corruptedSets(members[0].test, { ...options, onNotice, poolThreads: threads }),
    );
    try {
      await predictSuite(members, suite, { inference, scoredAs }, sharing);
      if (scoredAs) await predictSample(members, suite, scoredAs, sharing);
      await atLength(group, async () => {
        if (group.rank === 0) for (const { run, test } of members) await saveStrips(run.results, test, suite);
      });
    } finally {
      await suite.close();
    }
  }
}

async function predictSuite(
  members: readonly PredictedRun[],
  suite: CorruptedSets,
  { inference, scoredAs }: Asked,
  { group, ...listener }: Sharing,
): Promise<void> {
  // Features under other references than those of the training images are not to be compared with them.
  const wantsFeatures = (run: OpenRun) =>
    scoredAs !== undefined && run.references(inference) === run.references(scoredAs);
  const wanted = (cell: CorruptedSet, run: OpenRun): PredictionRequest => ({
    role: "corruption",
    inference,
    features: wantsFeatures(run),
    ...cell,
  });
  const lacking = await ofFirst(group, () =>
    suite.cells.map((cell) => [...members.keys()].filter((m) => !members[m].run.has(wanted(cell, members[m].run)))),
  );
  const missing = [...suite.cells.keys()].filter((c) => lacking[c].length > 0);
  // A set for each rank at a time, the next of which is made meanwhile.
  const own = missing.filter((_, i) => i % group.size === group.rank);
  const images = suite.images(
    own.map((c) => suite.cells[c]),
    listener.signal,
  );
  const predictions = own.reduce((sum, c) => sum + lacking[c].length, 0);
  let done = 0;
  const shareOf = (c: number): Share<StoredPredictions[]> => ({
    cost: 1,
    async make(signal) {
      const { set } = (await images.next()).value!;
      const report = reporter({ ...listener, signal }, "corruptions", "images");
      const total = imageCount(set) * predictions;
      const made: StoredPredictions[] = [];
      for (const m of lacking[c]) {
        const { run, train } = members[m];
        const onProgress = (at: { readonly done: number }) => report({ done: done + at.done, total });
        const help = { train, features: wantsFeatures(run), onProgress };
        made.push(await predictAs(await run.predictor(), set, inference, help));
        done += imageCount(set);
      }
      return made;
    },
  });
  try {
    for (let from = 0; from < missing.length; from += group.size) {
      const cells = missing.slice(from, from + group.size);
      const keep = (i: number, made: readonly StoredPredictions[]) => {
        for (const [n, m] of lacking[cells[i]].entries())
          members[m].run.save(wanted(suite.cells[cells[i]], members[m].run), made[n]);
      };
      await inShares(group, cells.map(shareOf), { signal: listener.signal, keep });
    }
  } finally {
    await images.return(undefined);
    listener.onProgress?.(undefined);
  }
}

/** Some of all corrupted images, asked as the other sets were, by rank 0: what a verdict must keep. */
async function predictSample(
  members: readonly PredictedRun[],
  { sample }: CorruptedSets,
  inference: InferenceOptions,
  { group, ...listener }: Sharing,
): Promise<void> {
  if (!sample) return;
  const { set, fingerprint } = sample;
  const wanted: PredictionRequest = { set, fingerprint, role: "corrupted-sample", inference, features: true };
  await atLength(group, async () => {
    if (group.rank !== 0) return;
    const lacking = members.filter(({ run }) => !run.has(wanted));
    if (lacking.length === 0) return;
    const images = await sample.images(listener.signal);
    for (const { run, train } of lacking) {
      const onProgress = reporter(listener, `predicting ${set}`, "images");
      run.save(
        wanted,
        await predictAs(await run.predictor(), images, inference, { train, features: true, onProgress }),
      );
      listener.onProgress?.(undefined);
    }
  });
}
