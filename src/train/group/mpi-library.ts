import type { LibraryHandle } from "koffi";
import { UserError } from "../../core/index.ts";
import { type Launcher, type MpiFamily, startedInWords } from "./launcher.ts";
import { familyOf } from "./mpi-abi.ts";

type Koffi = typeof import("koffi");

/** An MPI library in this process. */
export interface MpiLibrary {
  readonly family: MpiFamily;
  /** Its name and version, as it says: `Open MPI v4.1.4`. */
  readonly version: string;
  readonly library: LibraryHandle;
}

/** Files by which the dynamic linker finds a library, the most telling first, and Debian's package that brings it. */
const families: Record<MpiFamily, { readonly files: readonly string[]; readonly package: string }> = {
  "Open MPI": {
    files: ["libmpi.so.40", "libmpi.40.dylib", "libmpi.so", "libmpi.dylib", "/opt/homebrew/lib/libmpi.dylib"],
    package: "openmpi-bin",
  },
  MPICH: {
    files: [
      ...["libmpich.so.12", "libmpi.so.12", "libmpi.12.dylib", "libmpich.so", "libmpi.so", "libmpi.dylib"],
      "/opt/homebrew/lib/libmpi.dylib",
    ],
    package: "mpich",
  },
};

/** Of the threads that call MPI: its own stack frames may be larger than the 128 KiB that koffi gives. */
const STACK_BYTES = 4 << 20;

/** Names the library to use in place of the one that belongs to the launcher. */
const CHOICE = "ANCHORED_MPI";

/**
 * The MPI library that belongs to what started this process, or the one that `ANCHORED_MPI` names.
 * @throws UserError where koffi or the library is missing, too old, or of another family than the launcher; with the way out
 */
export async function loadMpi(launcher: Launcher, env: NodeJS.ProcessEnv): Promise<MpiLibrary> {
  // UCX, which many libraries use, follows by default what the process maps and unmaps, whichever thread does. With MPICH 4.0.2
  // of Debian 12, 1 run in 20 then crashes in V8's garbage collector: https://github.com/openucx/ucx/issues/3831.
  process.env.UCX_MEM_EVENTS ??= "no";
  // It also takes a WebAssembly memory access out of bounds, which V8 catches, for a crash.
  process.env.UCX_HANDLE_ERRORS ??= "none";
  const { load } = await loadKoffi(launcher);
  const wanted = env[CHOICE];
  const failures: string[] = [];
  for (const file of wanted ? [wanted] : launcher.families.flatMap((family) => families[family].files)) {
    let library: LibraryHandle;
    try {
      // Plug-ins of Open MPI 4 look its symbols up among the global ones.
      library = load(file, { global: true });
    } catch (error) {
      failures.push(oneLine((error as Error).message));
      continue;
    }
    const { family, version } = identify(library, file);
    if (launcher.families.includes(family)) return { family, version, library };
    failures.push(`${file} is ${version}`);
    library.unload();
    if (wanted) break;
  }
  const [family] = launcher.families;
  // What is there but does not fit says more than the many names that are not there.
  const [reason] = failures.filter((failure) => !/No such file|no such file/.test(failure));
  throw new UserError(
    `${startedInWords(launcher)}, but ${wanted ? `${CHOICE}=${wanted}` : `the library of ${launcher.families.join(" or ")}`} cannot be used: ${reason ?? "it is not installed"}; apt-get install ${families[family].package}, or set ${CHOICE} to the file of its libmpi`,
  );
}

async function loadKoffi(launcher: Launcher): Promise<Koffi> {
  const koffi = await import("koffi").catch((error: Error) => {
    throw new UserError(
      `${startedInWords(launcher)}, but the package koffi, which calls MPI, cannot be loaded: ${oneLine(error.message)}; npm install koffi`,
    );
  });
  // Refused once a library is loaded, be it again what it is.
  if ((koffi.config().async_stack_size ?? 0) < STACK_BYTES) koffi.config({ async_stack_size: STACK_BYTES });
  return koffi;
}

/** @throws UserError where it is no MPI, one from before MPI 3 (2012), or one whose handles we do not know */
function identify(library: LibraryHandle, file: string): Pick<MpiLibrary, "family" | "version"> {
  let getVersion: (text: Uint8Array, length: number[]) => number;
  try {
    getVersion = library.func("int MPI_Get_library_version(_Out_ void*, _Out_ int*)") as never;
  } catch {
    throw new UserError(
      `${file} has no MPI_Get_library_version: it is no MPI library, or one from before MPI 3 (2012); set ${CHOICE} to the file of Open MPI's libmpi or MPICH's`,
    );
  }
  // MPI_MAX_LIBRARY_VERSION_STRING is 256 in Open MPI, 8192 in MPICH.
  const text = new Uint8Array(8192);
  const length = [0];
  getVersion(text, length);
  const said = Buffer.from(text.subarray(0, length[0])).toString().split("\0")[0];
  // MPICH: `MPICH Version:\t4.0.2`.
  const version = said.split(/, |\n/)[0].replace(/( Version)?:?\s+/g, " ");
  const family = familyOf(said);
  if (family) return { family, version };
  throw new UserError(`${file} is ${version}; Open MPI, MPICH and its kin are known, set ${CHOICE} to one of theirs`);
}

const oneLine = (text: string) => text.replace(/\s*\n\s*/g, " ").trim();
