/** Calibration examples at each of some scores, in ascending order of the scores. */
export interface ScoredCounts {
  /** [m] how many there are, and how many of them are positive. */
  readonly count: Float64Array;
  readonly positive: Float64Array;
}

/**
 * [m] what an isotonic regression on the examples and one more gives at the score of the one more, for each score: `upper`
 * where it is a positive one, `lower` where it is a negative one.
 *
 * The fit is the slope of the greatest convex minorant of the cumulative sums. Moving the one example along the scores
 * changes one point of these sums at a time, so that all m fits take one pass (Vovk, Petej & Fedorova 2015, algorithms 1 to 4).
 */
export function isotonicBounds({ count, positive }: ScoredCounts): { lower: Float64Array; upper: Float64Array } {
  const negative = count.map((all, i) => all - positive[i]);
  const up = slopesWithPositive({ count, positive });
  // A negative example more is a positive one in the mirror, where scores and labels are the other way round.
  const down = slopesWithPositive({ count: count.toReversed(), positive: negative.toReversed() });
  return {
    upper: up.rise.map((rise, i) => rise / up.run[i]),
    lower: down.rise.map((rise, i) => (down.run[i] - rise) / down.run[i]).reverse(),
  };
}

/** The slope of the minorant at each score with one positive example more there. */
function slopesWithPositive({ count, positive }: ScoredCounts): { rise: Float64Array; run: Float64Array } {
  const scores = count.length;
  // Point i + 1 is the sum over the first i scores; the example more comes first, between the points 0 and 1.
  const x = new Float64Array(scores + 2);
  const y = new Float64Array(scores + 2);
  [x[0], y[0]] = [-1, -1];
  for (let i = 0; i < scores; i++) {
    x[i + 2] = x[i + 1] + count[i];
    y[i + 2] = y[i + 1] + positive[i];
  }
  /** Above 0 where the way from a over b to c turns left. Of whole numbers, and so exact. */
  const turn = (a: number, b: number, c: number) => (x[b] - x[a]) * (y[c] - y[a]) - (y[b] - y[a]) * (x[c] - x[a]);
  // Corners from the right to the left: the last two are the ends of the slope that the example more is on.
  const corners: number[] = [];
  for (let point = scores + 1; point >= 0; point--) pushCorner(corners, point, turn);
  const rise = new Float64Array(scores);
  const run = new Float64Array(scores);
  for (let i = 0; i < scores; i++) {
    const [right, left] = [corners[corners.length - 2], corners[corners.length - 1]];
    rise[i] = y[right] - y[left];
    run[i] = x[right] - x[left];
    // The example more goes behind this score.
    const moved = i + 1;
    x[moved] = x[moved - 1] + x[moved + 1] - x[moved];
    y[moved] = y[moved - 1] + y[moved + 1] - y[moved];
    if (turn(left, right, moved) >= 0) continue;
    corners.pop();
    pushCorner(corners, moved, turn);
  }
  return { rise, run };
}

/** Adds a point to the left of all corners, and takes off those that are none any more. */
function pushCorner(corners: number[], point: number, turn: (a: number, b: number, c: number) => number): void {
  while (corners.length > 1 && turn(point, corners[corners.length - 1], corners[corners.length - 2]) <= 0)
    corners.pop();
  corners.push(point);
}
