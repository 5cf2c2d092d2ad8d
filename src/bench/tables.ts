import { textTable } from "../core/index.ts";
import { counted } from "../core/internal.ts";
import type { CorruptBenchRow } from "./corrupt.ts";
import { type DataBenchRow, LEAST_TIMES_STEP, pipelineNames } from "./data.ts";
import type { EngineBenchRow } from "./engine.ts";
import type { GroupBenchRow, PairProgress } from "./group.ts";
import type { PassRow } from "./passes.ts";
import type { PeersRow, RoundProgress } from "./peers.ts";

const speed = (imagesPerSecond: number): string => imagesPerSecond.toFixed(imagesPerSecond < 10 ? 2 : 0);
const backendName = (backend: EngineBenchRow["backend"]): string => (backend === "default" ? "compiled" : backend);
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
const times = (ratio: number | undefined, digits: number): string =>
  ratio === undefined ? "" : `${ratio.toFixed(digits)} ×`;

/**
 * A line per training step and back-end.
 * @example
 * console.log(engineTable(await benchEngine({ models: ["resnet20"] })));
 */
export function engineTable(rows: readonly EngineBenchRow[]): string {
  const { cpu, cores } = rows[0];
  const table = textTable([
    ["training step", "backend", "batch", "threads", "images/s", "against jax-js"],
    ...rows.map(({ model, backend, batchSize, threads, imagesPerSecond, timesOracle }) => [
      model,
      backendName(backend),
      String(batchSize),
      String(threads),
      speed(imagesPerSecond),
      times(timesOracle, 0),
    ]),
  ]);
  return `${table}\n\n${cpu}, ${cores} cores; the fastest step counts`;
}

/**
 * A line per pass and step: how much longer the step takes without the pass.
 * @example
 * console.log(passesTable(await benchPasses({ models: ["resnet20"] })));
 */
