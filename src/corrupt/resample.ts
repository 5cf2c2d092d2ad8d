import { type Border, reflect101 } from "./filter.ts";
import type { UnitImage } from "./pixels.ts";

/**
 * Three corners of a square around the middle move on both axes by what `shift` gives, in pixels, and the image with
 * them: OpenCV's `warpAffine`, bilinear, border reflect-101.
 */
export function warpCorners(image: UnitImage, shift: () => number): UnitImage {
  const [cx, cy] = [Math.floor(image.width / 2), Math.floor(image.height / 2)];
  const arm = Math.floor(Math.min(image.height, image.width) / 3);
  const corners = [
    { x: cx + arm, y: cy + arm },
    { x: cx + arm, y: cy - arm },
    { x: cx - arm, y: cy - arm },
  ];
  const moved = corners.map(({ x, y }) => ({ x: x + shift(), y: y + shift() }));
  // Where each moved place comes from: solved for the edges of the triangle.
  const [ux, uy] = [moved[1].x - moved[0].x, moved[1].y - moved[0].y];
  const [vx, vy] = [moved[2].x - moved[1].x, moved[2].y - moved[1].y];
  const area = ux * vy - uy * vx;
  // An image of one or two pixels has no square to move.
  if (arm === 0 || Math.abs(area) < 1e-9) return image;
  const solve = (u: number, v: number) => [(u * vy - v * uy) / area, (v * ux - u * vx) / area];
  const [xx, xy] = solve(corners[1].x - corners[0].x, corners[2].x - corners[1].x);
  const [yx, yy] = solve(corners[1].y - corners[0].y, corners[2].y - corners[1].y);
  const toX = openCvPlaces(xx, xy, corners[0].x - xx * moved[0].x - xy * moved[0].y);
  const toY = openCvPlaces(yx, yy, corners[0].y - yx * moved[0].x - yy * moved[0].y);
  return resampled(image, reflect101, (x, y, place) => {
    place.x = toX(x, y);
    place.y = toY(x, y);
  });
}

/** a·x + b·y + c in pixels, its terms rounded to 1/1024 and the sum to 1/32, as OpenCV does. */
const openCvPlaces =
  (a: number, b: number, c: number) =>
  (x: number, y: number): number =>
    ((Math.round((b * y + c) * 1024) + 16 + Math.round(a * x * 1024)) >> 5) / 32;

/** Bilinear, from the place that `from` writes for each pixel. */
export function resampled(
  image: UnitImage,
  border: Border,
  from: (x: number, y: number, place: { x: number; y: number }) => void,
): UnitImage {
  const { height, width, channels, data } = image;
  const out = new Float64Array(data.length);
  const place = { x: 0, y: 0 };
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      from(x, y, place);
      const [left, top] = [Math.floor(place.x), Math.floor(place.y)];
      const [s, t] = [place.x - left, place.y - top];
      const [upper, lower] = [border(top, height) * width, border(top + 1, height) * width];
      const [first, second] = [border(left, width), border(left + 1, width)];
      for (let c = 0; c < channels; c++, to++) {
        const above = (1 - s) * data[(upper + first) * channels + c] + s * data[(upper + second) * channels + c];
        const below = (1 - s) * data[(lower + first) * channels + c] + s * data[(lower + second) * channels + c];
        out[to] = (1 - t) * above + t * below;
      }
    }
  return { ...image, data: out };
}
