import { inspect } from "node:util";
import { UserError } from "../../core/index.ts";
import type { Group } from "./group.ts";
import type { MpiCalls } from "./mpi-calls.ts";
import { visiblePeers } from "./peers.ts";
import { waitFor, watch } from "./waiting.ts";

export interface MpiGroupOptions {
  /** Longest time that a call waits for the other ranks, in seconds. */
  readonly limitS: number;
}

/**
 * The processes that an MPI launcher has started, of an MPI that is initialised. A process that ends before it has closed
 * the group takes the others down, whatever its exit code, and so does a call that waits in vain.
 */
export async function mpiGroup(calls: MpiCalls, { limitS }: MpiGroupOptions): Promise<Group> {
  const [rank, size] = [calls.rank(), calls.size()];
  let last: Promise<unknown> = Promise.resolve();
  let left = false;
  let stopWatching = () => {};
  const abort = (code: number): never => {
    stopListening();
    calls.abort(code);
    process.exit(code);
  };
  const say = (text: string) => void process.stderr.write(`anchored: rank ${rank} of ${size} ${text}\n`);
  const giveUp = (why: string) => {
    say(`ends: ${why}; all ranks end with it`);
    abort(1);
  };
  /** One call after another: MPI's threads may not call at the same time, nor the ranks in another order. */
  const inTurn = async <T>(call: () => Promise<T>): Promise<T> => {
    if (left)
      throw new UserError("this process has left its group, and MPI does not let it join again; close it at the end");
    const done = last.then(() => waitFor(call(), limitS, giveUp));
    last = done.catch(() => {});
    return done;
  };
  const stopListening = endWithOthers(say, abort);
  const sum = (values: Float32Array | Float64Array) => inTurn(() => calls.sum(values));
  const group: Group = {
    rank,
    size,
    async mean(values) {
      await sum(values);
      // MPI libraries give all ranks the same bytes of a sum; so do we, by the same product.
      const share = 1 / size;
      for (let i = 0; i < values.length; i++) values[i] *= share;
    },
    sum,
    broadcast: (bytes) => inTurn(() => calls.broadcast(bytes, 0)),
    async gather(bytes) {
      const lengths = new Float64Array(size);
      lengths[rank] = bytes.length;
      await sum(lengths);
      const parts = Array.from(lengths, (length, from) => (from === rank ? bytes.slice() : new Uint8Array(length)));
      await Promise.all(parts.map((part, from) => inTurn(() => calls.broadcast(part, from))));
      return parts;
    },
    async any(flag) {
      const count = Float64Array.of(flag ? 1 : 0);
      await sum(count);
      return count[0] > 0;
    },
    barrier: () => inTurn(() => calls.barrier()),
    async close() {
      await group.barrier();
      left = true;
      stopWatching();
      stopListening();
      calls.finalize();
    },
    abort,
  };
  stopWatching = watch(await visiblePeers(group), giveUp);
  return group;
}

/** Ends the other ranks where this process ends; returns what takes that back. */
function endWithOthers(say: (text: string) => void, abort: (code: number) => never): () => void {
  const end = (code: number) => {
    if (code === 0) say("has ended without leaving the group; all ranks end with it");
    abort(code || 1);
  };
  // Node prints an uncaught error after the exit that we do not live to see.
  const print = (error: unknown) => say(`ends: ${inspect(error)}`);
  process.on("exit", end).on("uncaughtExceptionMonitor", print);
  return () => void process.off("exit", end).off("uncaughtExceptionMonitor", print);
}
