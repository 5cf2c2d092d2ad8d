/**
 * `make(first)`, `make(first + 1)`, … one after the other, of which up to `ahead()` are under way beyond the one that is
 * waited for. None beyond `end` is begun.
 */
export function madeAhead<T>(
  make: (index: number) => Promise<T>,
  { first, end, ahead }: { readonly first: number; readonly end: number; readonly ahead: () => number },
): () => Promise<T> {
  const under: Promise<T>[] = [];
  let begun = first;
  return () => {
    for (const wanted = Math.min(ahead() + 1, under.length + end - begun); under.length < wanted; begun++) {
      const made = make(begun);
      // A failure is thrown when its turn comes, and nowhere if it never does.
      made.catch(() => {});
      under.push(made);
    }
    const next = under.shift();
    if (!next) throw new RangeError(`madeAhead: nothing after ${end - 1}`);
    return next;
  };
}
