import { expect, test } from "vitest";
import { launcherOf } from "./launcher.ts";
import { familyOf } from "./mpi-abi.ts";

const openMpi = { name: "mpirun of Open MPI", size: 4, families: ["Open MPI"] };
const mpich = { name: "mpirun of MPICH", size: 4, families: ["MPICH"] };

test.each<[string, NodeJS.ProcessEnv, object | undefined]>([
  ["nothing", {}, undefined],
  ["mpirun of Open MPI", { OMPI_COMM_WORLD_SIZE: "4", PMIX_RANK: "0" }, openMpi],
  ["mpirun of MPICH", { PMI_SIZE: "4", PMI_RANK: "0" }, mpich],
  ["mpirun, of one process", { OMPI_COMM_WORLD_SIZE: "1" }, undefined],
  ["srun of one task", { SLURM_STEP_NUM_TASKS: "1", PMIX_RANK: "0" }, undefined],
  ["a batch script by itself", { SLURM_NTASKS: "4", SLURM_PROCID: "0" }, undefined],
  [
    "srun --mpi=pmix",
    { SLURM_STEP_NUM_TASKS: "4", PMIX_RANK: "1" },
    { name: "srun", size: 4, families: ["Open MPI", "MPICH"] },
  ],
  [
    "srun --mpi=pmi2",
    { SLURM_STEP_NUM_TASKS: "4", PMI_RANK: "1", PMI_SIZE: "4" },
    { name: "srun", size: 4, families: ["MPICH", "Open MPI"] },
  ],
  ["mpirun of Open MPI in a job of Slurm", { OMPI_COMM_WORLD_SIZE: "4", SLURM_STEP_NUM_TASKS: "2" }, openMpi],
  ["mpirun of MPICH in a job of Slurm", { PMI_SIZE: "4", PMI_RANK: "1", SLURM_STEP_NUM_TASKS: "2" }, mpich],
])("started by %s", (_, env, launcher) => {
  expect(launcherOf(env)).toEqual(launcher);
});

test("srun without MPI is refused, with the option to give it", () => {
  expect(() => launcherOf({ SLURM_STEP_NUM_TASKS: "4" })).toThrow(/^srun has started 4 processes .* srun --mpi=pmix/);
});

test.each([
  ["Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4", "Open MPI"],
  ["IBM Spectrum MPI v10.4.0.3rtm4", "Open MPI"],
  ["MPICH Version:\t4.0.2\nMPICH Release date:\tThu Apr  7 12:34:45 CDT 2022", "MPICH"],
  ["Intel(R) MPI Library 2021.11 for Linux* OS\n", "MPICH"],
  ["MPI VERSION    : CRAY MPICH version 8.1.28.2 (ANL base 3.4a2)\n", "MPICH"],
  ["MVAPICH2 Version      :\t2.3.7\n", "MPICH"],
  ["HPE MPT 2.26  12/15/22 11:02:01", undefined],
])("%j is of the family %s", (version, family) => {
  expect(familyOf(version)).toBe(family);
});
