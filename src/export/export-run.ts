import type { Listener } from "../core/index.ts";
import { loadRun, type RunDataOptions } from "../train/index.ts";
import { calibrateRun } from "./calibrate-run.ts";
import { type ExportOptions, exportClassifier } from "./export-classifier.ts";
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
 * A run as one ONNX file for uint8 images [N, H, W, C] of any N: see docs/export.md.
 * @throws UserError where the run is missing, damaged or has diverged, lacks the anchor that its outputs are read
 * relative to (OAT), more references are asked for than are kept, or a temperature or verdict is to be fitted without the
 * data.
 * @example
 * import { writeFileSync } from "node:fs";
 * writeFileSync("model.onnx", await exportRun(run, { temperature: 1 }));
 */
export async function exportRun(
  run: string,
  { temperature = "auto", data, threads, verdict, keep, nearest, ...options }: RunExportOptions = {},
  listener: Listener = {},
): Promise<Uint8Array> {
  const loaded = loadRun(run, options);
  const load = runDataOf({ run, record: loaded.record }, { ...data, ...listener });
  const shared = { ...options, fresh: data?.changedData, threads, ...listener };
  const calibration = await calibrateRun(run, loaded, {
    ...shared,
    temperature,
    validation: async () => (await load()).validation,
  });
  if (calibration?.notice) listener.onNotice?.(calibration.notice);
  const settled = await settleVerdict(run, loaded, { ...shared, verdict, keep, nearest, data: load });
  const calibrated = calibration ?? { temperature: temperature as number };
  return exportClassifier(loaded, { ...options, ...calibrated, settled });
}
