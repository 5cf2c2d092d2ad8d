import { execFileSync, spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ending, mpirunOf, RankProgram } from "./test-ranks.ts";
import { everything } from "./testing.ts";

// A cluster on this machine alone.
const cluster = resolve("scripts", "slurm-here.sh");
const folder = join(tmpdir(), `anchored-slurm-${process.pid}`);
const env = { SLURM_CONF: join(folder, "slurm.conf"), ANCHORED_GROUP_TIMEOUT: "60" };
let program: RankProgram;
/** Why it could not be started. */
let noCluster = "";

beforeAll(() => {
  program = new RankProgram();
  const { status, stderr, error } = spawnSync(cluster, ["start", folder], { encoding: "utf8" });
  if (status !== 0) noCluster = `skipped: ${(stderr || String(error)).trim()}`;
});
afterAll(() => {
  program.dispose();
  if (!noCluster) execFileSync(cluster, ["stop", folder]);
  rmSync(folder, { recursive: true, force: true });
});

/** Why srun cannot start ranks that way here; empty where it can. */
function cannot(mpi: string, family: string): string {
  if (noCluster) return noCluster;
  if (!mpirunOf(family)) return `skipped: there is no ${family}`;
  const options = { encoding: "utf8", env: { ...process.env, ...env } } as const;
  const { status, stderr } = spawnSync("srun", [`--mpi=${mpi}`, "-n1", "true"], options);
  return status === 0 ? "" : `skipped: ${stderr.trim().split("\n")[0]}`;
}

const srun = (args: readonly string[], ending: Ending) => program.run(["srun", ...args], ending, { env });
const toldIn = (out: string) =>
  out
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))
    .sort((a, b) => a.rank - b.rank);

describe.each([
  { mpi: "pmix", family: "Open MPI" },
  { mpi: "pmi2", family: "MPICH" },
])("srun --mpi=$mpi of $family", ({ mpi, family }) => {
  let why: string;
  beforeAll(() => {
    why = cannot(mpi, family);
  });

  test("two tasks make every call", async ({ skip }) => {
    skip(why !== "", why);
    const { out, err, code } = await srun([`--mpi=${mpi}`, "-n2"], "none");
    expect(code, err).toBe(0);
    expect(toldIn(out)).toEqual(everything(2));
  });

  // By itself, srun lets the others wait.
  test("a task that is killed takes the other down", async ({ skip }) => {
    skip(why !== "", why);
    const { err, code, processes, seconds } = await srun([`--mpi=${mpi}`, "-n2"], "killed");
    expect(err).toMatch(/anchored: rank 0 of 2 ends: rank 1 \(process \d+\) has ended/);
    expect(code).not.toBe(0);
    expect(processes).toHaveLength(2);
    expect(seconds).toBeLessThan(10);
  });
});

test("srun without MPI is refused in one line, and of one task it is alone", async ({ skip }) => {
  skip(noCluster !== "", noCluster);
  const several = await srun(["--mpi=none", "-n2"], "none");
  expect([several.code, several.err]).toEqual([2, expect.stringContaining("refused: srun has started 2 processes")]);
  const one = await srun(["--mpi=none", "-n1"], "none");
  expect([one.code, toldIn(one.out)]).toEqual([0, everything(1)]);
});
