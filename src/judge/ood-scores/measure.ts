import type { Listener } from "../../core/index.ts";
import { createInnerProducts } from "../../engine/index.ts";
import { type ForeignGroup, type LastLayer, rowsOf, type StoredSet, type Weights } from "../../evaluate/index.ts";
import { loadPredictions, storedSets } from "../../run/index.ts";
import { saveOodScores } from "../../run/internal.ts";
import { judgeScores } from "./judge-scores.ts";
import type { ScoreName } from "./names.ts";
import { type FileRows, fileRows, type ScoredSource } from "./sources.ts";
import type { VerdictExample } from "./verdict-examples.ts";

/** What a folder of predictions needs beside them for scores on features. */
export interface ScoreFiles {
  /** The `.npy` file of a set's features, [N, D]; undefined where there is none. */
  readonly featuresOf: (entry: StoredSet) => string | undefined;
  readonly training?: TrainingFiles;
  readonly classifier?: LastLayer;
  /** By the name of a foreign set. */
  readonly groups?: ReadonlyMap<string, ForeignGroup>;
  /** Whether a verdict can be given, which needs logits that are linear in the features. */
  readonly verdict: boolean;
}

/** Training images as they are, without augmentation. */
export interface TrainingFiles {
  /** `.npy` [n, D] */
  readonly features: string;
  /** `.npy` [n, K] */
  readonly logits?: string;
  /** [n]; or the classes that were predicted, where labels are known to be wrong. */
  readonly labels?: Int32Array;
  readonly labelsAre?: "given" | "predicted";
  /** How many training images there are, of which these are a part; n where absent. */
  readonly of?: number;
}

export interface MeasureOptions extends Listener {
  readonly weights?: Weights;
  readonly checkpointSha256?: string;
  readonly threads?: number;
  /** Whether corrupted images were asked under fewer references because somebody said so. */
  readonly fewerReferences?: boolean;
}

/**
 * Tells known from foreign images by the scores `names`, from what a folder has stored, and stores the numbers beside it.
 * Files of features are read block by block: they need not fit into memory.
 * @returns what the verdict says of some foreign images
 * @throws UserError for files that do not fit together.
 */
export async function measureOodScores(
  folder: string,
  names: readonly ScoreName[],
  files: ScoreFiles,
  { weights, checkpointSha256, threads, fewerReferences, ...listener }: MeasureOptions = {},
): Promise<readonly VerdictExample[]> {
  const stored = storedSets(folder).filter((entry) => entry.weights === weights);
  const opened: FileRows[] = [];
  const open = (path: string): FileRows => {
    const rows = fileRows(path);
    opened.push(rows);
    return rows;
  };
  const sourceOf = (entry: StoredSet): ScoredSource => {
    const path = files.featuresOf(entry);
    return {
      set: entry.set,
      group: files.groups?.get(entry.set),
      predictions: () => loadPredictions(folder, entry.set, weights, entry.role),
      ...(path !== undefined && { features: open(path) }),
    };
  };
  const sources = (role: StoredSet["role"]) => stored.filter((entry) => entry.role === role).map(sourceOf);
  const { training, classifier } = files;
  const engine = createInnerProducts({ threads });
  const start = performance.now();
  try {
    const [test] = sources("test");
    const [validation] = sources("validation");
    const [oodValidation] = sources("ood-validation");
    const [shifts, foreign] = [sources("shift"), sources("ood")];
    const under = comparable(stored, fewerReferences ? {} : listener);
    const [corruptedSample] = sources("corrupted-sample");
    const corrupted = under.map((entry) => ({ ...sourceOf(entry), severity: entry.corruption!.severity }));
    const { classes } = stored.find(({ role }) => role === "test")!;
    const bank = training && {
      features: open(training.features),
      ...(training.logits !== undefined && { logits: open(training.logits) }),
      labels: training.labels,
    };
    const held = validation?.features && { features: validation.features, logits: logitRows(validation) };
    const { results, examples } = await judgeScores(
      names,
      {
        data: { classes, training: bank, validation: held, classifier },
        test,
        validation,
        oodValidation,
        shifts,
        foreign,
        corrupted,
        corruptedSample,
        verdict: files.verdict,
      },
      { ...listener, innerProducts: (rows, others, width) => engine.products(rows, others, width) },
    );
    const images = bank?.features.count;
    const { labelsAre = "given", of = images } = training ?? {};
    saveOodScores(
      folder,
      {
        ...results,
        ...(images && of && { bank: { images, of, labels: labelsAre } }),
        ...(under.length > 0 && { corrupted: { sets: under.length, images: under[0].images } }),
        checkpointSha256,
      },
      weights,
    );
    const rows = [test, ...(validation ? [validation] : []), ...shifts, ...foreign, ...corrupted].reduce(
      (sum, { features }) => sum + (features?.count ?? 0),
      0,
    );
    const seconds = (performance.now() - start) / 1000;
    listener.onNotice?.(`${names.length} scores of ${rows} rows of features took ${seconds.toFixed(1)} s`);
    return examples;
  } finally {
    for (const rows of opened) rows.close();
    await engine.dispose();
  }
}

/** Corrupted sets that were asked under as many references as the test set: a threshold holds for those alone. */
function comparable(stored: readonly StoredSet[], { onNotice }: Listener): StoredSet[] {
  const corrupted = stored.filter(({ role }) => role === "corruption");
  const { references } = stored.find(({ role }) => role === "test")!;
  const others = corrupted.find((entry) => entry.references !== references);
  if (!others) return corrupted;
  onNotice?.(
    `how much of corrupted images is rejected is not said: they were asked under ${others.references} reference${others.references === 1 ? "" : "s"}, the others under ${references}; add options.corruptionReferences ${references}`,
  );
  return [];
}

const logitRows = ({ predictions }: ScoredSource) => {
  const { logits, classes } = predictions();
  return rowsOf(logits, classes);
};
