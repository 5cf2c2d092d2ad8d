import { roundHalfEven } from "../../core/internal.ts";

/** How many of `width` features survive where `percentile` percent are pruned; halves go to the even number. */
export const survivors = (width: number, percentile: number): number =>
  width - roundHalfEven((width * percentile) / 100);

/** Calls `visit` with each row's `count` largest entries: their places; of equal entries the first ones. */
export function eachLargest(
  features: Float64Array,
  width: number,
  count: number,
  visit: (row: number, places: Int32Array) => void,
): void {
  const places = new Int32Array(count);
  for (let row = 0, start = 0; start < features.length; row++, start += width) {
    const own = features.subarray(start, start + width);
    const threshold = own.slice().sort()[width - count];
    let above = 0;
    for (let d = 0; d < width; d++) if (own[d] > threshold) above++;
    let [kept, equal] = [0, count - above];
    for (let d = 0; d < width; d++) if (own[d] > threshold || (own[d] === threshold && equal-- > 0)) places[kept++] = d;
    visit(row, places);
  }
}

/** Of each row [n]: Σ of all entries by Σ of the `count` largest; 0 where that is 0. */
export function sharpening(features: Float64Array, width: number, count: number): Float64Array {
  const ratios = new Float64Array(features.length / width);
  eachLargest(features, width, count, (row, places) => {
    const start = row * width;
    let [all, kept] = [0, 0];
    for (let d = start; d < start + width; d++) all += features[d];
    for (const place of places) kept += features[start + place];
    ratios[row] = kept === 0 ? 0 : all / kept;
  });
  return ratios;
}
