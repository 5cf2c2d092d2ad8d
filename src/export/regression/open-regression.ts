import { existsSync, readFileSync, statSync } from "node:fs";
import { type Listener, UserError } from "../../core/index.ts";
import type { OpenOptions } from "../open-bytes.ts";
import { openRegressor, type Regressor } from "./open-regressor.ts";
import { exportRegression, type RegressionExportOptions } from "./prepare.ts";

/**
 * Opens a regression's run folder, or a file that `anchored export` has written from one. A run is exported in memory:
 * both answer alike. `exported` holds for run folders alone, in a file it is settled.
 * @throws UserError for a path that is neither, or is damaged, and as `exportRegression`
 * @example
 * const cars = await openRegression("cars.onnx");
 * const { mean, standardDeviation } = await cars.predict(Float32Array.of(8, 307, 130, 3504));
 */
export async function openRegression(
  path: string,
  { exported = {}, ...options }: OpenOptions & { readonly exported?: RegressionExportOptions } = {},
  listener: Listener = {},
): Promise<Regressor> {
  if (!existsSync(path)) throw new UserError(`${path}: no such run folder or .onnx file`);
  if (statSync(path).isDirectory()) {
    const { threads } = options;
    return openRegressor(await exportRegression(path, { threads, ...exported }, listener), path, options);
  }
  const [settled] = Object.entries(exported).find(([, value]) => value !== undefined) ?? [];
  if (settled) throw new UserError(`${path}: its ${settled} was settled at its export; give a run folder to choose`);
  return openRegressor(readFileSync(path), path, options);
}
