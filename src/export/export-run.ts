import type { Listener } from "../core/index.ts";
import { loadRun } from "../train/index.ts";
import { exportClassifier } from "./export-classifier.ts";
import { type RunExportOptions, settleExport } from "./settle-export.ts";

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
  options: RunExportOptions = {},
  listener: Listener = {},
): Promise<Uint8Array> {
  const loaded = loadRun(run, options);
  const { fits } = await settleExport(run, loaded, options, listener);
  return exportClassifier(loaded, { ...options, ...fits });
}
