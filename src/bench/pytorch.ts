import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { UserError } from "../core/index.ts";
import { type Side, startSide } from "./side.ts";
import { type BenchModel, INPUT_CHANNELS } from "./steps.ts";

/** How PyTorch lays out its activations; which is faster depends on the network and the machine. */
export const memoryFormats = ["nchw", "channels-last"] as const;
export type MemoryFormat = (typeof memoryFormats)[number];

/** Debian's first: its packages are what our target is measured against. */
const PYTHONS = ["/usr/bin/python3", "python3"];

/** A Python that has PyTorch: `given`, or the first of the usual ones. @throws UserError saying how to install it. */
export function findPyTorch(given?: string): string {
  const tried = given ? [given] : PYTHONS;
  const python = tried.find((path) => spawnSync(path, ["-c", "import torch"], { stdio: "ignore" }).status === 0);
  if (python) return python;
  throw new UserError(
    `options.peers: no PyTorch in ${tried.join(" or ")}; install the Debian packages python3-torch and ` +
      "libopenblas0-pthread, or name a Python that has it with options.python",
  );
}

/** PyTorch's eager step of the same network. @throws Error where its parameters are not as many as ours. */
export const pytorchSide = (options: {
  readonly python: string;
  readonly model: BenchModel;
  readonly batchSize: number;
  readonly parameters: number;
  readonly threads: number;
  readonly format: MemoryFormat;
  readonly signal?: AbortSignal;
}): Promise<Side> => {
  const { python, model, batchSize, parameters, threads, format, signal } = options;
  const flags = { model, batch: batchSize, channels: INPUT_CHANNELS, threads, parameters, format };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  // torch.set_num_threads does not reach OpenBLAS's own threads.
  const env = { PYTHONDONTWRITEBYTECODE: "1", OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
  return startSide(python, [script(), ...args], { env, signal });
};

/** As far from the root in `src` as in `dist`. */
const script = (): string => fileURLToPath(new URL("../../src/bench/peers/pytorch-step.py", import.meta.url));
