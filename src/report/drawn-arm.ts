import { armColorName } from "../core/internal.ts";

/** How an arm is called and drawn, in a report of any task: it keeps its colour all over a page. */
export interface DrawnArm {
  readonly name: string;
  /** A CSS colour that follows the page's colour scheme. */
  readonly color: string;
  /** Dashes of its lines: arms are told apart without colour, too. */
  readonly dash: readonly number[];
  readonly shape: string;
}

const dashes = [[], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [1, 3]];
const shapes = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"];

/** @param place of the arm among all, from 0 */
export const drawnArm = (name: string, place: number): DrawnArm => ({
  // A name may break between words, not within "α = 0.25".
  name: name.replace(/α = /g, "α\u00a0=\u00a0"),
  color: `var(--${armColorName(place)})`,
  dash: dashes[place % dashes.length],
  shape: shapes[place % shapes.length],
});
