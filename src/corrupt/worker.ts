/** A thread of `CorruptionPool`: corrupts a run of images of one set into those of another. */

import { workerData } from "node:worker_threads";
import sharp from "sharp";
import { imageAt, type SharedImages } from "../core/index.ts";
import { importModules } from "../files/index.ts";
import { openImages } from "../files/internal.ts";
import { corruptImage } from "./corrupt-image.ts";
import type { Benchmark, Image, Severity } from "./corruption.ts";

export interface Task {
  /** [N, H, W, C]. */
  readonly images: SharedImages;
  /** Of the same size. */
  readonly out: SharedImages;
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
  /** Files that register what a task may name. */
  readonly modules?: readonly string[];
}

// The pool has a thread a core already.
sharp.concurrency(1);

/** Images on the way at the same time, for corruptions that wait for an encoder. */
const IN_FLIGHT = 8;

// Piscina hands its own data in a tuple around the user's.
const given = (Array.isArray(workerData) ? workerData[1] : workerData) as WorkerData | undefined;
await importModules(given?.modules ?? []);
const resources = { frost: given?.frost };

export default async function corruptRows(task: Task): Promise<void> {
  const { height, width, channels, from, to, name, severity, benchmark } = task;
  const size = height * width * channels;
  const images = openImages(task.images);
  const out = openImages(task.out, "r+");
  const write = (row: number, data: Uint8Array) =>
    out instanceof Uint8Array ? out.set(data, row * size) : out.write(row, data);
  const corruptRow = (index: number) => {
    const data = imageAt({ images, height, width, channels }, index);
    return corruptImage({ height, width, channels, data }, { name, severity, index, benchmark, resources });
  };
  for (let first = from; first < to; first += IN_FLIGHT) {
    const rows = Array.from({ length: Math.min(IN_FLIGHT, to - first) }, (_, i) => first + i);
    const corrupted = rows.map(corruptRow);
    for (const [i, image] of corrupted.entries()) write(rows[i], (await image).data);
  }
  for (const file of [images, out]) if (!(file instanceof Uint8Array)) file.close();
}
