import { Random } from "../core/index.ts";
import type { Image } from "./corruption.ts";
import { gaussianBlur } from "./filter.ts";
import { plasmaFractal } from "./plasma-fractal.ts";

/** Grey means of the textures and their spread: those of the benchmark's five photographs, to a tenth. */
const MEANS = [0.5, 0.8, 0.8, 0.6, 0.5];
const DEVIATION = 0.13;
/** Ratio of the photographs' colours to their grey: bluish white. */
const TINT = [0.89, 1.02, 1.09];
/** Crystals for each 256 × 256 pixels. */
const SEEDS = 80;
const ARMS = 6;

const made = new Map<number, readonly Image[]>();

/**
 * Five textures of six-armed ice crystals on a cloud, RGB [size, size, 3] for a power of two, as bright as the benchmark's
 * photographs: a stand-in for them, the same in every process.
 */
export function proceduralFrost(size: number): readonly Image[] {
  let textures = made.get(size);
  if (!textures) {
    textures = MEANS.map((mean, index) => makeTexture(size, mean, new Random("procedural frost", size, index)));
    made.set(size, textures);
  }
  return textures;
}

/** Six-armed dendrites on a cloud. */
function makeTexture(size: number, mean: number, random: Random): Image {
  const crystals = new Float64Array(size * size);
  for (let seed = 0; seed < SEEDS * (size / 256) ** 2; seed++) {
    const y = size * random.uniform();
    const x = size * random.uniform();
    const turn = 2 * Math.PI * random.uniform();
    const length = 12 + 50 * random.uniform() ** 2;
    for (let arm = 0; arm < ARMS; arm++)
      growBranch(crystals, size, random, {
        y,
        x,
        angle: turn + (2 * Math.PI * arm) / ARMS,
        length,
        brightness: 1,
        order: 0,
      });
  }
  const soft = gaussianBlur(crystals, { height: size, width: size, channels: 1 }, 0.5);
  const cloud = plasmaFractal(size, 2, random);
  const frost = soft.map((value, i) => value + 0.8 * cloud[i] + 0.15 * random.uniform());
  return toImage(frost, size, mean);
}

interface Branch {
  readonly y: number;
  readonly x: number;
  /** Radians. */
  readonly angle: number;
  readonly length: number;
  readonly brightness: number;
  /** 0 for an arm, 1 for its side branches, 2 for theirs. */
  readonly order: number;
}

/** A line that fades towards its tip, with side branches at 60° as in crystals of ice; the texture is a torus. */
function growBranch(field: Float64Array, size: number, random: Random, branch: Branch): void {
  const { y, x, angle, length, brightness, order } = branch;
  const [dy, dx] = [Math.sin(angle), Math.cos(angle)];
  let next = 2 + 2 * random.uniform();
  for (let along = 0; along < length; along += 0.5) {
    const [atY, atX] = [y + along * dy, x + along * dx];
    const place = (Math.round(atY) & (size - 1)) * size + (Math.round(atX) & (size - 1));
    const light = brightness * (1 - (0.6 * along) / length);
    if (light > field[place]) field[place] = light;
    if (along < next || order === 2) continue;
    next += 2 + 3 * random.uniform();
    const rest = (length - along) * (0.3 + 0.3 * random.uniform());
    for (const side of [-1, 1])
      growBranch(field, size, random, {
        y: atY,
        x: atX,
        angle: angle + (side * Math.PI) / 3,
        length: rest,
        brightness: light * 0.85,
        order: order + 1,
      });
  }
}

/** To the given mean and the common spread, tinted. */
function toImage(field: Float64Array, size: number, targetMean: number): Image {
  let sum = 0;
  let squares = 0;
  for (const value of field) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / field.length;
  const deviation = Math.sqrt(squares / field.length - mean * mean);
  const data = new Uint8ClampedArray(field.length * 3);
  for (let p = 0; p < field.length; p++) {
    const grey = targetMean + ((field[p] - mean) * DEVIATION) / deviation;
    for (let c = 0; c < 3; c++) data[3 * p + c] = 255 * grey * TINT[c];
  }
  return { height: size, width: size, channels: 3, data: new Uint8Array(data.buffer) };
}
