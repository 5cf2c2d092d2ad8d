import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { textTable } from "../../core/index.ts";
import { counted, knownName } from "../../core/internal.ts";
import { encodeSafetensors } from "../../files/index.ts";
import { thisMachine, versions } from "../../files/internal.ts";
import { clipVariants } from "../../models/index.ts";
import { findPyTorch } from "../pytorch.ts";
import type { Round, Side } from "../side.ts";
import { type ClipReady, ourSide, pytorchClipSide } from "./sides.ts";
import {
  type ClipWork,
  clipInference,
  clipTraining,
  clipWork,
  clipWorkNames,
  LEARNING_RATE,
  WEIGHT_DECAY,
} from "./work.ts";

export interface ClipBenchOptions {
  /** What is measured; all of `clipWorkNames` by default. */
  readonly work?: readonly string[];
  /** Images of a step; by default 64 of the training, 32 of inference. */
  readonly batchSize?: number;
  /** Timed steps of a side in each round; 3 by default. */
  readonly steps?: number;
  /** 5 by default. */
  readonly rounds?: number;
  /** All cores by default. */
  readonly threads?: number;
  /** A Python that has PyTorch; searched for by default. */
  readonly python?: string;
  readonly onRound?: (line: string) => void;
  /** Aborting it stops the measurement and both sides' processes. */
  readonly signal?: AbortSignal;
}

