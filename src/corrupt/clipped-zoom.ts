import { roundHalfEven } from "../core/internal.ts";
import type { Shape } from "./filter.ts";

/** For each place of the result: the two places that it lies between, and the share of the second. */
interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly share: Float64Array;
}

/** One axis of `clippedZoom`: SciPy's `zoom` of order 1 places its samples from corner to corner. */
export function zoomTaps(size: number, factor: number): Taps {
  const kept = Math.ceil(size / factor);
  const top = Math.floor((size - kept) / 2);
  const enlarged = roundHalfEven(kept * factor);
  const trim = Math.max(0, Math.floor((enlarged - size) / 2));
  const first = new Int32Array(size);
  const second = new Int32Array(size);
  const share = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const at = Math.min(i + trim, enlarged - 1);
    const place = enlarged > 1 ? (at * (kept - 1)) / (enlarged - 1) : 0;
    const before = Math.min(Math.floor(place), kept - 1);
    first[i] = top + before;
    second[i] = top + Math.min(before + 1, kept - 1);
    share[i] = place - before;
  }
  return { first, second, share };
}

const cache = new Map<string, Taps>();
function cachedTaps(size: number, factor: number): Taps {
  const key = `${size} ${factor}`;
  let taps = cache.get(key);
  if (!taps) {
    taps = zoomTaps(size, factor);
    cache.set(key, taps);
  }
  return taps;
}

/** The middle of [H, W, C], enlarged bilinearly by `factor` ≥ 1 to the same size; added onto `onto` where given. */
export function clippedZoom(
  data: Float64Array,
  { height, width, channels }: Shape,
  factor: number,
  onto = new Float64Array(data.length),
): Float64Array {
  const down = cachedTaps(height, factor);
  const across = cachedTaps(width, factor);
  const rowStride = width * channels;
  const row = new Float64Array(rowStride);
  for (let y = 0, to = 0; y < height; y++) {
    const upper = down.first[y] * rowStride;
    const lower = down.second[y] * rowStride;
    const s = down.share[y];
    for (let i = 0; i < rowStride; i++) row[i] = data[upper + i] + s * (data[lower + i] - data[upper + i]);
    for (let x = 0; x < width; x++) {
      const left = across.first[x] * channels;
      const right = across.second[x] * channels;
      const t = across.share[x];
      for (let c = 0; c < channels; c++, to++) onto[to] += row[left + c] + t * (row[right + c] - row[left + c]);
    }
  }
  return onto;
}
