import { availableParallelism } from "node:os";
import { type ImageSet, type Listener, UserError } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import type { LoadedRun } from "../train/index.ts";
import { type Calibration, calibrationOf } from "./calibration.ts";
import { type ExportOptions, exportClassifier, referencesOf } from "./export-classifier.ts";
import { openBytes } from "./open-bytes.ts";
import { type AskedSo, readCalibration, storeCalibration } from "./stored-calibration.ts";
import { predictImages } from "./validation.ts";

export interface CalibrateOptions extends Pick<ExportOptions, "protocol" | "k">, Listener {
  readonly temperature: number | "auto";
  /** The run's held-out images; asked for only where they are needed. */
  readonly validation: () => Promise<ImageSet>;
  /** Neither read what is kept, nor keep it: for data that are not those of the training. */
  readonly fresh?: boolean;
  readonly threads?: number;
}

/**
 * The temperature of a run and where its scores lie, from `calibration.json` of its folder or, the first time, from all
 * validation images. `undefined`, with a notice, where these are not here and the temperature is given.
 * @throws UserError where a temperature is to be fitted without the data
 */
export async function calibrateRun(
  run: string,
  loaded: LoadedRun,
  {
    temperature,
    validation,
    fresh,
    threads = availableParallelism(),
    protocol = "k",
    k,
    ...listener
  }: CalibrateOptions,
): Promise<Calibration | undefined> {
  const references = referencesOf(loaded, { protocol, k })?.shape[0] ?? 0;
  const asked: AskedSo = { weights: loaded.weights, protocol, references, temperature };
  const stored = fresh ? undefined : readCalibration(run, asked);
  if (stored) return stored;
  let images: ImageSet;
  try {
    images = await validation();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (temperature === "auto")
      throw new UserError(
        `options.temperature auto is fitted on the run's data: ${error.message}; or give options.temperature 1`,
      );
    listener.onNotice?.(`where uncertainties stand among known images is not told: ${error.message}`);
    return undefined;
  }
  const opened = await openBytes(await exportClassifier(loaded, { protocol, k }), run, { threads });
  try {
    const scored = await predictImages(opened, images, listener);
    const made = calibrationOf(scored, opened.card.score, temperature);
    const kept = !fresh && storeCalibration(run, asked, made);
    if (temperature === "auto" && !made.notice)
      listener.onNotice?.(
        `temperature ${Number(made.temperature.toPrecision(4))}, fitted on ${made.images} validation images${kept ? `; kept in ${runPaths(run).calibration}` : ""}`,
      );
    return made;
  } finally {
    await opened.dispose();
  }
}
