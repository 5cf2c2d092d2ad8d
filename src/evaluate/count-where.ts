/** How many of 0, 1, …, below `length` meet a condition that none meets after the first that does not. */
export function countWhere(length: number, isMet: (i: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isMet(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
