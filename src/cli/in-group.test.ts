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

test("one process by itself is not", async () => {
  vi.stubEnv("OMPI_COMM_WORLD_SIZE", "1");
  const { notes } = await anchored(["report", "runs/nothing-there"]);
  expect(notes.join()).not.toContain("has started");
});
