import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyImageFolder } from "../src/cli/testing.ts";
import { runPaths } from "../src/files/index.ts";
import { loadCheckpoint, readMetrics } from "../src/run/index.ts";
import { mpirunOf } from "../src/train/group/test-ranks.ts";

// A cluster on this machine alone.
const cluster = resolve("scripts", "slurm-here.sh");
const folder = mkdtempSync(join(tmpdir(), "anchored-slurm-"));
const slurm = join(folder, "slurm");
const images = join(folder, "images");
const env = { ...process.env, SLURM_CONF: join(slurm, "slurm.conf") };
const call = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: "utf8", env, cwd: folder, stdio: "pipe" }).trim();

/** Why there can be none; empty where it runs. */
let why = mpirunOf("Open MPI") ? "" : "skipped: there is no Open MPI";
beforeAll(async () => {
  if (why) return;
  const { status, stderr, error } = spawnSync(cluster, ["start", slurm], { encoding: "utf8" });
  if (status !== 0) why = `skipped: ${(stderr || String(error)).trim()}`;
  else if (spawnSync("srun", ["--mpi=pmix", "-n1", "true"], { env }).status !== 0)
    why = "skipped: srun --mpi=pmix does not run here (apt-get install libpmix-dev)";
  await tinyImageFolder(images);
});
afterAll(() => {
  if (spawnSync("test", ["-e", env.SLURM_CONF]).status === 0) execFileSync(cluster, ["stop", slurm]);
  rmSync(folder, { recursive: true, force: true });
});

const train = [
  ...[process.execPath, resolve("dist", "cli", "main.js"), "train", "--folder", images, "--image-size", "8"],
  ...["--model", "mlp", "--method", "anchored", "--reference-count", "3", "--epochs", "200", "--batch-size", "4"],
  ...["--learning-rate", "0.005", "--log-every", "1", "--validate-every", "0"],
].join(" ");

/** The page's batch script, of two tasks on this machine, and of a training that takes seconds. */
function batchScript(run: string): string {
  const page = readFileSync(resolve("docs", "cluster.md"), "utf8");
  const [, script] = /^```bash\n(#!\/bin\/bash\n#SBATCH .*?)^```$/ms.exec(page)!;
  const replacements = [
    ["--nodes=4 --ntasks-per-node=1 --cpus-per-task=16", "--nodes=1 --ntasks-per-node=2 --cpus-per-task=1"],
    ["run=runs/cifar", `run=${run}`],
    ["anchored train --data cifar10 --model resnet18 --method anchored", train],
  ];
  return replacements.reduce((text, [theirs, ours]) => {
    expect(text).toContain(theirs);
    return text.replace(theirs, ours);
  }, script);
}

const stateOf = (job: string) => /JobState=(\w+)/.exec(call("scontrol", "show", "job", job))![1];
const linesOf = (run: string): number => {
  try {
    return readMetrics(runPaths(run).metrics).length;
  } catch {
    return 0; // not there yet
  }
};
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(50);
}
/** @throws where the job has ended in another state */
const untilState = (job: string, state: string) =>
  until(() => {
    const now = stateOf(job);
    if (now !== state)
      expect(["PENDING", "CONFIGURING", "RUNNING", "COMPLETING"], call("scontrol", "show", "job", job)).toContain(now);
    return now === state;
  });

test("a batch job that is told to stop goes back into the queue, and ends as one that was not", async ({ skip }) => {
  skip(why !== "", why);
  const [run, whole] = ["run", "whole"].map((name) => join(folder, name));
  const script = join(folder, "train.sbatch");
  writeFileSync(script, batchScript(run));
  const job = call("sbatch", "--parsable", script);
  await until(() => linesOf(run) >= 6);
  // As Slurm itself does before the time limit.
  call("scancel", "--signal=TERM", job);
  await untilState(job, "PENDING");
  expect(readFileSync(join(folder, `slurm-${job}.out`), "utf8")).toMatch(/stopped after \d+ of 400 steps; continue/);
  const { progress } = loadCheckpoint(runPaths(run).checkpoint);
  expect(progress.step).toBeLessThan(400);
  // Slurm tells a job's credentials apart by the second: one that starts in the second in which it was requeued fails.
  call("scontrol", "update", `JobId=${job}`, "StartTime=now+3");
  await untilState(job, "COMPLETED");
  call("srun", "--mpi=pmix", "--ntasks=2", "--cpus-per-task=1", ...train.split(" "), "--out", whole);
  const [resumed, other] = [run, whole].map((path) => loadCheckpoint(runPaths(path).checkpoint));
  expect(resumed.progress.step).toBe(400);
  expect(resumed.params).toEqual(other.params);
}, 300_000);
