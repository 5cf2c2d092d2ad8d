import type { Group } from "./group.ts";

/**
 * Runs a function once for each rank of a group, all in this process, for tests: ranks take turns where they wait for each
 * other. One that fails takes the others down, as those of MPI do.
 * @returns what each rank returns
 * @throws what the first rank that fails throws
 */
export function inOneProcess<T>(size: number, run: (group: Group) => Promise<T>): Promise<T[]> {
  const meeting = new Meeting(size);
  const ranks = Array.from({ length: size }, (_, rank) => run(memberOf(meeting, rank)));
  for (const rank of ranks) rank.catch((error) => meeting.fail(error));
  return Promise.all(ranks);
}

/** Where ranks meet: each brings something, and all go on with what all have brought. */
class Meeting {
  #brought = new Map<number, unknown>();
  #waiting: { readonly go: (all: readonly unknown[]) => void; readonly fail: (error: unknown) => void }[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor(readonly size: number) {}

  bring<T>(rank: number, thing: T): Promise<readonly T[]> {
    return new Promise((go, fail) => {
      if (this.#failure) return fail(this.#failure.error);
      this.#brought.set(rank, thing);
      this.#waiting.push({ go: go as never, fail });
      if (this.#brought.size < this.size) return;
      const all = Array.from({ length: this.size }, (_, rank) => this.#brought.get(rank));
      const waiting = this.#waiting;
      this.#brought = new Map();
      this.#waiting = [];
      for (const { go } of waiting) go(all);
    });
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const { fail } of this.#waiting) fail(error);
  }
}

function memberOf(meeting: Meeting, rank: number): Group {
  const { size } = meeting;
  // A rank may make the next call before the others have made the first.
  let last: Promise<unknown> = Promise.resolve();
  const bring = <T>(thing: T): Promise<readonly T[]> => {
    const brought = last.then(() => meeting.bring(rank, thing));
    last = brought.catch(() => {});
    return brought;
  };
  // Copies: a rank writes into its own array while others may still have to read it.
  const all = <T extends Float32Array | Float64Array | Uint8Array>(values: T) => bring(values.slice() as T);
  const sumInto = async <T extends Float32Array | Float64Array>(values: T, scale: number) => {
    const brought = await all(values);
    for (let i = 0; i < values.length; i++) values[i] = brought.reduce((sum, theirs) => sum + theirs[i], 0) * scale;
  };
  return {
    rank,
    size,
    mean: (values) => sumInto(values, 1 / size),
    sum: (values) => sumInto(values, 1),
    broadcast: async (bytes) => bytes.set((await all(bytes))[0]),
    gather: all,
    any: async (flag) => (await bring(flag)).includes(true),
    barrier: async () => void (await bring(undefined)),
    close: async () => void (await bring(undefined)),
    abort(code) {
      const error = new Error(`rank ${rank} ended the group with code ${code}`);
      meeting.fail(error);
      throw error;
    },
  };
}
