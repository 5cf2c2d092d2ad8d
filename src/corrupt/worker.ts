/** A thread of `CorruptionPool`: corrupts a run of images from one block of shared memory into another. */

import { workerData } from "node:worker_threads";
import sharp from "sharp";
import { corruptImage } from "./corrupt-image.ts";
import type { Benchmark, Image, Severity } from "./corruption.ts";

export interface Task {
  /** [N, H, W, C] in shared memory. */
  readonly images: Uint8Array;
  /** Of the same size. */
  readonly out: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** The rows [from, to) are this task's. */
  readonly from: number;
  readonly to: number;
  readonly name: string;
  readonly severity: Severity;
  readonly benchmark: Benchmark;
}

/** The pool's data for its threads. */
export interface WorkerData {
  readonly frost?: readonly Image[];
}

// The pool has a thread a core already.
sharp.concurrency(1);

/** Images on the way at the same time, for corruptions that wait for an encoder. */
const IN_FLIGHT = 8;

// Piscina hands its own data in a tuple around the user's.
const given = (Array.isArray(workerData) ? workerData[1] : workerData) as WorkerData | undefined;
const resources = { frost: given?.frost };

export default async function corruptRows(task: Task): Promise<void> {
  const { images, out, height, width, channels, from, to, name, severity, benchmark } = task;
  const size = height * width * channels;
  const corruptRow = (index: number) => {
    const data = images.subarray(index * size, (index + 1) * size);
    return corruptImage({ height, width, channels, data }, { name, severity, index, benchmark, resources });
  };
  for (let first = from; first < to; first += IN_FLIGHT) {
    const rows = Array.from({ length: Math.min(IN_FLIGHT, to - first) }, (_, i) => first + i);
    const corrupted = rows.map(corruptRow);
    for (const [i, image] of corrupted.entries()) out.set((await image).data, rows[i] * size);
  }
}
