import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { studies } from "../studies/index.ts";
import { anchored } from "./testing.ts";

beforeEach(() => void vi.stubEnv("npm_command", "run-script"));
afterEach(() => void vi.unstubAllEnvs());

const asked = ["study", "masking", "--seeds", "3", "--only", "standard,anchored-0.25", "--out", "my runs/it's"];
const words = "--out 'my runs/it'\\''s' --seeds 3 --only standard,anchored-0.25";

/** What is printed, and what bash says of it. */
async function printed(...more: string[]) {
  const { code, out, notes } = await anchored([...asked, ...more]);
  expect([code, notes]).toEqual([0, []]);
  expect(spawnSync("bash", ["-n"], { input: out, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  return out.split("\n");
}

test("a Slurm array has a member a run, or as many as are asked for, each with the options that were typed", async () => {
  const lines = await printed("--print-array");
  expect(lines[0]).toBe("#!/bin/bash");
  expect(lines).toContain("#SBATCH --array=0-5");
  expect(lines.at(-1)).toBe(`srun --mpi=none anchored study masking ${words}`);
  const four = await printed("--print-array", "slurm", "--members", "4", "--threads", "8", "--changed-data");
  expect(four).toContain("#SBATCH --array=0-3");
  expect(four).toContain("#SBATCH --cpus-per-task=8");
  expect(four.at(-1)).toBe(`srun --mpi=none anchored study masking ${words} --changed-data --threads 8`);
  const { out } = await anchored(["study", "masking", "--print-array"]);
  const all = Object.keys(studies.masking.arms).length * studies.masking.seeds;
  expect(out).toContain(`#SBATCH --array=0-${all - 1}\n`);
});

test("one step of srun, or background processes that share the processors", async () => {
  expect((await printed("--print-array", "srun", "--members", "4", "--threads", "2")).at(-1)).toBe(
    `srun --ntasks=4 --cpus-per-task=2 --mpi=none --kill-on-bad-exit=0 anchored study masking ${words} --threads 2`,
  );
  const shell = await printed("--print-array", "shell", "--members", "2");
  const threads = Math.max(1, Math.floor(availableParallelism() / 2));
  const member = (i: number) =>
    `anchored study masking ${words} --threads ${threads} > 'my runs/it'\\''s/member-${i}.log' 2>&1 &`;
  expect(shell.slice(-3)).toEqual([member(0), member(1), "wait"]);
});

test.each([
  [["--members", "2"], "--members 2: it belongs to --print-array; give both or neither"],
  [["--print-array", "--fresh"], "--fresh: members of a study go on with what is there; leave it or --print-array out"],
  [["--print-array", "pbs"], "--print-array pbs: "],
])("%j is refused", async (more, why) => {
  const { code, notes } = await anchored([...asked, ...more]);
  expect([code, notes]).toEqual([2, [expect.stringContaining(`anchored: ${why}`)]]);
});

test("one of several processes does not start over", async () => {
  vi.stubEnv("SLURM_ARRAY_TASK_COUNT", "3");
  const { code, notes } = await anchored([...asked, "--fresh"]);
  expect([code, notes]).toEqual([2, [expect.stringMatching(/^anchored: --fresh: one of 3 processes that share/)]]);
});
