import { afterEach, expect, test, vi } from "vitest";
import { anchored } from "./testing.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("a command that several processes would each do anew is refused in one line", async () => {
  vi.stubEnv("OMPI_COMM_WORLD_SIZE", "3");
  const { code, notes } = await anchored(["report", "runs/a"]);
  expect(code).toBe(2);
  expect(notes).toEqual([
    "anchored: report: mpirun of Open MPI has started 3 processes, which would all do the same; start it by itself",
  ]);
});

test("there is nothing to share out of what another program has predicted", async () => {
  vi.stubEnv("OMPI_COMM_WORLD_SIZE", "3");
  const { code, notes } = await anchored(["evaluate", "--logits", "a.npy", "--labels", "b.npy"]);
  expect(code).toBe(2);
  expect(notes.join()).toMatch(/^anchored: evaluate --logits: mpirun of Open MPI has started 3 processes/);
});

test("a study's processes need no MPI to find each other", async () => {
  vi.stubEnv("SLURM_STEP_NUM_TASKS", "4");
  expect(await anchored(["study"])).toMatchObject({ code: 0, notes: [] });
  expect((await anchored(["report", "runs/a"])).notes.join()).toContain("srun --mpi=pmix");
});

test("one process by itself is not", async () => {
  vi.stubEnv("OMPI_COMM_WORLD_SIZE", "1");
  const { notes } = await anchored(["report", "runs/nothing-there"]);
  expect(notes.join()).not.toContain("has started");
});
