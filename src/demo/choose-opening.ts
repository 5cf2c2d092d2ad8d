import { type ImageSet, imageAt, imageCount, subset } from "../core/index.ts";
import { corruptImage, severities } from "../corrupt/index.ts";
import { corruptions } from "../corrupt/internal.ts";
import { softmax } from "../evaluate/index.ts";
import { knownScores } from "../evaluate/internal.ts";
import { loadPredictor } from "../train/index.ts";
import type { ModelEntry, Opening } from "../web/manifest.ts";
import type { PageVerdict } from "./page-verdict.ts";

/**
 * Corruptions of the published main suite, which are the known ones. Without JPEG, for which the page has the browser's
 * encoder and so other bytes, and without frost, whose texture takes longer than all the others.
 */
const offered = corruptions
  .filter(({ suite, name }) => suite === "c" && name !== "jpeg_compression" && name !== "frost")
  .map(({ name }) => name);

/** Of large pictures the first few are tried, so that choosing takes seconds: values of all damaged pictures together. */
const MOST_VALUES = 2e7;

/** What a model says of a picture. */
export interface Answer {
  readonly predicted: number;
  readonly confidence: number;
  /** Its verdict; absent where it gives none. */
  readonly known?: boolean;
}

/** Of one picture and damage. */
interface Setting extends Pick<Opening, "sample" | "corruption" | "severity"> {
  readonly image: Uint8Array;
}

export interface OpeningOptions {
  readonly samples: ImageSet;
  readonly entries: readonly Pick<ModelEntry, "anchored">[];
  /** [model] its folder, and the references that the page uses; all that it keeps where absent. */
  readonly runs: readonly { readonly run: string; readonly k?: number; readonly verdict?: PageVerdict }[];
  readonly threads?: number;
}

/**
 * The picture and damage that the page opens on: of the pictures × corruptions × severities, the one where the first
 * standard model is surest of a wrong answer and the first anchored model is right and calls the picture known; where it
 * calls none of them known, the surest of all that it is right about. The page computes the same bytes and logits, so it shows
 * what was measured here. Undefined where there is no such pair of models or no such setting.
 */
export async function chooseOpening(options: OpeningOptions): Promise<Opening | undefined> {
  const { samples, entries, runs, threads } = options;
  const standard = entries.findIndex((entry) => !entry.anchored);
  const anchored = entries.findIndex((entry) => entry.anchored);
  if (standard < 0 || anchored < 0) return undefined;
  const values = offered.length * severities.length * samples.height * samples.width * samples.channels;
  const pictures = Math.min(imageCount(samples), Math.ceil(MOST_VALUES / values));
  const tried = await settingsOf(samples, pictures);
  const labels = tried.map(({ sample }) => samples.labels[sample]);
  const compared = [runs[standard], runs[anchored]];
  const predictors = await Promise.all(compared.map(({ run }) => loadPredictor(run, { threads })));
  try {
    const [standardTo, anchoredTo] = predictors.map(
      (predictor, i): AnswersTo =>
        async (rows) => {
          const { k, verdict } = compared[i];
          const features = verdict !== undefined;
          const asked = await predictor.predict(damaged(samples, tried, rows), { k, features });
          const { predicted, confidence } = softmax(asked.logits, asked.classes);
          const scores = verdict && knownScores(verdict.made.fitted, { ...asked, features: asked.features! });
          return rows.map((_, row) => ({
            predicted: predicted[row],
            confidence: confidence[row],
            ...(verdict && { known: scores![row] >= verdict.entry.threshold }),
          }));
        },
    );
    const said = await standardTo(tried.map((_, row) => row));
    const chosen = await surestMistakeAvoided(labels, said, anchoredTo);
    if (chosen === undefined) return undefined;
    const { sample, corruption, severity } = tried[chosen.row];
    return {
      ...{ sample, corruption, severity, anchored, standard },
      ...(chosen.known && { known: true }),
      tried: { pictures, corruptions: offered.length },
    };
  } finally {
    for (const predictor of predictors) await predictor.dispose();
  }
}

/** What a model says of some of the settings. */
type AnswersTo = (rows: readonly number[]) => Promise<readonly Answer[]>;

/** Rows that the anchored model, whose every reference costs as much as the standard one, is asked about at a time. */
const ASKED_AT_ONCE = 32;

/**
 * The row of which the standard model is surest among those where it is wrong and the anchored one is right and calls the
 * picture known; without the latter where there is none. The first of equals. The anchored model is asked in the order of that
 * sureness, so only about as many rows as it takes.
 */
export async function surestMistakeAvoided(
  labels: readonly number[],
  standard: readonly Answer[],
  anchoredTo: AnswersTo,
): Promise<{ readonly row: number; readonly known?: boolean } | undefined> {
  const mistakes = labels
    .map((_, row) => row)
    .filter((row) => standard[row].predicted !== labels[row])
    .sort((a, b) => standard[b].confidence - standard[a].confidence || a - b);
  let right: number | undefined;
  for (let at = 0; at < mistakes.length; at += ASKED_AT_ONCE) {
    const rows = mistakes.slice(at, at + ASKED_AT_ONCE);
    const answers = await anchoredTo(rows);
    const found = rows.flatMap((row, i) => (answers[i].predicted === labels[row] ? [{ row, ...answers[i] }] : []));
    const best = found.find(({ known }) => known !== false);
    if (best) return { row: best.row, known: best.known };
    right ??= found[0]?.row;
  }
  return right === undefined ? undefined : { row: right, known: false };
}

/** The first pictures under every corruption at every severity, as the page makes them (src/web/worker.ts). */
async function settingsOf(samples: ImageSet, pictures: number): Promise<Setting[]> {
  const { height, width, channels } = samples;
  const settings: Setting[] = [];
  for (let sample = 0; sample < pictures; sample++) {
    const image = { height, width, channels, data: imageAt(samples, sample) };
    for (const corruption of offered)
      for (const severity of severities) {
        const { data } = await corruptImage(image, { name: corruption, severity, index: 0 });
        settings.push({ sample, corruption, severity, image: data });
      }
  }
  return settings;
}

function damaged(samples: ImageSet, settings: readonly Setting[], rows: readonly number[]): ImageSet {
  const size = settings[0].image.length;
  const images = new Uint8Array(rows.length * size);
  for (const [i, row] of rows.entries()) images.set(settings[row].image, i * size);
  const shown = rows.map((row) => settings[row].sample);
  return { ...subset(samples, shown, "damaged samples"), images };
}
