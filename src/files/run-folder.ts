import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../core/errors.ts";

/**
 * Where things lie in a run folder.
 * @example
 * const { config, checkpoint, results } = runPaths("runs/mine");
 */
export const runPaths = (run: string) => ({
  config: join(run, "config.json"),
  metrics: join(run, "metrics.jsonl"),
  checkpoint: join(run, "checkpoint.safetensors"),
  /** Of a dual encoder. */
  tokenizer: join(run, "tokenizer.json"),
  /** Of a dual encoder that started from one with such a file. */
  tokenizerConfig: join(run, "tokenizer_config.json"),
  /** Of a dual encoder with retrieved anchors: which pairs of the pool are the nearest of each image. */
  retrieved: join(run, "retrieved.json"),
  predictions: join(run, "predictions"),
  calibration: join(run, "calibration.json"),
  verdict: join(run, "verdict.json"),
  results: join(run, "results.json"),
  report: join(run, "report.html"),
  /** Names of locks: who trains into the folder, and who stores predictions in it. */
  training: join(run, ".training"),
  judging: join(run, ".judging"),
});

/**
 * Writes beside `path`, flushes to the disk, then renames: a reader sees the old file or the new one, never half of one.
 * @throws UserError where the disk is full or the folder not writable; the old file is left as it was.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  const partial = `${path}.partial`;
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(partial, "w");
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (error) {
    try {
      rmSync(partial, { force: true });
    } catch {
      // Where the folder itself is the problem there is nothing to remove; the first error says why.
    }
    throw diskError(error, path);
  }
}

/** A failed write as one line that says what to do; anything else unchanged. */
export function diskError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new UserError(
      `cannot write ${path}: the disk is full; free some space, then run the same command again (train: with options.resume)`,
    );
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return new UserError(`cannot write ${path}: permission denied; choose another folder`);
  if (code === "ENOTDIR" || code === "EISDIR" || code === "EEXIST")
    return new UserError(`cannot write ${path}: a file or folder of that name is in the way; choose another folder`);
  return error;
}
