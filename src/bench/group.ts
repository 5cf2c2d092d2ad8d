import { availableParallelism, loadavg } from "node:os";
import { setTimeout } from "node:timers/promises";
import { UserError } from "../core/index.ts";
import { knownName } from "../core/internal.ts";
import { thisMachine, versions } from "../files/internal.ts";
import { type GroupRound, type GroupSide, startGroupSide } from "./group-side.ts";
import { median } from "./median.ts";
import { findMpirun } from "./mpirun.ts";
import { type BenchModel, benchSteps, trainingStep } from "./steps.ts";

/**
 * The models whose training by several ranks is measured.
 * @example
 * console.log(groupBenchModels.join(", "));
 */
export const groupBenchModels = [
  "resnet20",
  "resnet18",
  "vit-tiny-patch4-depth6",
] as const satisfies readonly BenchModel[];

export interface GroupBenchOptions {
  /** Models to measure; all of `groupBenchModels` by default. */
  readonly models?: readonly string[];
  /** Ranks of the group; 2 by default. */
  readonly ranks?: number;
  /** Threads of the process by itself, and of all ranks together; as many as there are cores, by default. */
  readonly threads?: number;
  /** Times that either side takes its turn; 5 by default. */
  readonly pairs?: number;
  /** Timed steps of a turn; 5 by default. */
  readonly steps?: number;
  /** Whether BatchNorm's means are of all ranks; false by default. */
  readonly syncBatchNorm?: boolean;
  /** The command that starts the ranks; searched for by default. */
  readonly mpirun?: string;
  readonly onPair?: (progress: PairProgress) => void;
  /** Aborting it stops the measurement and its processes. */
  readonly signal?: AbortSignal;
}

/** Images per second of both sides, one after the other. */
export interface GroupPair {
  readonly group: number;
  readonly alone: number;
  readonly ratio: number;
}

export interface PairProgress extends GroupPair {
  readonly model: BenchModel;
  readonly pair: number;
  readonly pairs: number;
}

