import { accessSync, constants, copyFileSync, existsSync, mkdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { UserError } from "../core/index.ts";
import type { StoredVariant } from "../evaluate/index.ts";
import { runPaths } from "../files/index.ts";
import { diskError } from "../files/internal.ts";
import { storedSets } from "../run/index.ts";

/**
 * Where the predictions and results of each run go: its own folder, or one of its own in `out`, which is `out` itself for a
 * single run. What a variant of asking gives goes by itself into `RUN/variants/NAME`.
 * @throws UserError for runs of equal names
 * @example
 * resultFolders(["runs/a", "runs/b"], "results"); // ["results/a", "results/b"]
 */
export function resultFolders(
  runs: readonly string[],
  out: string | undefined,
  variant?: Pick<StoredVariant, "name">,
): string[] {
  const names = runs.map((run) => basename(resolve(run)));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (out !== undefined && twice !== undefined)
    throw new UserError(
      `options.out ${out}: two runs are called ${twice}; judge them one by one, each with its own options.out`,
    );
  const own = (run: string) => (variant ? join(run, "variants", variant.name) : run);
  return runs.map((run, i) => (out === undefined ? own(run) : runs.length === 1 ? out : join(out, names[i])));
}

/** @throws UserError for a folder whose results are of another way of asking: one folder, one way */
export function requireUnmixed(run: string, folder: string, variant: StoredVariant | undefined): void {
  if (variant && resolve(folder) === resolve(run))
    throw new UserError(
      `options.out ${folder}: the run's own results lie there, and ${variant.title} is not mixed with them; leave it out, or name another folder`,
    );
  const other = storedSets(folder).find((entry) => entry.variant?.name !== variant?.name);
  if (other)
    throw new UserError(
      `options.out ${folder}: it holds answers of ${other.variant?.title ?? "the plain network"}, which are not mixed with those of ${variant?.title ?? "the plain network"}; name another folder`,
    );
}

/**
 * Makes a folder of `resultFolders` ready: outside the run, copies of what reports read of a run lie there, too.
 * @throws UserError for a folder that cannot be written, or holds another run
 */
export function prepareResultFolder(run: string, folder: string): void {
  if (resolve(folder) === resolve(run)) requireWritable(run);
  else copyRecords(run, folder);
}

function requireWritable(run: string): void {
  try {
    accessSync(run, constants.W_OK);
  } catch {
    throw new UserError(`${run} cannot be written to; say where predictions and results go by options.out DIR`);
  }
}

/**
 * @param option what names the folder that results go to
 * @throws UserError for a folder that holds a run
 */
export function requireNoRun(option: string, folder: string): void {
  if (existsSync(runPaths(folder).checkpoint))
    throw new UserError(`${option} ${folder}: a run lies there; choose another folder`);
}

function copyRecords(run: string, folder: string): void {
  requireNoRun("options.out", folder);
  try {
    mkdirSync(folder, { recursive: true });
    for (const file of ["config", "metrics"] as const)
      if (existsSync(runPaths(run)[file])) copyFileSync(runPaths(run)[file], runPaths(folder)[file]);
  } catch (error) {
    throw diskError(error, folder);
  }
}
