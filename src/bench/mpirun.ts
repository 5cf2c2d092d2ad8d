import { spawnSync } from "node:child_process";
import { UserError } from "../core/index.ts";

/** The usual name first, then those that Debian has where there are several. */
const MPIRUNS = ["mpirun", "mpirun.openmpi", "mpirun.mpich"];

/** What starts processes as a group: `given`, or the first of the usual commands that is there. @throws UserError saying how to install it */
export function findMpirun(given?: string): string {
  const tried = given === undefined ? MPIRUNS : [given];
  const found = tried.find((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);
  if (found !== undefined) return found;
  throw new UserError(
    `options.mpirun: there is no ${tried.join(", ")} here; install Open MPI (apt-get install openmpi-bin, brew install open-mpi), or name the mpirun of yours`,
  );
}

/**
 * What mpirun reads so that root may start ranks, more of them than processors, none bound to some: Open MPI 4's names and 5's.
 */
export const mpirunEnv = {
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  OMPI_MCA_rmaps_base_oversubscribe: "1",
  OMPI_MCA_hwloc_base_binding_policy: "none",
  PRTE_ALLOW_RUN_AS_ROOT: "1",
  PRTE_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  PRTE_MCA_rmaps_default_mapping_policy: ":oversubscribe",
  PRTE_MCA_hwloc_default_binding_policy: "none",
};
