import type { Random } from "../../core/index.ts";
import { fillBackground } from "./scene-background.ts";
import { isSolid, type Sprite, spriteOf } from "./sprite.ts";

/** What may be drawn: one vendor's drawings. */
export interface Drawable {
  /** [size, size, 4] RGBA of each. */
  readonly drawings: readonly Uint8Array[];
  /** Pixels. */
  readonly size: number;
}

export interface SceneObject {
  /** Which drawing. */
  readonly drawing: number;
  /** x, y, width, height in pixels: tight around what the drawing at least half covers, what others hide of it included. */
  readonly box: readonly [number, number, number, number];
}

export interface SceneOptions {
  /** Pixels on each side. */
  readonly size: number;
  /** Objects of the drawings to be found: from one to so many. */
  readonly most: number;
  /** Drawings of no class, of which each scene has one or two more; none where absent. */
  readonly strangers?: Drawable;
}

/** Of a scene's side, the smallest and the largest drawing; sizes between are log-uniform. */
const SIDES = [0.16, 0.5] as const;
const LARGEST_ANGLE = Math.PI / 12;
/** Of an object that others cover, this share of the area stays visible. */
const LEAST_VISIBLE = 0.5;
const TRIES = 20;

interface Placed extends SceneObject {
  /** Solid pixels of it, and those of them that nothing hides. */
  readonly area: number;
  visible: number;
}

/**
 * Draws a scene, a function of the random numbers alone: objects lie wholly on it and may overlap, but of each at least half is
 * visible; one that finds no such place in 20 tries is left out.
 * @param scene [size, size, 3], written to
 * @returns the objects to be found: strangers are none
 */
export function drawScene(
  scene: Uint8Array,
  known: Drawable,
  { size, most, strangers }: SceneOptions,
  random: Random,
): SceneObject[] {
  fillBackground(scene, size, random);
  const wanted = Array.from({ length: 1 + random.integer(most) }, () => known);
  const others = strangers ? Array.from({ length: 1 + random.integer(2) }, () => strangers) : [];
  const order = strangers ? random.shuffle([...wanted, ...others]) : wanted;
  const owners = new Int32Array(size * size).fill(-1);
  const placed: Placed[] = [];
  const found: SceneObject[] = [];
  for (const of of order) {
    const drawing = random.integer(of.drawings.length);
    const side = size * SIDES[0] * (SIDES[1] / SIDES[0]) ** random.uniform();
    const angle = LARGEST_ANGLE * (2 * random.uniform() - 1);
    const sprite = spriteOf(of.drawings[drawing], of.size, side, angle);
    if (!sprite || sprite.width > size || sprite.height > size) continue;
    for (let tries = 0; tries < TRIES; tries++) {
      const [x, y] = [random.integer(size - sprite.width + 1), random.integer(size - sprite.height + 1)];
      const covered = coveredBy(sprite, x, y, size, owners, placed.length);
      if (placed.some(({ area, visible }, i) => visible - covered[i] < LEAST_VISIBLE * area)) continue;
      placed.forEach((one, i) => {
        one.visible -= covered[i];
      });
      const area = paint(scene, sprite, x, y, size, (pixel) => {
        owners[pixel] = placed.length;
      });
      const [left, top, width, height] = sprite.box;
      const object = { drawing, box: [x + left, y + top, width, height] as const };
      placed.push({ ...object, area, visible: area });
      if (of === known) found.push(object);
      break;
    }
  }
  return found;
}

/** Pixels of each object before that a sprite would hide. */
function coveredBy(
  { width, height, rgba }: Sprite,
  left: number,
  top: number,
  size: number,
  owners: Int32Array,
  count: number,
): Int32Array {
  const covered = new Int32Array(count);
  for (let y = 0, at = 3; y < height; y++)
    for (let x = 0; x < width; x++, at += 4) {
      const owner = owners[(top + y) * size + left + x];
      if (isSolid(rgba[at]) && owner >= 0) covered[owner]++;
    }
  return covered;
}

/** @returns solid pixels, each of which is told by its place in the scene */
function paint(
  scene: Uint8Array,
  { width, height, rgba }: Sprite,
  left: number,
  top: number,
  size: number,
  tell: (pixel: number) => void,
): number {
  let area = 0;
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 4) {
      const pixel = (top + y) * size + left + x;
      const alpha = rgba[at + 3] / 255;
      for (let c = 0; c < 3; c++)
        scene[3 * pixel + c] = Math.round(alpha * rgba[at + c] + (1 - alpha) * scene[3 * pixel + c]);
      if (!isSolid(rgba[at + 3])) continue;
      area++;
      tell(pixel);
    }
  return area;
}
