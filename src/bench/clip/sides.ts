import { fileURLToPath } from "node:url";
import { type Ready, type Side, startSide } from "../side.ts";
import type { ClipWork } from "./work.ts";

export interface ClipSideOptions {
  readonly work: ClipWork;
  readonly batchSize: number;
  readonly threads: number;
}

/** A side's first line. */
export interface ClipReady extends Ready {
  /** What both sides must agree on: losses of three steps, or three times the point of the first image. */
  readonly check: readonly number[];
}

/** Our side; in the built package: Node 20 runs no TypeScript. */
export const ourSide = (options: ClipSideOptions, signal?: AbortSignal): Promise<Side> =>
  startSide(process.execPath, [fileURLToPath(new URL("./clip-process.js", import.meta.url)), JSON.stringify(options)], {
    signal,
  });

/** PyTorch's eager side, of the weights and inputs in a file. */
export function pytorchClipSide({
  python,
  file,
  work,
  threads,
  signal,
}: {
  readonly python: string;
  readonly file: string;
  readonly work: ClipWork;
  readonly threads: number;
  readonly signal?: AbortSignal;
}): Promise<Side> {
  const what = work === "training" ? "training" : "inference";
  // torch.set_num_threads does not reach OpenBLAS's own threads.
  const env = { PYTHONDONTWRITEBYTECODE: "1", OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
  return startSide(python, [script(), file, "--what", what, "--threads", String(threads)], { env, signal });
}

/** As far from the root in `src` as in `dist`. */
const script = (): string => fileURLToPath(new URL("../../../src/bench/peers/pytorch-clip.py", import.meta.url));
