import type { Listener } from "../core/index.ts";
import type { LoadedRun, RunDataOptions } from "../train/index.ts";
import { calibrateRun } from "./calibrate-run.ts";
import type { ExportOptions } from "./export-classifier.ts";
import { settleVerdict, type VerdictOptions } from "./settled-verdict.ts";
import { runDataOf } from "./validation.ts";

export interface RunExportOptions extends Omit<ExportOptions, "temperature" | "scorePercentiles">, VerdictOptions {
  /** Divides the logits before the softmax; `auto`, the default, is fitted on the run's validation images. */
  readonly temperature?: number | "auto";
  /** Where the run's data lie now. */
  readonly data?: RunDataOptions;
  readonly threads?: number;
}

/**
 * What is fitted on a run's data before a file is made of it: `fits` for `exportClassifier`, with the calibration that the
 * temperature is of; `load` gives the data.
 * @throws UserError as `exportRun`
 */
export async function settleExport(
  run: string,
  loaded: LoadedRun,
  { temperature = "auto", data, ...options }: RunExportOptions,
  listener: Listener,
) {
  const load = runDataOf({ run, record: loaded.record }, { ...data, ...listener });
  const shared = { ...options, fresh: data?.changedData, ...listener };
  const calibration = await calibrateRun(run, loaded, {
    ...shared,
    temperature,
    validation: async () => (await load()).validation,
  });
  if (calibration?.notice) listener.onNotice?.(calibration.notice);
  const settled = await settleVerdict(run, loaded, { ...shared, data: load });
  // Without a calibration the temperature is given: `auto` cannot do without.
  const fits = { ...(calibration ?? { temperature: temperature as number }), settled };
  return { fits, calibration, load };
}
