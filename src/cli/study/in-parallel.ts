/**
 * Works on items in their order, `count` at a time. The first failure aborts the signal that the others were given, and
 * is thrown once they have stopped.
 */
export async function inParallel<T>(
  items: readonly T[],
  count: number,
  outer: AbortSignal,
  work: (item: T, index: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const signal = AbortSignal.any([outer, failure.signal]);
  let next = 0;
  const worker = async () => {
    while (next < items.length && !signal.aborted) {
      const index = next++;
      try {
        await work(items[index], index, signal);
      } catch (error) {
        failure.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, worker));
  if (failure.signal.aborted) throw failure.signal.reason;
}
