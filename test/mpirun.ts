import { mpirunEnv } from "../src/bench/mpirun.ts";
import { mpirunOf } from "../src/train/group/test-ranks.ts";

/** Open MPI's, where it is installed. */
export const launcher = mpirunOf("Open MPI");

/** Why tests that need it are skipped, before their name; empty where they are not. */
export const why = launcher
  ? ""
  : "skipped, there is no mpirun of Open MPI (apt-get install openmpi-bin libopenmpi3): ";

/** What it is started with. */
export const env = { ...process.env, ...mpirunEnv };
