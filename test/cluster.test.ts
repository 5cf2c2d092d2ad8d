import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyImageFolder } from "../src/cli/testing.ts";
import { runPaths } from "../src/files/index.ts";
import { loadCheckpoint, readMetrics, readRun } from "../src/run/index.ts";
import { env, launcher, why } from "./mpirun.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-cluster-"));
const images = join(folder, "images");
beforeAll(() => tinyImageFolder(images));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Without BatchNorm, one thread, 60 steps. */
const flags = [
  ...["--folder", images, "--image-size", "8", "--model", "mlp", "--method", "anchored", "--reference-count", "3"],
  ...[
    "--epochs",
    "30",
    "--batch-size",
    "4",
    "--learning-rate",
    "0.005",
    "--threads",
    "1",
    "--log-every",
    "1",
    "--validate-every",
    "0",
  ],
];

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly seconds: number;
}

/** Runs `anchored train` by so many ranks; `during` is given the process ids of the ranks once they train. */
async function trainBy(
  ranks: number,
  run: string,
  more: readonly string[] = [],
  during?: (ranks: readonly number[], mpirun: number) => void,
): Promise<Ended> {
  const train = [resolve("dist", "cli", "main.js"), "train", ...flags, "--out", run, ...more];
  const child = spawn(launcher!, ["-np", String(ranks), process.execPath, ...train], { env });
  let at = performance.now();
  if (during) {
    const lookEvery = setInterval(() => {
      let lines = 0;
      try {
        lines = readMetrics(runPaths(run).metrics).length;
      } catch {
        return; // not there yet
      }
      if (lines < 6) return;
      clearInterval(lookEvery);
      at = performance.now();
      during(ranksOf(child.pid!), child.pid!);
    }, 20);
    child.once("close", () => clearInterval(lookEvery));
  }
  const [out, err, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, "close")]);
  return { code, out, err, seconds: (performance.now() - at) / 1000 };
}

const ranksOf = (parent: number): number[] =>
  spawnSync("ps", ["-o", "pid=", "--ppid", String(parent)], { encoding: "utf8" })
    .stdout.trim()
    .split(/\s+/)
    .map(Number);

let runs = 0;
const losses = (run: string) => readMetrics(runPaths(run).metrics).map(({ loss }) => loss);
const checkpoint = (run: string) => loadCheckpoint(runPaths(run).checkpoint);

describe.skipIf(!launcher)(`${why}anchored train under mpirun`, () => {
  const [one, two] = ["one", "two"].map((name) => join(folder, name));
  beforeAll(async () => {
    for (const [ranks, run] of [
      [1, one],
      [2, two],
    ] as const)
      expect(await trainBy(ranks, run)).toMatchObject({ code: 0 });
  });

  test("two ranks take the steps of one; rank 0 alone speaks and writes", async () => {
    const [ofOne, ofTwo] = [one, two].map(losses);
    expect(ofTwo).toHaveLength(90);
    for (const [i, loss] of ofOne.entries()) expect(ofTwo[i]).toBeCloseTo(loss, 4);
    expect([readRun(one).ranks, readRun(two).ranks]).toEqual([undefined, 2]);
    const again = await trainBy(2, join(folder, "spoken"), ["--max-steps", "2", "--json"]);
    expect(JSON.parse(again.out)).toMatchObject({ finished: false, steps: 2 });
  });

  test("a rank that is killed takes the other down in one line; the run resumes to the same bytes", async () => {
    const run = join(folder, "killed");
    const ended = await trainBy(2, run, ["--checkpoint-every", "0.0005"], ([, second]) =>
      process.kill(second, "SIGKILL"),
    );
    expect(ended.code).not.toBe(0);
    expect(ended.seconds).toBeLessThan(10);
    expect(ended.err.match(/^anchored: .*$/gm)).toEqual([
      expect.stringMatching(/^anchored: rank 0 of 2 ends: rank 1 \(process \d+\) has ended/),
    ]);
    expect(checkpoint(run).progress.step).toBeGreaterThan(0);
    expect(await trainBy(2, run, ["--resume"])).toMatchObject({ code: 0 });
    expect(checkpoint(run).params).toEqual(checkpoint(two).params);
  });

  test.each<[string, (ranks: readonly number[], mpirun: number) => void]>([
    [
      "SIGTERM to all ranks, as Slurm sends it,",
      (ranks) => {
        for (const pid of ranks) process.kill(pid, "SIGTERM");
      },
    ],
    ["SIGUSR2 to mpirun, which passes it on,", (_, mpirun) => void process.kill(mpirun, "SIGUSR2")],
  ])("%s ends them at one step, and the run goes on from there", async (_, stop) => {
    const run = join(folder, `stopped-${runs++}`);
    const ended = await trainBy(2, run, [], stop);
    expect(ended.err).toMatch(/stopped after \d+ of 60 steps; continue with: mpirun -np 2 /);
    expect(await trainBy(2, run, ["--resume"])).toMatchObject({ code: 0 });
    expect(checkpoint(run).params).toEqual(checkpoint(two).params);
  });

  test.each<[string, number, readonly string[], RegExp]>([
    [
      "a batch that they cannot share out",
      3,
      [],
      /^anchored: --batch-size 4: 3 ranks cannot share it out evenly; use a multiple of 3/,
    ],
    ["data that are not there", 2, ["--folder", "nowhere"], /^anchored: .*nowhere/],
  ])("%s: one line, exit code 2", async (_, ranks, more, line) => {
    const { code, err } = await trainBy(ranks, join(folder, "refused"), more);
    expect(code).toBe(2);
    expect(err.match(/^anchored: .*$/gm)).toEqual([expect.stringMatching(line)]);
  });

  test("bench group: a row of two ranks beside one process", () => {
    const flags = ["--models", "resnet20", "--threads", "2", "--pairs", "1", "--steps", "1", "--mpirun", launcher!];
    const bench = [resolve("dist", "cli", "main.js"), "bench", "group", ...flags, "--json"];
    const { stdout, stderr } = spawnSync(process.execPath, bench, { encoding: "utf8" });
    expect(stderr).toMatch(/^ {2}resnet20, pair 1\/1: \d+ images\/s by the group, \d+ by one process: \d\.\d{3}\n$/);
    const [row] = JSON.parse(stdout);
    // 4 bytes of each parameter.
    expect(row).toMatchObject({ model: "resnet20", batchSize: 128, ranks: 2, threads: 2, gradientBytes: 4 * 272_906 });
    expect(row.waitShare).toBeGreaterThan(0);
    expect(row.waitShare).toBeLessThan(1);
    expect(row.sumMs).toBeGreaterThan(0);
  }, 180_000);
});
