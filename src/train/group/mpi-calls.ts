import { promisify } from "node:util";
import { UserError } from "../../core/index.ts";
import { keepLoaded } from "./keep-loaded.ts";
import { type Handle, mpiAbis } from "./mpi-abi.ts";
import type { MpiLibrary } from "./mpi-library.ts";

/** What we call of MPI, on all the processes that were started. */
export interface MpiCalls {
  /** @throws UserError with MPI's reason */
  init(): void;
  rank(): number;
  size(): number;
  /** Replaces every number by its sum over the processes, off the event loop. @throws UserError with MPI's reason */
  sum(values: Float32Array | Float64Array): Promise<void>;
  /** Replaces the bytes by those of one process, off the event loop. @throws UserError with MPI's reason */
  broadcast(bytes: Uint8Array, root: number): Promise<void>;
  /** Off the event loop. @throws UserError with MPI's reason */
  barrier(): Promise<void>;
  finalize(): void;
  /** Ends all the processes, this one within seconds whatever MPI does; comes back only where MPI fails to. */
  abort(code: number): void;
}

type Call = (...args: readonly unknown[]) => number;

/** MPI_THREAD_SERIALIZED: any thread calls, one at a time; koffi's are others than the one that called MPI_Init. */
const SERIALIZED = 2;
/** MPI_MAX_ERROR_STRING is 256 in Open MPI, 512 in MPICH. */
const LONGEST_ERROR = 512;
const ABORT_S = 5;
/** MPI counts with an int. */
const MOST_AT_ONCE = 2 ** 30;

export function mpiCalls({ family, version, library }: MpiLibrary): MpiCalls {
  // koffi 3 gives a global's address.
  const abi = mpiAbis[family]((name) => library.symbol(name) as bigint);
  const declared = (text: string) => library.func(text.replaceAll("Handle", abi.handle));
  const now = (text: string) => declared(text) as Call;
  const later = (text: string) => promisify(declared(text).async) as (...args: readonly unknown[]) => Promise<number>;
  const errorString = now("int MPI_Error_string(int, _Out_ void*, _Out_ int*)");
  const check = (name: string, code: number) => {
    if (code === 0) return;
    const [text, length] = [new Uint8Array(LONGEST_ERROR), [0]];
    errorString(code, text, length);
    const why = Buffer.from(text.subarray(0, length[0])).toString().split("\0")[0].replace(/\s+/g, " ").trim();
    throw new UserError(`${name} of ${version} has failed: ${why || `code ${code}`}; look at what the other ranks say`);
  };
  const numberOf = (name: string) => {
    const call = now(`int ${name}(Handle, _Out_ int*)`);
    return () => {
      const told = [0];
      check(name, call(abi.world, told));
      return told[0];
    };
  };
  const [initThread, setErrorHandler] = [
    now("int MPI_Init_thread(void*, void*, int, _Out_ int*)"),
    now("int MPI_Comm_set_errhandler(Handle, Handle)"),
  ];
  const allreduce = later("int MPI_Allreduce(intptr_t, void*, int, Handle, Handle, Handle)");
  const broadcast = later("int MPI_Bcast(void*, int, Handle, int, Handle)");
  const barrier = later("int MPI_Barrier(Handle)");
  const [finalize, abort] = [now("int MPI_Finalize()"), now("int MPI_Abort(Handle, int)")];
  // Of the C library, which every library has loaded.
  const alarm = now("unsigned int alarm(unsigned int)");
  return {
    init() {
      const provided = [0];
      check("MPI_Init_thread", initThread(null, null, SERIALIZED, provided));
      if (provided[0] < SERIALIZED)
        throw new UserError(`${version} was built for one thread; install one with MPI_THREAD_SERIALIZED`);
      // In place of the default, which ends the process without a word of ours.
      check("MPI_Comm_set_errhandler", setErrorHandler(abi.world, abi.errorsReturn));
    },
    rank: numberOf("MPI_Comm_rank"),
    size: numberOf("MPI_Comm_size"),
    async sum(values) {
      const type: Handle = values instanceof Float32Array ? abi.float : abi.double;
      for (const part of pieces(values))
        check("MPI_Allreduce", await allreduce(abi.inPlace, part, part.length, type, abi.sum, abi.world));
    },
    async broadcast(bytes, root) {
      for (const part of pieces(bytes))
        check("MPI_Bcast", await broadcast(part, part.length, abi.byte, root, abi.world));
    },
    async barrier() {
      check("MPI_Barrier", await barrier(abi.world));
    },
    finalize() {
      keepLoaded(library);
      check("MPI_Finalize", finalize());
    },
    abort(code) {
      // MPI may wait for our own thread that is inside it, and Node's exit does: the signal ends them both.
      alarm(ABORT_S);
      abort(abi.world, code);
    },
  };
}

/** Neighbouring parts of an array, over its own memory, each of a length that MPI can count; none of an empty array. */
export function* pieces<T extends Float32Array | Float64Array | Uint8Array>(values: T, most = MOST_AT_ONCE) {
  // V8 keeps arrays of a few bytes on its own heap, where they move, until somebody asks for their buffer.
  void values.buffer;
  for (let from = 0; from < values.length; from += most) yield values.subarray(from, from + most) as T;
}
