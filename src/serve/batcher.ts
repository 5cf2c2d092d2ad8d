/** Rows that one caller wants answered together. */
interface Waiting<In, Out> {
  readonly rows: readonly In[];
  readonly resolve: (answers: Out[]) => void;
  readonly reject: (error: unknown) => void;
  /** Answers that have come so far: a large request may span batches. */
  readonly answers: Out[];
  /** Rows that were handed to a run. */
  taken: number;
  readonly signal?: AbortSignal;
}

export interface BatcherOptions<In, Out> {
  /** Rows of a run at most. */
  readonly maxBatch: number;
  /** Answers in the order of the rows. */
  readonly run: (rows: readonly In[]) => Promise<readonly Out[]>;
  readonly onBatch?: (rows: number, seconds: number) => void;
}

/**
 * Dynamic batching without a waiting time: whatever has arrived while a run was under way is the next run. Alone, a
 * request is answered at once; under load the batches grow by themselves.
 */
export class Batcher<In, Out> {
  readonly #options: BatcherOptions<In, Out>;
  #queue: Waiting<In, Out>[] = [];
  #running: Promise<void> | undefined;

  constructor(options: BatcherOptions<In, Out>) {
    this.#options = options;
  }

  /** Rows that wait for a run. */
  get waiting(): number {
    return this.#queue.reduce((sum, { rows, taken }) => sum + rows.length - taken, 0);
  }

  /** @throws what the run throws, or the signal's reason where it is aborted before the answers are there. */
  answer(rows: readonly In[], signal?: AbortSignal): Promise<Out[]> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (rows.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const waiting: Waiting<In, Out> = { rows, resolve, reject, answers: [], taken: 0, signal };
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      this.#queue.push(waiting);
      this.#running ??= this.#work();
    });
  }

  /** Resolves once nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #work(): Promise<void> {
    // So that requests of the same tick share the first run.
    await new Promise(setImmediate);
    for (let batch = this.#next(); batch.length > 0; batch = this.#next()) await this.#run(batch);
    this.#running = undefined;
  }

  /** The next rows in order of arrival, each with whom it is for; who gave up is left out. */
  #next(): { row: In; of: Waiting<In, Out> }[] {
    const batch: { row: In; of: Waiting<In, Out> }[] = [];
    this.#queue = this.#queue.filter(({ signal }) => !signal?.aborted);
    for (const waiting of this.#queue) {
      while (batch.length < this.#options.maxBatch && waiting.taken < waiting.rows.length)
        batch.push({ row: waiting.rows[waiting.taken++], of: waiting });
      if (batch.length === this.#options.maxBatch) break;
    }
    this.#queue = this.#queue.filter(({ rows, taken }) => taken < rows.length);
    return batch;
  }

  async #run(batch: readonly { row: In; of: Waiting<In, Out> }[]): Promise<void> {
    const startedAt = performance.now();
    try {
      const answers = await this.#options.run(batch.map(({ row }) => row));
      for (const [i, { of }] of batch.entries()) {
        of.answers.push(answers[i]);
        if (of.answers.length === of.rows.length) of.resolve(of.answers);
      }
    } catch (error) {
      const failed = new Set(batch.map(({ of }) => of));
      for (const { reject } of failed) reject(error);
      this.#queue = this.#queue.filter((waiting) => !failed.has(waiting));
    }
    this.#options.onBatch?.(batch.length, (performance.now() - startedAt) / 1000);
  }
}