export function passesTable(rows: readonly PassRow[]): string {
  const { cpu, cores } = rows[0];
  const milliseconds = (ms: number) => `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;
  const table = textTable([
    ["pass", "training step", "backend", "batch", "threads", "step", "without it", "ratio"],
    ...rows.map((row) => [
      row.pass,
      row.model,
      backendName(row.backend),
      String(row.batchSize),
      String(row.threads),
      milliseconds(row.stepMs),
      milliseconds(row.stepMsWithout),
      times(row.ratio, 2),
    ]),
  ]);
  return `${table}\n\n${cpu}, ${cores} cores; the fastest step of each side counts, measured in turns`;
}

/**
 * A line per training step, ours beside its peers'.
 * @example
 * console.log(peersTable(await benchPeers({ models: ["resnet20"] })));
 */
export function peersTable(rows: readonly PeersRow[]): string {
  const { cpu, cores, pytorch } = rows[0];
  const table = textTable([
    [
      ...["training step", "backend", "batch", "threads", "images/s", "PyTorch", "against it", "against jax-js"],
      ...["of peak", "compile", "memory", "PyTorch's"],
    ],
    ...rows.map((row) => {
      const best = bestFormat(row);
      return [
        row.model,
        backendName(row.backend),
        String(row.batchSize),
        String(row.threads),
        speed(row.imagesPerSecond),
        speed(best.imagesPerSecond),
        times(row.pytorchRatio, 2),
        times(row.jaxJsRatio, 0),
        `${(100 * row.peakShare).toFixed(0)} %`,
        `${row.compileMs.toFixed(0)} ms`,
        gigabytes(row.peakBytes),
        gigabytes(best.peakBytes),
      ];
    }),
  ]);
  const peaks = new Map(rows.map(({ threads, peakFlopsPerSecond }) => [threads, peakFlopsPerSecond]));
  return [
    table,
    "",
    `${cpu}, ${cores} cores; the fastest step of each side counts`,
    `PyTorch ${pytorch.version}, eager, in its better memory format, with ${pytorch.blas}`,
    ...[...peaks].map(
      ([threads, flops]) => `peak: ${(flops / 1e9).toFixed(0)} GFLOP/s in a matrix product, threads: ${threads}`,
    ),
  ].join("\n");
}

/**
 * e.g. `resnet20, 2 threads, round 1/5: 402 images/s; PyTorch 380 (NCHW), 410 (channels-last)`
 * @example
 * await benchPeers({ models: ["resnet20"], onRound: (progress) => console.log(roundLine(progress)) });
 */
export function roundLine({ model, backend, threads, round, rounds, imagesPerSecond }: RoundProgress): string {
  const what = [model, ...(backend === "default" ? [] : [backend]), counted(threads, "thread")];
  const peers = `${speed(imagesPerSecond.nchw)} (NCHW), ${speed(imagesPerSecond["channels-last"])} (channels-last)`;
  return `${what.join(", ")}, round ${round}/${rounds}: ${speed(imagesPerSecond.compiled)} images/s; PyTorch ${peers}`;
}

const bestFormat = ({ pytorch: { formats } }: PeersRow) =>
  Object.values(formats).reduce((best, format) => (format.imagesPerSecond > best.imagesPerSecond ? format : best));

/**
 * A line per corruption.
 * @example
 * console.log(corruptTable(await benchCorrupt({ images: 64, imageSize: 32, threads: 2 })));
 */
export function corruptTable(rows: readonly CorruptBenchRow[]): string {
  const [{ imageSize, threads, cpu }] = rows;
  const made = rows.reduce((sum, { images }) => sum + images, 0);
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
  const table = textTable([
    ["corruption", "images/s"],
    ...rows.map(({ corruption, imagesPerSecond }) => [corruption, imagesPerSecond.toFixed(0)]),
    [`all ${rows.length}: images / time`, (made / seconds).toFixed(0)],
  ]);
  return `${table}\n\n${imageSize}×${imageSize} pixels, ${threads} threads, ${cpu}`;
}

/**
 * A line per augmentation, beside the training step's speed.
 * @example
 * console.log(dataTable(await benchData({ imageSize: 32, workers: 2, seconds: 1 })));
 */
export function dataTable(rows: readonly DataBenchRow[]): string {
  const [{ imageSize, workers, cores, cpu }] = rows;
  const short = rows.filter(({ timesStep }) => timesStep < LEAST_TIMES_STEP).map(({ pipeline }) => pipeline);
  const table = textTable([
    ["crop, flip and", "images/s", "step, images/s", "times"],
    ...rows.map(({ pipeline, imagesPerSecond, stepImagesPerSecond, timesStep }) => [
      pipeline === pipelineNames[0] ? "nothing else" : pipeline,
      imagesPerSecond.toFixed(0),
      stepImagesPerSecond.toFixed(0),
      timesStep.toFixed(1),
    ]),
  ]);
  const verdict =
    short.length > 0
      ? `below ${LEAST_TIMES_STEP} times: ${short.join(", ")}`
      : `all at least ${LEAST_TIMES_STEP} times`;
  return `${table}\n\n${verdict}; ${imageSize}×${imageSize} pixels, ${workers} threads, ${cores} cores, ${cpu}`;
}

/**
 * A line per training step, of a group beside one process.
 * @example
 * console.log(groupTable(await benchGroup({ models: ["resnet20"] }))); // needs mpirun
 */
export function groupTable(rows: readonly GroupBenchRow[]): string {
  const [{ cpu, cores, ranks, threads, syncBatchNorm, pairs, loadBefore }] = rows;
  const ofThreads = counted(threads / ranks, "thread");
  const table = textTable([
    ["training step", "batch", `${ranks} ranks`, "1 process", "ratio", "of pairs", "gradients", "sum", "waiting"],
    ...rows.map((row) => {
      const ratios = row.pairs.map(({ ratio }) => ratio);
      return [
        row.model,
        String(row.batchSize),
        speed(row.imagesPerSecond),
        speed(row.aloneImagesPerSecond),
        row.ratio.toFixed(3),
        `${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}`,
        `${(row.gradientBytes / 1e6).toFixed(1)} MB`,
        `${row.sumMs.toFixed(1)} ms`,
        `${(100 * row.waitShare).toFixed(1)} %`,
      ];
    }),
  ]);
  return [
    table,
    "",
    `images/s, medians of ${counted(pairs.length, "pair")}; ${ranks} ranks of ${ofThreads}${syncBatchNorm ? ", BatchNorm synchronized" : ""}, against one process of ${threads}`,
    "sum: of the gradients over the ranks, by itself; waiting: share of a step that a rank is in the group's calls",
    `${cpu}, ${cores} cores; load average before: ${loadBefore.toFixed(1)}`,
  ].join("\n");
}

/**
 * e.g. `resnet20, pair 1/5: 402 images/s by the group, 410 by one process: 0.980`
 * @example
 * await benchGroup({ models: ["resnet20"], onPair: (progress) => console.log(pairLine(progress)) }); // needs mpirun
 */
export const pairLine = ({ model, pair, pairs, group, alone, ratio }: PairProgress): string =>
  `${model}, pair ${pair}/${pairs}: ${speed(group)} images/s by the group, ${speed(alone)} by one process: ${ratio.toFixed(3)}`;
