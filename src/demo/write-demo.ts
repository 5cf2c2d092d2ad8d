import { type DataSet, imageCount, UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { findDataSetEntry } from "../data/index.ts";
import { distinctNames, type RunConfig, readRun } from "../run/index.ts";
import { isDualEncoderRun } from "../train/index.ts";
import { buildNetwork } from "../train/internal.ts";
import { sampleImages } from "./choose-images.ts";
import { chooseOpening } from "./choose-opening.ts";
import { modelEntry } from "./model-entry.ts";
import { nearestCount, nearestPictures } from "./page-verdict.ts";
import { Site } from "./site.ts";
import { checkDualEncoders, wordsPlan } from "./words-plan.ts";

export interface DemoOptions {
  readonly out: string;
  /** References that the page uses; all that a run keeps where absent. */
  readonly k?: number;
  readonly threads?: number;
  readonly onProgress?: (text: string) => void;
}

/** Side by side on a wide screen there is no room for more. */
const MOST_MODELS = 4;

/** How a class is taught. A larger share of a batch than of the classes would draw known pictures into the new one. */
const teaching = { batchSize: 64, steps: 240, rate: 0.5 };
const FEWEST_NEW_IN_BATCH = 8;

/**
 * The page of these runs, which were trained on `dataSet`: classifiers, and dual encoders that rank any words. Returns the models'
 * titles.
 * @throws UserError where the runs are of different data, there are too many or no classifier among them, or the folder is not to be
 *   written.
 * @example
 * const written = await writeDemo([run], await demoData([run]), { out: "page" }); // paths of the files
 */
export async function writeDemo(
  given: readonly string[],
  dataSet: DataSet,
  { out, k, threads, onProgress }: DemoOptions,
): Promise<string[]> {
  const dualEncoders = given.filter(isDualEncoderRun);
  const runs = given.filter((run) => !dualEncoders.includes(run));
  if (runs.length === 0)
    throw new UserError(
      `${given.join(", ")}: the page needs a classifier beside dual encoders; make one (anchored zero-shot), and name it too`,
    );
  const records = runs.map(readRun);
  checkAlike(runs, records);
  checkDualEncoders(dualEncoders, records[0].data);
  const [{ data }] = records;
  const titles = titlesOf(
    runs,
    records.map(({ config }) => config),
  );
  const site = new Site(out);
  const samples = sampleImages(dataSet);
  const shown = runs.map((run, i) => ({ run, k: records[i].config.method.name === "standard" ? undefined : k }));
  const made: Awaited<ReturnType<typeof modelEntry>>[] = [];
  for (const [i, { run, k }] of shown.entries()) {
    onProgress?.(`${titles[i]}: ${run}`);
    made.push(
      await modelEntry(run, titles[i], {
        dataSet,
        samples: samples.set,
        site,
        k,
        threads,
        batchSize: teaching.batchSize,
        nearest: nearestCount(dataSet.train),
        onNotice: onProgress,
      }),
    );
  }
  const models = made.map(({ entry }) => entry);
  const judged = shown.map((one, i) => ({ ...one, verdict: made[i].verdict }));
  const nearest = nearestPictures(dataSet);
  const words = await wordsPlan(dualEncoders, { samples: samples.set, site, k, threads, onProgress });
  const { licence = "", background = 0 } = findDataSetEntry(data.name) ?? {};
  await site.finish({
    title: data.title,
    licence,
    classNames: data.classNames,
    shape: { height: data.height, width: data.width, channels: data.channels },
    normalization: data.normalization,
    models,
    samples: {
      images: site.add("samples.bin", allBytes(samples.set)),
      labels: [...samples.set.labels].slice(0, imageCount(samples.set)),
      sets: samples.from,
    },
    nearest: { images: site.add("nearest.bin", nearest.images), labels: nearest.labels },
    ...(words && { words }),
    opening: await chooseOpening({ samples: samples.set, entries: models, runs: judged, threads }),
    teaching: {
      ...teaching,
      newInBatch: Math.max(FEWEST_NEW_IN_BATCH, Math.round(teaching.batchSize / (data.classNames.length + 1))),
      fill: background,
    },
  });
  return [...titles, ...(words?.dualEncoders ?? []).map(({ title }) => title)];
}

function checkAlike(runs: readonly string[], records: readonly ReturnType<typeof readRun>[]): void {
  if (runs.length > MOST_MODELS)
    throw new UserError(`${runs.length} runs: a page shows ${MOST_MODELS} models at most; name fewer`);
  const unlike = records.findIndex((record) => {
    const { output, members } = buildNetwork(record).method.task;
    return output.reading !== undefined || members > 1;
  });
  if (unlike >= 0)
    throw new UserError(
      `${runs[unlike]}: the outputs of ${records[unlike].config.method.name} are not one network's logits, which the page shows and teaches by; give runs of one answer, trained with cross-entropy`,
    );
  const key = ({ data: { classNames, channels, height, width, normalization } }: ReturnType<typeof readRun>) =>
    JSON.stringify([classNames, channels, height, width, normalization]);
  const other = records.findIndex((record) => key(record) !== key(records[0]));
  if (other > 0)
    throw new UserError(
      `${runs[other]} was trained on other classes, sizes or statistics of images than ${runs[0]}; give each its own page`,
    );
}

/** What people read: the method, and the run where that tells no two apart. */
function titlesOf(runs: readonly string[], configs: readonly RunConfig[]): string[] {
  const plain = configs.map(({ method }) => {
    const name = method.name[0].toUpperCase() + method.name.slice(1);
    return "maskProbability" in method && method.maskProbability > 0 ? `${name}, masked` : name;
  });
  const names = distinctNames(runs);
  return plain.map((title, i) =>
    plain.filter((other) => other === title).length > 1 ? `${title} (${names[i]})` : title,
  );
}
