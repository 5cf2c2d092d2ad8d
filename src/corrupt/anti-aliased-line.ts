export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Every pixel that a line of one pixel's width touches, with its coverage in [0, 1] (Zingl 2012, section 8). */
export function antiAliasedLine(from: Place, to: Place, plot: (x: number, y: number, coverage: number) => void): void {
  const [dx, dy] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
  const [stepX, stepY] = [from.x < to.x ? 1 : -1, from.y < to.y ? 1 : -1];
  const length = dx + dy === 0 ? 1 : Math.hypot(dx, dy);
  let { x, y } = from;
  for (let error = dx - dy; ; ) {
    plot(x, y, 1 - Math.abs(error - dx + dy) / length);
    const [here, column] = [error, x];
    if (2 * here >= -dx) {
      if (x === to.x) return;
      if (here + dy < length) plot(x, y + stepY, 1 - (here + dy) / length);
      error -= dy;
      x += stepX;
    }
    if (2 * here <= dy) {
      if (y === to.y) return;
      if (dx - here < length) plot(column + stepX, y, 1 - (dx - here) / length);
      error += dx;
      y += stepY;
    }
  }
}