/** Training steps of one batch by a group of ranks, beside those of one process with as many threads. */
export interface GroupBenchRow {
  readonly model: BenchModel;
  /** Of all ranks together. */
  readonly batchSize: number;
  readonly ranks: number;
  /** Of all ranks together, and of the process by itself. */
  readonly threads: number;
  readonly syncBatchNorm: boolean;
  /** Of the group: the median of the pairs. */
  readonly imagesPerSecond: number;
  /** Of the process by itself: the median of the pairs. */
  readonly aloneImagesPerSecond: number;
  /** The median of the pairs. */
  readonly ratio: number;
  readonly pairs: readonly GroupPair[];
  readonly gradientBytes: number;
  /** One sum of arrays as large as the gradients over the ranks, which all come to it at the same time. */
  readonly sumMs: number;
  /** Share of a step that a rank is in the group's calls, be it that they work or wait; median over ranks and steps. */
  readonly waitShare: number;
  /** The machine's load average of one minute, before the processes were started. */
  readonly loadBefore: number;
  readonly cores: number;
  readonly cpu: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Threads of the side that has just run spin for a while before they sleep. */
const SETTLE_MS = 100;

/**
 * Measures training steps by a group of ranks and by one process in turns, so that both meet the same machine.
 * @throws UserError for an unknown model, threads or a batch that the ranks cannot share out, or without mpirun
 * @example
 * console.log(groupTable(await benchGroup({ models: ["resnet20"], ranks: 2 }))); // needs mpirun
 */
export async function benchGroup(options: GroupBenchOptions = {}): Promise<GroupBenchRow[]> {
  const { ranks = 2, syncBatchNorm = false } = options;
  const all = groupBenchModels.filter((model) => !syncBatchNorm || hasBatchNorm(model));
  const models = (options.models ?? all).map((name) => knownName("model to benchmark", name, all));
  const most = options.threads ?? availableParallelism();
  const threads = options.threads ?? most - (most % ranks);
  if (threads < ranks || threads % ranks !== 0)
    throw new UserError(
      `options.ranks ${ranks}: they cannot share ${most} threads evenly; use as many as divide options.threads`,
    );
  for (const model of models)
    if (benchSteps[model].batchSize % ranks !== 0)
      throw new UserError(
        `options.ranks ${ranks}: they cannot share ${model}'s batch of ${benchSteps[model].batchSize} evenly; use a divisor of it`,
      );
  const mpirun = findMpirun(options.mpirun);
  const rows: GroupBenchRow[] = [];
  for (const model of models) rows.push(await measure(model, { ...options, ranks, threads, syncBatchNorm, mpirun }));
  return rows;
}

const hasBatchNorm = (model: BenchModel): boolean => Object.keys(trainingStep(model, 1).start.state).length > 0;

type Settings = GroupBenchOptions & Required<Pick<GroupBenchOptions, "ranks" | "threads" | "syncBatchNorm" | "mpirun">>;

async function measure(model: BenchModel, settings: Settings): Promise<GroupBenchRow> {
  const { ranks, threads, syncBatchNorm, mpirun, pairs = 5, steps = 5, onPair, signal } = settings;
  const { batchSize } = benchSteps[model];
  const loadBefore = loadavg()[0];
  const common = { model, batchSize, mpirun, signal };
  const sides: GroupSide[] = [];
  try {
    // One after the other: each takes its first steps alone.
    const start = async (more: { ranks: number; threads: number; syncBatchNorm: boolean }) => {
      const side = await startGroupSide({ ...common, ...more });
      sides.push(side);
      return side;
    };
    const group = await start({ ranks, threads: threads / ranks, syncBatchNorm });
    const alone = await start({ ranks: 1, threads, syncBatchNorm: false });
    const measured: MeasuredPair[] = [];
    for (let pair = 1; pair <= pairs; pair++) {
      const turn = async (side: GroupSide) => {
        await setTimeout(SETTLE_MS, undefined, { signal });
        return side.round(steps);
      };
      // Who is first changes, as a machine that slows down favours the first.
      const first = pair % 2 === 1 ? await turn(group) : undefined;
      const [own] = await turn(alone);
      measured.push({ group: first ?? (await turn(group)), alone: own });
      onPair?.({ model, pair, pairs, ...pairOf(measured.at(-1)!, batchSize) });
    }
    const { gradientBytes } = group.ready[0];
    return groupRow({ model, ranks, threads, syncBatchNorm, gradientBytes, loadBefore }, measured);
  } finally {
    for (const side of sides) await side.stop();
  }
}

/** What both sides said in their turns, the group's by rank. */
export interface MeasuredPair {
  readonly group: readonly GroupRound[];
  readonly alone: GroupRound;
}

type RowFacts = Pick<GroupBenchRow, "model" | "ranks" | "threads" | "syncBatchNorm" | "gradientBytes" | "loadBefore">;

/** The row of a measurement; pure. */
export function groupRow(facts: RowFacts, measured: readonly MeasuredPair[]): GroupBenchRow {
  const { batchSize } = benchSteps[facts.model];
  const pairs = measured.map((pair) => pairOf(pair, batchSize));
  const rounds = measured.flatMap(({ group }) => group);
  return {
    ...facts,
    batchSize,
    imagesPerSecond: median(pairs.map(({ group }) => group)),
    aloneImagesPerSecond: median(pairs.map(({ alone }) => alone)),
    ratio: median(pairs.map(({ ratio }) => ratio)),
    pairs,
    sumMs: median(rounds.flatMap(({ sumMs }) => sumMs ?? [])),
    waitShare: median(rounds.flatMap(({ stepMs, waitMs }) => stepMs.map((ms, i) => waitMs[i] / ms))),
    ...thisMachine(),
    versions: versions(),
  };
}

function pairOf({ group, alone }: MeasuredPair, batchSize: number): GroupPair {
  // No rank ends a step before all have given their gradients: rank 0 speaks for all.
  const speeds = { group: speedOf(group[0], batchSize), alone: speedOf(alone, batchSize) };
  return { ...speeds, ratio: speeds.group / speeds.alone };
}

const speedOf = ({ stepMs }: GroupRound, batchSize: number): number =>
  (1000 * batchSize * stepMs.length) / stepMs.reduce((sum, ms) => sum + ms, 0);
