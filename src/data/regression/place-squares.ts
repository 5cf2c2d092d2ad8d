import type { Random } from "../../core/index.ts";

const TRIES = 100;

/**
 * Left and top of `count` squares in a larger one, at random so that no two overlap. The squares must be
 * few and small enough to be placed one after the other at random: at most half of the area.
 * @param side of a square, in pixels
 * @param size of the larger square, in pixels
 */
export function placeSquares(count: number, side: number, size: number, random: Random): [left: number, top: number][] {
  for (;;) {
    const places: [number, number][] = [];
    for (let tries = 0; places.length < count && tries < TRIES * count; tries++) {
      const [left, top] = [random.integer(size - side + 1), random.integer(size - side + 1)];
      if (places.every(([x, y]) => Math.abs(x - left) >= side || Math.abs(y - top) >= side)) places.push([left, top]);
    }
    // A few squares can lie so that no other finds room: begin anew.
    if (places.length === count) return places;
  }
}
