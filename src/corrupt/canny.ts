import { nearest } from "./filter.ts";

/**
 * Canny's edges (1986) of a grey image [H × W] as OpenCV finds them: Sobel 3×3 with replicated edges, |dx| + |dy| as the
 * strength, thinned along the gradient, and weak edges kept where they touch strong ones. 255 on edges, else 0.
 */
export function canny(grey: Uint8Array, height: number, width: number, low: number, high: number): Uint8Array {
  const dx = new Int32Array(grey.length);
  const dy = new Int32Array(grey.length);
  const strength = new Int32Array(grey.length);
  for (let y = 0, at = 0; y < height; y++) {
    const rows = [nearest(y - 1, height) * width, y * width, nearest(y + 1, height) * width];
    for (let x = 0; x < width; x++, at++) {
      const [left, right] = [nearest(x - 1, width), nearest(x + 1, width)];
      const [a, b, c] = [grey[rows[0] + left], grey[rows[0] + x], grey[rows[0] + right]];
      const [d, f] = [grey[rows[1] + left], grey[rows[1] + right]];
      const [g, h, i] = [grey[rows[2] + left], grey[rows[2] + x], grey[rows[2] + right]];
      dx[at] = c + 2 * f + i - (a + 2 * d + g);
      dy[at] = g + 2 * h + i - (a + 2 * b + c);
      strength[at] = Math.abs(dx[at]) + Math.abs(dy[at]);
    }
  }
  const edges = new Uint8Array(grey.length);
  const strong: number[] = [];
  const isWeak = new Uint8Array(grey.length);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      if (strength[at] <= low || !isCrest(strength, dx[at], dy[at], y, x, height, width)) continue;
      isWeak[at] = 1;
      if (strength[at] > high) {
        edges[at] = 255;
        strong.push(at);
      }
    }
  for (let at = strong.pop(); at !== undefined; at = strong.pop()) {
    const [y, x] = [Math.floor(at / width), at % width];
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        const next = ny * width + nx;
        if (!isWeak[next] || edges[next]) continue;
        edges[next] = 255;
        strong.push(next);
      }
  }
  return edges;
}

/** tan 22.5° in 15-bit fixed point. */
const TANGENT = Math.trunc((Math.SQRT2 - 1) * 2 ** 15 + 0.5);

/** Whether a pixel is stronger than its two neighbours along the gradient; beyond the image there is nothing. */
function isCrest(
  strength: Int32Array,
  dx: number,
  dy: number,
  y: number,
  x: number,
  height: number,
  width: number,
): boolean {
  const at = (j: number, i: number) => (j < 0 || j >= height || i < 0 || i >= width ? 0 : strength[j * width + i]);
  const own = at(y, x);
  const [ax, ay] = [Math.abs(dx), Math.abs(dy) * 2 ** 15];
  const flat = ax * TANGENT;
  // Of two equal neighbours on an axis one wins, on a diagonal none, as there.
  if (ay < flat) return own > at(y, x - 1) && own >= at(y, x + 1);
  if (ay > flat + ax * 2 ** 16) return own > at(y - 1, x) && own >= at(y + 1, x);
  const side = (dx ^ dy) < 0 ? -1 : 1;
  return own > at(y - 1, x - side) && own > at(y + 1, x + side);
}
