import { availableParallelism } from "node:os";
import { type Listener, type RegressionSet, UserError } from "../../core/index.ts";
import { loadRegressionRunData } from "../../judge/internal.ts";
import type { LoadedRegression, RegressionPlaces } from "../../train/index.ts";
import { loadRegression } from "../../train/internal.ts";
import type { IntervalCard } from "./card.ts";
import { calibrateConformal, checkLevel, type IntervalOptions } from "./conformal.ts";
import { type RegressionFileOptions, regressionFile } from "./export-regression.ts";
import { openRegressor } from "./open-regressor.ts";
import { predictRegressionSet } from "./predict-set.ts";

export interface RegressionExportOptions extends RegressionFileOptions, IntervalOptions, RegressionPlaces {
  readonly dataDir?: string;
  /** Take data that are not those of the training, with a notice; they are refused where absent. */
  readonly changedData?: boolean;
  readonly threads?: number;
}

/** A run that is about to become a file. */
export interface PreparedRegression {
  readonly loaded: LoadedRegression;
  /** What `regressionFile` is to be given. */
  readonly options: RegressionFileOptions & { readonly conformal?: IntervalCard };
  /** The run's held-out examples, read once. @throws UserError where they are not here, or are others */
  readonly validation: () => Promise<RegressionSet>;
}

/** Loads a run and, where they are asked for, calibrates conformal intervals by the very file that will answer. */
export async function prepareRegression(
  run: string,
  {
    conformal: level,
    conformalBy: by,
    dataDir,
    csv,
    folder,
    table,
    changedData,
    threads = availableParallelism(),
    ...options
  }: RegressionExportOptions,
  listener: Listener = {},
): Promise<PreparedRegression> {
  if (level !== undefined) checkLevel(level);
  else if (by !== undefined)
    throw new UserError(`options.conformalBy ${by}: to hold which share? add options.conformal 0.9`);
  const loaded = asExported(loadRegression(run, options), options);
  let read: Promise<RegressionSet> | undefined;
  const validation = () => {
    read ??= validationOf(run, loaded, { dataDir, csv, folder, table, changedData }, listener);
    return read;
  };
  if (level === undefined) return { loaded, options, validation };
  const set = await validation().catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`options.conformal ${level} is calibrated on the run's validation examples: ${error.message}`);
  });
  const opened = await openRegressor(await regressionFile(loaded, options), run, { threads });
  try {
    const answers = await predictRegressionSet(opened, set, listener);
    const conformal = calibrateConformal(opened.card, answers, set, { level, by });
    return { loaded, options: { ...options, conformal }, validation };
  } finally {
    await opened.dispose();
  }
}

/** The run without its draws of dropout, where that is asked for. */
function asExported(loaded: LoadedRegression, { withoutDraws }: RegressionFileOptions): LoadedRegression {
  const { config } = loaded.record;
  if (!withoutDraws) return loaded;
  if (config.task.dropoutDraws === 0)
    throw new UserError("options.withoutDraws: the run's answers are not over draws of dropout; leave it out");
  return { ...loaded, record: { ...loaded.record, config: { ...config, task: { ...config.task, dropoutDraws: 0 } } } };
}

async function validationOf(
  run: string,
  { record }: LoadedRegression,
  options: Pick<RegressionExportOptions, "dataDir" | "changedData" | keyof RegressionPlaces>,
  listener: Listener,
): Promise<RegressionSet> {
  const { data, notice } = await loadRegressionRunData(run, record, options);
  if (notice) listener.onNotice?.(notice);
  if (data.validation.count === 0) throw new UserError(`${run}: it holds no examples out for validation`);
  return data.validation;
}

/**
 * A regression's run as one ONNX file, for numbers float32 [N, F] or uint8 images [N, H, W, C] of any N: see
 * docs/export.md.
 * @throws UserError where the run is missing, damaged or has diverged, answers over draws of dropout, keeps fewer
 *   references than are asked for, or conformal intervals are to be calibrated without the data or with too few
 * @example const bytes = await exportRegression("runs/cars", { conformal: 0.9 });
 */
export async function exportRegression(
  run: string,
  options: RegressionExportOptions = {},
  listener: Listener = {},
): Promise<Uint8Array> {
  const { loaded, options: settled } = await prepareRegression(run, options, listener);
  return regressionFile(loaded, settled);
}
