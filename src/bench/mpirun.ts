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
