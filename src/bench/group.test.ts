import { afterEach, expect, test, vi } from "vitest";
import { UserError } from "../core/index.ts";
import { alone } from "../train/index.ts";
import { benchGroup, groupRow, type MeasuredPair } from "./group.ts";
import type { GroupRound } from "./group-side.ts";
import { median } from "./median.ts";
import { groupTable, pairLine } from "./tables.ts";
import { timedGroup } from "./timed-group.ts";

afterEach(() => void vi.useRealTimers());

const round = (rank: number, stepMs: number[], waitMs: number[], sumMs?: number): GroupRound => ({
  ...{ rank, stepMs, waitMs },
  ...(sumMs !== undefined && { sumMs }),
});

// ResNet-20's batch is 128: steps of 256 ms are 500 images/s.
const measured: MeasuredPair[] = [
  {
    group: [round(0, [256, 256], [25.6, 51.2], 3), round(1, [256, 256], [0, 25.6], 1)],
    alone: round(0, [200, 200], [0, 0]),
  },
  {
    group: [round(0, [128, 128], [12.8, 12.8], 5), round(1, [128, 128], [12.8, 12.8], 5)],
    alone: round(0, [100, 156], [0, 0]),
  },
];
const facts = {
  model: "resnet20",
  ranks: 2,
  threads: 4,
  syncBatchNorm: false,
  gradientBytes: 1_100_000,
  loadBefore: 0.44,
} as const;

test("a row by hand: medians of the pairs, and of ranks and steps", () => {
  expect(groupRow(facts, measured)).toMatchObject({
    ...facts,
    batchSize: 128,
    imagesPerSecond: 750,
    aloneImagesPerSecond: 820,
    ratio: (500 / 640 + 1) / 2,
    pairs: [
      { group: 500, alone: 640, ratio: 500 / 640 },
      { group: 1000, alone: 1000, ratio: 1 },
    ],
    sumMs: 4,
    waitShare: 0.1,
  });
});

test("the table has a line per row, and says what was compared", () => {
  const lines = groupTable([groupRow(facts, measured)]).split("\n");
  expect(lines[1]).toMatch(/^resnet20 +128 +750 +820 +0\.891 +0\.781 to 1\.000 +1\.1 MB +4\.0 ms +10\.0 %$/);
  expect(lines[3]).toBe("images/s, medians of 2 pairs; 2 ranks of 2 threads, against one process of 4");
  expect(lines.at(-1)).toMatch(/; load average before: 0\.4$/);
  const [line] = groupTable([groupRow({ ...facts, threads: 2, syncBatchNorm: true }, measured.slice(1))])
    .split("\n")
    .slice(3);
  expect(line).toBe(
    "images/s, medians of 1 pair; 2 ranks of 1 thread, BatchNorm synchronized, against one process of 2",
  );
});

test("progress is a line per pair", () => {
  const [pair] = groupRow(facts, measured).pairs;
  expect(pairLine({ model: "resnet20", pair: 1, pairs: 5, ...pair })).toBe(
    "resnet20, pair 1/5: 500 images/s by the group, 640 by one process: 0.781",
  );
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[7], 7],
])("median of %j", (values, middle) => {
  expect(median(values)).toBe(middle);
});

test("calls of a group are timed, those at once only once", async () => {
  vi.useFakeTimers();
  const after = (ms: number) => () => new Promise<void>((done) => setTimeout(done, ms));
  const { group, takeMs } = timedGroup({ ...alone, mean: after(50), sum: after(70) });
  const calls = [group.mean(new Float32Array(1)), group.sum(new Float64Array(1))];
  await vi.advanceTimersByTimeAsync(100);
  await Promise.all(calls);
  expect([takeMs(), takeMs()]).toEqual([70, 0]);
});

test.each([
  [{ models: ["vgg"] }, 'unknown model to benchmark "vgg"'],
  [{ models: ["vit-tiny-patch4-depth6"], syncBatchNorm: true }, "known: resnet20, resnet18"],
  [{ ranks: 3, threads: 4 }, "options.ranks 3: they cannot share 4 threads evenly"],
  [{ ranks: 4, threads: 2 }, "options.ranks 4: they cannot share 2 threads evenly"],
  [{ ranks: 3, threads: 3 }, "options.ranks 3: they cannot share resnet20's batch of 128 evenly"],
  [{ ranks: 2, threads: 2, mpirun: "no-such-mpirun" }, "options.mpirun: there is no no-such-mpirun here; install Open"],
])("%j is refused in one line", async (options, why) => {
  const benching = benchGroup(options);
  await expect(benching).rejects.toThrow(UserError);
  await expect(benching).rejects.toThrow(why);
});
