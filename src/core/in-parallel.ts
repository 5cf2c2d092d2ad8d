/**
 * Works on items in their order, `count` at a time. The first failure aborts the signal that the others were given, keeps
 * the rest from starting, and is thrown once those under way have ended; likewise where `outer` is aborted, without a throw.
 */
export async function inParallel<T>(
  items: readonly T[],
  count: number,
  work: (item: T, index: number, signal: AbortSignal) => Promise<void>,
  outer?: AbortSignal,
): Promise<void> {
  const failure = new AbortController();
  const signal = outer ? AbortSignal.any([outer, failure.signal]) : failure.signal;
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
