/**
 * Processes that train one network together, each with its rank, from 0. All of them call the same functions in the same
 * order with arrays of the same lengths: a call ends when all have made it.
 */
export interface Group {
  readonly rank: number;
  /** Processes. */
  readonly size: number;
  /** Replaces every number by its mean over the ranks, in place: the same bytes on each of them. */
  mean(values: Float32Array): Promise<void>;
  /** Replaces every number by its sum over the ranks, in place: the same bytes on each of them. */
  sum(values: Float32Array | Float64Array): Promise<void>;
  /** Replaces the bytes by those of rank 0, in place. */
  broadcast(bytes: Uint8Array): Promise<void>;
  /** What each rank gave, in the order of ranks, on all of them; lengths may differ. */
  gather(bytes: Uint8Array): Promise<readonly Uint8Array[]>;
  /** Whether it is so on any rank. */
  any(flag: boolean): Promise<boolean>;
  barrier(): Promise<void>;
  /** Leaves the group, after which none of the above may be called; all ranks must. */
  close(): Promise<void>;
  /** Ends all ranks at once, this one with the exit code: a call that waits for a rank that failed would wait forever. */
  abort(code: number): never;
}

/**
 * A process by itself.
 * @example
 * const group = alone;
 * console.log(group.rank === 0, group.size); // true 1
 */
export const alone: Group = {
  rank: 0,
  size: 1,
  async mean() {},
  async sum() {},
  async broadcast() {},
  gather: async (bytes) => [bytes],
  any: async (flag) => flag,
  async barrier() {},
  async close() {},
  abort: (code) => process.exit(code),
};

/** Which of `count` things one rank has: neighbours, as many for each rank as for the others, or one more for the first. */
export function shareOf({ rank, size }: Pick<Group, "rank" | "size">, count: number): { from: number; to: number } {
  const [least, more] = [Math.floor(count / size), count % size];
  const from = rank * least + Math.min(rank, more);
  return { from, to: from + least + (rank < more ? 1 : 0) };
}
