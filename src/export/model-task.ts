import { existsSync, readFileSync, statSync } from "node:fs";
import { modelMetadata } from "../engine/index.ts";
import { runTask } from "../run/index.ts";
import type { TaskName } from "../tasks/index.ts";
import { isDualEncoderFolder } from "../train/index.ts";
import { formatTask } from "./card.ts";

/**
 * The task of a run folder, of a folder of CLIP's weights, or of a file that was exported from one; `undefined` where the path is neither.
 * @example
 * const model = modelTask("cars.onnx") === "regression" ? await openRegression("cars.onnx") : await openModel("cars.onnx");
 */
export function modelTask(path: string): TaskName | undefined {
  if (!existsSync(path)) return undefined;
  if (statSync(path).isDirectory()) return isDualEncoderFolder(path) ? "contrastive" : runTask(path);
  try {
    return formatTask(modelMetadata(readFileSync(path)).format);
  } catch {
    return undefined;
  }
}
