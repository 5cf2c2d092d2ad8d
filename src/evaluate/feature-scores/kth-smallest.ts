/**
 * The k-th smallest (k from 1) of values that are put in another order; NaN counts as larger than all.
 * Hoare's selection: of n values in some 3 n steps, where sorting takes n log n.
 */
export function kthSmallest(values: Float64Array, k: number): number {
  if (values.some(Number.isNaN)) return values.sort()[k - 1];
  let [from, to] = [0, values.length - 1];
  while (from < to) {
    const pivot = values[(from + to) >> 1];
    let [left, right] = [from, to];
    while (left <= right) {
      while (values[left] < pivot) left++;
      while (values[right] > pivot) right--;
      if (left > right) break;
      const held = values[left];
      values[left++] = values[right];
      values[right--] = held;
    }
    if (k - 1 <= right) to = right;
    else if (k - 1 >= left) from = left;
    else break;
  }
  return values[k - 1];
}
