import { Random } from "../core/index.ts";
import { antiAliasedLine } from "./anti-aliased-line.ts";
import type { Image } from "./corruption.ts";
import { plasmaFractal } from "./plasma-fractal.ts";

/** As many as the published script draws from. */
const COUNT = 5;
/** Feathers for each row of pixels, and how long they are as a share of the side. */
const FEATHERS_PER_ROW = 0.22;
const LONGEST = 0.45;
/** Side branches leave at 60°, as ice grows. */
const BRANCH_ANGLE = Math.PI / 3;

const made = new Map<number, readonly Image[]>();

/**
 * Five textures of ice feathers over a cloudy film, [size, size, 3] for a power of two: a stand-in for photographs of
 * frost, the same for everyone.
 */
export function proceduralFrost(size: number): readonly Image[] {
  let textures = made.get(size);
  if (!textures) {
    textures = Array.from({ length: COUNT }, (_, i) => texture(size, new Random("procedural frost", size, i)));
    made.set(size, textures);
  }
  return textures;
}

function texture(size: number, random: Random): Image {
  const film = plasmaFractal(size, 1.8, random);
  const ice = new Float64Array(size * size);
  const draw = (x: number, y: number, angle: number, length: number, strength: number) => {
    const from = { x: Math.round(x), y: Math.round(y) };
    const to = { x: Math.round(x + length * Math.cos(angle)), y: Math.round(y + length * Math.sin(angle)) };
    antiAliasedLine(from, to, (px, py, coverage) => {
      const at = (py & (size - 1)) * size + (px & (size - 1));
      ice[at] += strength * coverage * (1 - ice[at]);
    });
  };
  const feathers = Math.ceil(FEATHERS_PER_ROW * size);
  const grain = 2 * Math.PI * random.uniform();
  for (let n = 0; n < feathers; n++) {
    const [x, y] = [size * random.uniform(), size * random.uniform()];
    const angle = grain + 0.5 * random.normal();
    const length = LONGEST * size * (0.25 + 0.75 * random.uniform());
    draw(x, y, angle, length, 0.6);
    const spacing = 2 + random.integer(3);
    for (let along = spacing; along < length; along += spacing) {
      // Branches shorten toward the tip.
      const reach = 0.22 * (length - along) * (0.5 + random.uniform());
      const [bx, by] = [x + along * Math.cos(angle), y + along * Math.sin(angle)];
      for (const side of [-1, 1]) draw(bx, by, angle + side * BRANCH_ANGLE, reach, 0.35);
    }
  }
  const data = new Uint8Array(size * size * 3);
  for (let p = 0; p < ice.length; p++) {
    const white = Math.min(1, 0.25 + 0.35 * film[p] + 0.6 * ice[p]);
    data[3 * p] = 255 * white * 0.88;
    data[3 * p + 1] = 255 * white * 0.95;
    data[3 * p + 2] = 255 * white;
  }
  return { height: size, width: size, channels: 3, data };
}
