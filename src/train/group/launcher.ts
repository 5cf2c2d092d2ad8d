import { UserError } from "../../core/index.ts";

/** Libraries whose handles and launchers go together; Intel MPI, MVAPICH and Cray's are MPICH's kin. */
export type MpiFamily = "Open MPI" | "MPICH";

/** What started this process as one of several. */
export interface Launcher {
  /** As people know it: `mpirun of Open MPI`. */
  readonly name: string;
  /** Processes that it has started. */
  readonly size: number;
  /** Whose library talks to it; either where it is not known. */
  readonly families: readonly MpiFamily[];
}

/**
 * What started this process as one of several, by the variables that it leaves; undefined where the process is by itself,
 * one of one included.
 * @throws UserError where srun has started several that have no way to find each other
 * @example
 * launcherOf({ OMPI_COMM_WORLD_SIZE: "2" }) // { name: "mpirun of Open MPI", size: 2, families: ["Open MPI"] }
 */
export function launcherOf(env: NodeJS.ProcessEnv): Launcher | undefined {
  const found = started(env);
  return found && found.size > 1 ? found : undefined;
}

/**
 * What it has done, as the beginning of a message.
 * @example
 * const launcher = launcherOf(process.env);
 * if (launcher) console.log(startedInWords(launcher)); // mpirun of Open MPI has started 2 processes
 */
export const startedInWords = ({ name, size }: Launcher): string => `${name} has started ${size} processes`;

// Slurm comes last: it has started what starts the processes of an mpirun inside a job.
function started(env: NodeJS.ProcessEnv): Launcher | undefined {
  const sizeIn = (name: string) => (/^\d+$/.test(env[name] ?? "") ? Number(env[name]) : undefined);
  const openMpi = sizeIn("OMPI_COMM_WORLD_SIZE");
  if (openMpi !== undefined) return { name: "mpirun of Open MPI", size: openMpi, families: ["Open MPI"] };
  const step = sizeIn("SLURM_STEP_NUM_TASKS");
  const pmi = sizeIn("PMI_SIZE");
  if (pmi !== undefined && pmi !== step) return { name: "mpirun of MPICH", size: pmi, families: ["MPICH"] };
  // Set in the steps that srun starts; a batch script by itself is none.
  if (step === undefined) return undefined;
  const [pmix, pmi2] = ["PMIX_RANK", "PMI_RANK"].map((name) => env[name] !== undefined);
  if (step > 1 && !pmix && !pmi2)
    throw new UserError(
      `srun has started ${step} processes that cannot find each other; say srun --mpi=pmix with Open MPI, --mpi=pmi2 with MPICH, or -n 1`,
    );
  return { name: "srun", size: step, families: pmix ? ["Open MPI", "MPICH"] : ["MPICH", "Open MPI"] };
}
