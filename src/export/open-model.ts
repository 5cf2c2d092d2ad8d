import { existsSync, readFileSync, statSync } from "node:fs";
import { type Listener, UserError } from "../core/index.ts";
import { exportRun } from "./export-run.ts";
import { type Classifier, type OpenOptions, openBytes } from "./open-bytes.ts";
import type { RunExportOptions } from "./settle-export.ts";

/**
 * Opens a run folder, or a file that `anchored export` has written. A run is exported in memory: both run the same graph,
 * with the same temperature by default.
 * `exported` holds for run folders alone, in a file it is settled.
 * @throws UserError for a path that is neither, or is damaged, and as `exportRun`
 * @example
 * const classifier = await openModel("model.onnx"); // or a run folder
 * console.log(classifier.card.classes);
 */
export async function openModel(
  path: string,
  { exported = {}, ...options }: OpenOptions & { readonly exported?: RunExportOptions } = {},
  listener: Listener = {},
): Promise<Classifier> {
  if (!existsSync(path)) throw new UserError(`${path}: no such run folder or .onnx file`);
  if (statSync(path).isDirectory()) {
    const { threads } = options;
    return openBytes(await exportRun(path, { threads, ...exported }, listener), path, options);
  }
  const { data, ...choices } = exported;
  const [settled] = Object.entries({ ...data, ...choices }).find(([, value]) => value !== undefined) ?? [];
  if (settled) throw new UserError(`${path}: its ${settled} was settled at its export; give a run folder to choose`);
  return openBytes(readFileSync(path), path, options);
}
