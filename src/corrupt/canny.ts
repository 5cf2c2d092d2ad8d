import { nearest } from "./filter.ts";

/** tan 22.5° with 15 bits after the point, as OpenCV has it. */
const TAN_22_5 = Math.round(0.4142135623730950488 * 2 ** 15);
const NO = 0;
const WEAK = 1;
const EDGE = 255;

/**
 * Canny's edges (1986) of bytes [H × W] as OpenCV finds them: 3 × 3 Sobel derivatives, |dx| + |dy|, only ridges of the
 * gradient, those above `high` and all above `low` that hang together with them. 255 on edges, else 0.
 */
export function canny(
  bytes: Uint8Array,
  { height, width }: { readonly height: number; readonly width: number },
  { low, high }: { readonly low: number; readonly high: number },
): Uint8Array {
  const { dx, dy } = sobel(bytes, height, width);
  // A frame of zeros around the magnitudes and the marks spares all tests for the border.
  const stride = width + 2;
  const magnitude = new Int32Array(stride * (height + 2));
  for (let y = 0; y < height; y++)
    for (let x = 0, from = y * width; x < width; x++, from++)
      magnitude[(y + 1) * stride + x + 1] = Math.abs(dx[from]) + Math.abs(dy[from]);

  const marks = new Uint8Array(magnitude.length);
  const open: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0, from = y * width; x < width; x++, from++) {
      const at = (y + 1) * stride + x + 1;
      if (magnitude[at] <= low || !isRidge(magnitude, at, stride, dx[from], dy[from])) continue;
      marks[at] = WEAK;
      if (magnitude[at] > high) {
        marks[at] = EDGE;
        open.push(at);
      }
    }
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (let row = at - stride; row <= at + stride; row += stride)
      for (let near = row - 1; near <= row + 1; near++)
        if (marks[near] === WEAK) {
          marks[near] = EDGE;
          open.push(near);
        }

  const edges = new Uint8Array(height * width);
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < width; x++, to++) edges[to] = marks[(y + 1) * stride + x + 1] === EDGE ? EDGE : NO;
  return edges;
}

/** Greatest across the edge: along a row, a column or a diagonal, whichever the gradient is nearest to. */
function isRidge(magnitude: Int32Array, at: number, stride: number, dx: number, dy: number): boolean {
  const here = magnitude[at];
  const rise = Math.abs(dy) * 2 ** 15;
  const flat = Math.abs(dx) * TAN_22_5;
  if (rise < flat) return here > magnitude[at - 1] && here >= magnitude[at + 1];
  // tan 67.5° = tan 22.5° + 2.
  if (rise > flat + Math.abs(dx) * 2 ** 16) return here > magnitude[at - stride] && here >= magnitude[at + stride];
  const step = dx < 0 !== dy < 0 ? -1 : 1;
  return here > magnitude[at - stride - step] && here > magnitude[at + stride + step];
}

function sobel(bytes: Uint8Array, height: number, width: number) {
  const dx = new Int32Array(bytes.length);
  const dy = new Int32Array(bytes.length);
  for (let y = 0, at = 0; y < height; y++) {
    const above = nearest(y - 1, height) * width;
    const here = y * width;
    const below = nearest(y + 1, height) * width;
    for (let x = 0; x < width; x++, at++) {
      const left = nearest(x - 1, width);
      const right = nearest(x + 1, width);
      const topLeft = bytes[above + left];
      const topRight = bytes[above + right];
      const bottomLeft = bytes[below + left];
      const bottomRight = bytes[below + right];
      dx[at] = topRight + 2 * bytes[here + right] + bottomRight - topLeft - 2 * bytes[here + left] - bottomLeft;
      dy[at] = bottomLeft + 2 * bytes[below + x] + bottomRight - topLeft - 2 * bytes[above + x] - topRight;
    }
  }
  return { dx, dy };
}
