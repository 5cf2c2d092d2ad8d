import type { ImageSet, Random } from "../core/index.ts";
import { madeSet } from "./made-set.ts";

/**
 * Capitals, each as strokes: x and y of its corners from 0 to 8, y downwards. Those that a hand may draw like a digit are left
 * out, so that no letter can keep a digit's meaning: B C D G I J L O Q S T U Y Z.
 */
export const letters: Readonly<Record<string, string>> = {
  A: "08 40 88, 25 65",
  E: "80 00 08 88, 04 64",
  F: "80 00 08, 04 64",
  H: "00 08, 80 88, 04 84",
  K: "00 08, 80 05, 23 88",
  M: "08 00 45 80 88",
  N: "08 00 88 80",
  P: "08 00 60 82 64 04",
  R: "08 00 60 82 64 04, 34 88",
  V: "00 48 80",
  W: "00 28 42 68 80",
  X: "00 88, 80 08",
};

type Point = readonly [x: number, y: number];
/** A straight piece of a stroke. */
type Piece = readonly [from: Point, to: Point];

/** MNIST's digits are scaled into a box of 20 of 28 pixels and moved by their centre of mass (LeCun et al. 1998). */
const BOX = 20 / 28;
/** Half the width of a pen, in pixels of 28: as broad as the digits' strokes. */
const [THINNEST, BROADEST] = [0.9, 1.6];
/** Straight pieces that an edge is bent into. */
const PIECES = 6;

/**
 * Letters as a hand draws them, white on black, prepared as MNIST's digits are and in the shape of `like`: no digit network
 * knows one of them, though they are of the same strokes; always the same ones. Labels are −1.
 */
export function letterSet(like: ImageSet, count: number): ImageSet {
  const { height, width, channels } = like;
  const side = Math.min(height, width);
  const names = Object.keys(letters);
  return madeSet("letters", like, count, (pixels, random, n) => {
    const drawn = bent(slanted(strokesOf(letters[names[n % names.length]]), random), random);
    const radius = (side / 28) * (THINNEST + (BROADEST - THINNEST) * random.uniform());
    const placed = centred(drawn, BOX * side - 2 * radius, [width / 2, height / 2]);
    const ink = inked(placed, radius, height, width);
    for (const [i, share] of ink.entries()) pixels.fill(Math.round(255 * share), i * channels, (i + 1) * channels);
  });
}

const strokesOf = (text: string): Point[][] =>
  text.split(", ").map((stroke) => stroke.split(" ").map(([x, y]) => [Number(x) / 8, Number(y) / 8]));

/** Narrower or wider, slanted, turned a little, and every corner somewhat beside its place. */
function slanted(strokes: readonly (readonly Point[])[], random: Random): Point[][] {
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const [wide, slant, turn] = [between(0.6, 1), between(-0.1, 0.3), between(-0.15, 0.15)];
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return strokes.map((stroke) =>
    stroke.map(([x, y]): Point => {
      const [px, py] = [wide * x - slant * y + 0.04 * random.normal(), y + 0.04 * random.normal()];
      return [cos * px - sin * py, sin * px + cos * py];
    }),
  );
}

/** Each edge a shallow arc (a quadratic Bézier curve), as no hand draws a straight line. */
function bent(strokes: readonly (readonly Point[])[], random: Random): Piece[] {
  return strokes.flatMap((stroke) =>
    stroke.slice(1).flatMap(([x1, y1], i): Piece[] => {
      const [x0, y0] = stroke[i];
      const bend = 0.12 * random.normal();
      const [cx, cy] = [(x0 + x1) / 2 - bend * (y1 - y0), (y0 + y1) / 2 + bend * (x1 - x0)];
      const points = Array.from({ length: PIECES + 1 }, (_, p): Point => {
        const t = p / PIECES;
        const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
        return [a * x0 + b * cx + c * x1, a * y0 + b * cy + c * y1];
      });
      return points.slice(1).map((to, p): Piece => [points[p], to]);
    }),
  );
}

/** Scaled so that the longer side of the strokes is `side`, their centre of mass at `middle`. */
function centred(pieces: readonly Piece[], side: number, [mx, my]: Point): Piece[] {
  const points = pieces.flat();
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const scale = side / Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
  const lengths = pieces.map(([[x0, y0], [x1, y1]]) => Math.hypot(x1 - x0, y1 - y0));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const mean = (at: 0 | 1) =>
    pieces.reduce((sum, [from, to], i) => sum + (lengths[i] * (from[at] + to[at])) / 2, 0) / total;
  const [cx, cy] = [mean(0), mean(1)];
  const place = ([x, y]: Point): Point => [mx + scale * (x - cx), my + scale * (y - cy)];
  return pieces.map(([from, to]) => [place(from), place(to)]);
}

/** [height × width] how much of each pixel a round pen covers, by the distance of its middle to the nearest piece. */
function inked(pieces: readonly Piece[], radius: number, height: number, width: number): Float64Array {
  const ink = new Float64Array(height * width);
  const reach = radius + 1;
  for (const [[x0, y0], [x1, y1]] of pieces) {
    const [dx, dy] = [x1 - x0, y1 - y0];
    const square = dx * dx + dy * dy || 1;
    const [top, bottom] = [Math.max(0, Math.floor(Math.min(y0, y1) - reach)), Math.max(y0, y1) + reach];
    const [left, right] = [Math.max(0, Math.floor(Math.min(x0, x1) - reach)), Math.max(x0, x1) + reach];
    for (let y = top; y < Math.min(height, bottom); y++)
      for (let x = left; x < Math.min(width, right); x++) {
        const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
        const t = Math.min(Math.max((px * dx + py * dy) / square, 0), 1);
        const share = radius + 0.5 - Math.sqrt((px - t * dx) ** 2 + (py - t * dy) ** 2);
        ink[y * width + x] = Math.max(ink[y * width + x], Math.min(Math.max(share, 0), 1));
      }
  }
  return ink;
}
