import { numpy as np } from "@jax-js/jax";
import { type Arrays, maxPool } from "../../models/index.ts";
import type { MapShape } from "./center-targets.ts";

/**
 * Traced: as `decodeCenters`, in arrays of one size. Maps [N, (K + 4)·h·w], and their spread where there is one → `boxes` [N, M, 4],
 * x, y, width, height in cells, `scores` [N, M], the largest first, `classes` [N, M] as whole numbers; with a spread
 * `score_deviations` [N, M] and `side_deviations` [N, M, 4] of left, upper, right and lower side. M is the smaller of `most` and K·h·w; where
 * an image has fewer peaks, scores are 0.
 */
export function tracedDecoding(
  maps: np.Array,
  spread: np.Array | undefined,
  { classes, rows, columns }: MapShape,
  most = 100,
): Arrays {
  const [count] = maps.shape;
  const cells = rows * columns;
  const kept = Math.min(most, classes * cells);
  const parts = (array: np.Array) => np.split(np.reshape(array, [count, classes + 4, cells]), [classes], 1);
  const [heat, numbers] = parts(maps);
  const square = np.reshape(heat, [count, classes, rows, columns]);
  const largest = maxPool(square.ref, 3, { stride: 1, padding: 1 });
  const isPeak = np.equal(square.ref, largest).astype(np.float32);
  const peaks = np.negative(np.reshape(np.multiply(square, isPeak), [count, classes * cells]));
  const first = (array: np.Array) => (kept < classes * cells ? np.split(array, [kept], 1)[0] : array);
  const order = first(np.argsort(peaks.ref, -1)).astype(np.float32);
  const scores = np.negative(first(np.sort(peaks, -1)));
  const found = np.floor(np.divide(order.ref, cells));
  const cell = np.subtract(order.ref, np.multiply(found.ref, cells));
  /** [N, M, cells or K·cells] 1 at the place of each. */
  const oneHot = (places: np.Array, length: number) =>
    np
      .equal(np.expandDims(places, -1), np.reshape(np.arange(length).astype(np.float32), [1, 1, length]))
      .astype(np.float32);
  const atCells = (array: np.Array) => np.matmul(oneHot(cell.ref, cells), np.transpose(array, [0, 2, 1]));
  const [offset, size] = np.split(atCells(numbers), 2, 2);
  const extent = np.maximum(size, 0);
  const row = np.floor(np.divide(cell.ref, columns));
  const column = np.subtract(cell.ref, np.multiply(row.ref, columns));
  const center = np.add(np.stack([column, row], -1), offset);
  const boxes = np.concatenate([np.subtract(center, np.divide(extent.ref, 2)), extent], -1);
  const answer: Arrays = { boxes, scores, classes: found };
  if (spread) {
    const [heatSpread, sideSpread] = parts(spread);
    const flat = np.reshape(heatSpread, [count, classes * cells, 1]);
    answer.score_deviations = np.reshape(np.matmul(oneHot(order.ref, classes * cells), flat), [count, kept]);
    answer.side_deviations = atCells(sideSpread);
  }
  order.dispose();
  cell.dispose();
  return answer;
}
