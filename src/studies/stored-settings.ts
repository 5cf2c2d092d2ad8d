import { existsSync, statSync } from "node:fs";
import { UserError } from "../core/index.ts";
import { firstDifference } from "../run/internal.ts";

/** @throws UserError naming the first setting in which what a folder was made with is not what is planned */
export function requireSettings(run: string, stored: unknown, planned: unknown): void {
  const difference = firstDifference(stored, planned);
  if (!difference) return;
  const { path, a, b } = difference;
  throw new UserError(
    `${run} was made with other settings (${path} is ${JSON.stringify(a)}, not ${JSON.stringify(b)}); start over with options.fresh, or choose another options.out`,
  );
}

/** Whether results are there, and not older than the checkpoint that they are of. */
export const areOf = (results: string, checkpoint: string): boolean =>
  existsSync(checkpoint) && existsSync(results) && statSync(results).mtimeMs >= statSync(checkpoint).mtimeMs;