/** One kind of work beside PyTorch's, on the same weights and inputs. */
export interface ClipBenchRow {
  readonly work: ClipWork;
  readonly model: string;
  readonly batchSize: number;
  readonly threads: number;
  /** Of the fastest step, as of both sides. */
  readonly imagesPerSecond: number;
  readonly pytorchImagesPerSecond: number;
  readonly ratio: number;
  /** The ratio in each round. */
  readonly ratios: readonly number[];
  /** Largest relative difference of what both sides must agree on. */
  readonly difference: number;
  readonly compileMs: number;
  readonly peakBytes: number;
  readonly pytorch: { readonly version: string; readonly blas: string; readonly peakBytes: number };
  readonly cores: number;
  readonly cpu: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Float32 sums in other orders, and three updates of AdamW, which divides by small numbers. */
const TOLERANCE = 1e-3;
/** Threads of the side that has just run spin for a while before they sleep. */
const SETTLE_MS = 100;

/**
 * Measures a training step of CLIP's small pair, and image embeddings of ViT-B/32, in turns with PyTorch's eager ones on the same
 * random weights and inputs.
 * @throws UserError for an unknown kind of work, or without PyTorch; an Error where the two sides compute something else
 * @example
 * console.log(clipTable(await benchClip({ work: ["training"], steps: 1, rounds: 1 }))); // needs Python with PyTorch
 */
export async function benchClip(options: ClipBenchOptions = {}): Promise<ClipBenchRow[]> {
  const works = (options.work ?? clipWorkNames).map((name) => knownName("work to benchmark", name, clipWorkNames));
  const python = findPyTorch(options.python);
  const folder = mkdtempSync(join(tmpdir(), "anchored-bench-clip-"));
  try {
    const rows: ClipBenchRow[] = [];
    for (const work of works) rows.push(await measure(work, python, folder, options));
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(
  work: ClipWork,
  python: string,
  folder: string,
  { steps = 3, rounds = 5, threads = thisMachine().cores, onRound, signal, ...options }: ClipBenchOptions,
): Promise<ClipBenchRow> {
  const { model } = clipWork[work];
  const batchSize = options.batchSize ?? clipWork[work].batchSize;
  const file = join(folder, `${work}.safetensors`);
  writeFileSync(file, fileFor(work, batchSize));
  const sides: Side[] = [];
  try {
    // One after the other: each makes its first steps alone.
    sides.push(await ourSide({ work, batchSize, threads }, signal));
    sides.push(await pytorchClipSide({ python, file, work, threads, signal }));
    const [ours, theirs] = sides.map(({ ready }) => ready as ClipReady);
    const difference = largestDifference(ours.check, theirs.check);
    if (!(difference <= TOLERANCE))
      throw new Error(`${work}: PyTorch computes something else, by ${difference} of the largest number`);
    const measured: [Round[], Round[]] = [[], []];
    for (let round = 1; round <= rounds; round++) {
      for (const [i, side] of sides.entries()) {
        await setTimeout(SETTLE_MS, undefined, { signal });
        measured[i].push(await side.round(steps));
      }
      const [own, other] = measured.map((of) => speedOf(of.slice(-1), batchSize).toFixed(1));
      onRound?.(`${work}, round ${round}/${rounds}: ${own} images/s; PyTorch ${other}`);
    }
    const [imagesPerSecond, pytorchImagesPerSecond] = measured.map((of) => speedOf(of, batchSize));
    const [peakBytes, pytorchPeak] = measured.map((of) => Math.max(...of.map((round) => round.peakBytes)));
    return {
      ...{ work, model, batchSize, threads, imagesPerSecond, pytorchImagesPerSecond },
      ratio: imagesPerSecond / pytorchImagesPerSecond,
      ratios: measured[0].map((own, i) => speedOf([own], batchSize) / speedOf([measured[1][i]], batchSize)),
      ...{ difference, compileMs: ours.compileMs ?? Number.NaN, peakBytes },
      pytorch: { version: theirs.torch ?? "unknown", blas: theirs.blas ?? "unknown", peakBytes: pytorchPeak },
      ...thisMachine(),
      versions: versions(),
    };
  } finally {
    for (const side of sides) side.stop();
  }
}

/** Images per second of the fastest step. */
const speedOf = (rounds: readonly Round[], batchSize: number): number =>
  (1000 * batchSize) / Math.min(...rounds.flatMap(({ stepMs }) => stepMs));

/** What PyTorch is given, as `peers/pytorch-clip.py` reads it. */
export function fileFor(work: ClipWork, batchSize: number): Uint8Array {
  const { image, text } = clipVariants[clipWork[work].model].size;
  const facts = { imageHeads: String(image.heads), textHeads: String(text.heads) };
  if (work !== "training") {
    const { params, images } = clipInference(batchSize).given;
    return encodeSafetensors({ ...params, "inputs.images": images }, facts);
  }
  const { given, decayed } = clipTraining(batchSize);
  return encodeSafetensors(
    { ...given.params, "inputs.images": given.images, "inputs.tokens": given.tokens },
    {
      ...facts,
      ...{ learningRate: String(LEARNING_RATE), weightDecay: String(WEIGHT_DECAY), decayed: decayed.join() },
    },
  );
}

/** Relative to the largest number; infinite where lists differ in length or anything is not a number. */
export function largestDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length || a.length === 0) return Number.POSITIVE_INFINITY;
  const scale = Math.max(...b.map(Math.abs));
  const distances = a.map((value, i) => Math.abs(value - b[i]) / scale);
  return distances.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(...distances);
}

const words: { readonly [Name in ClipWork]: string } = {
  training: "training step",
  program: "image embeddings, program",
  file: "image embeddings, exported file",
};

/**
 * A line for each kind of work.
 * @example
 * console.log(clipTable(await benchClip())); // needs Python with PyTorch
 */
export function clipTable(rows: readonly ClipBenchRow[]): string {
  const { cpu, cores, pytorch } = rows[0];
  const table = textTable([
    ["work", "model", "batch", "threads", "images/s", "PyTorch", "against it", "of rounds", "memory", "PyTorch's"],
    ...rows.map((row) => [
      words[row.work],
      row.model,
      String(row.batchSize),
      String(row.threads),
      row.imagesPerSecond.toFixed(1),
      row.pytorchImagesPerSecond.toFixed(1),
      `${row.ratio.toFixed(2)} ×`,
      `${Math.min(...row.ratios).toFixed(2)} to ${Math.max(...row.ratios).toFixed(2)}`,
      `${(row.peakBytes / 1e9).toFixed(2)} GB`,
      `${(row.pytorch.peakBytes / 1e9).toFixed(2)} GB`,
    ]),
  ]);
  return [
    table,
    "",
    `${cpu}, ${counted(cores, "core")}; the fastest step of each side counts; the same random weights and inputs`,
    `PyTorch ${pytorch.version}, eager, with ${pytorch.blas}`,
  ].join("\n");
}
