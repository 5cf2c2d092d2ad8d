import { Random } from "../core/index.ts";
import type { Image } from "./augmentation.ts";

const FEWEST_MAPS = 2;
const MOST_MAPS = 8;
/** Points that are drawn for each pixel, and those before the orbit has come to the attractor. */
const POINTS_PER_PIXEL = 16;
const SETTLING = 40;
/** Of the points, left outside on each side: stragglers would shrink the rest to a dot. */
const OUTSIDE = 0.01;
const MOST_SAMPLED = 2000;
/** A picture of fewer covered pixels says too little: another system is drawn. */
const LEAST_COVERED = 0.12;
const TRIES = 20;

/** x′ = a·x + b·y + e, y′ = c·x + d·y + f, with the colour that it moves a point's toward. */
interface AffineMap {
  readonly matrix: readonly [number, number, number, number];
  readonly shift: readonly [number, number];
  readonly colour: readonly number[];
  /** How often the chaos game takes it. */
  readonly weight: number;
}

/**
 * Singular values (σ₁ ≥ σ₂) of the maps, all below 1, so that the system contracts. Of such systems those look rich
 * whose Σ(σ₁ + 2σ₂) lies in [(5 + n) / 2, (6 + n) / 2] (Anderson & Farrell 2022, section 3.1).
 */
function singularValues(count: number, random: Random): [number, number][] {
  for (;;) {
    const values = Array.from({ length: count }, (): [number, number] => {
      const first = random.uniform();
      return [first, first * random.uniform()];
    });
    const sum = values.reduce((total, [first, second]) => total + first + 2 * second, 0);
    if (sum >= (5 + count) / 2 && sum <= (6 + count) / 2) return values;
  }
}

const uniform = (low: number, high: number, random: Random) => low + (high - low) * random.uniform();

/** Rotation · diag(σ) · rotation, perhaps mirrored: every matrix of these singular values. */
function affineMap([first, second]: [number, number], random: Random): AffineMap {
  const [left, right] = [uniform(0, 2 * Math.PI, random), uniform(0, 2 * Math.PI, random)];
  const [cl, sl, cr, sr] = [Math.cos(left), Math.sin(left), Math.cos(right), Math.sin(right)];
  const signed = random.uniform() < 0.5 ? -second : second;
  return {
    matrix: [
      cl * first * cr - sl * signed * sr,
      -cl * first * sr - sl * signed * cr,
      sl * first * cr + cl * signed * sr,
      -sl * first * sr + cl * signed * cr,
    ],
    shift: [uniform(-1, 1, random), uniform(-1, 1, random)],
    colour: Array.from({ length: 3 }, () => uniform(0, 255, random)),
    // By the area that is left (Barnsley 1988); flat maps must occur too.
    weight: Math.max(first * second, 0.01),
  };
}

/** Points of the attractor, [n] each: the chaos game. Colours fade toward that of the map just taken. */
function chaosGame(maps: readonly AffineMap[], count: number, random: Random) {
  const [xs, ys, colours] = [new Float64Array(count), new Float64Array(count), new Float32Array(3 * count)];
  const total = maps.reduce((sum, { weight }) => sum + weight, 0);
  const [...colour] = maps[0].colour;
  let x = 0;
  let y = 0;
  for (let n = -SETTLING; n < count; n++) {
    let chosen = 0;
    for (let left = random.uniform() * total - maps[0].weight; left >= 0 && chosen < maps.length - 1; )
      left -= maps[++chosen].weight;
    const { matrix, shift, colour: own } = maps[chosen];
    const before = x;
    x = matrix[0] * before + matrix[1] * y + shift[0];
    y = matrix[2] * before + matrix[3] * y + shift[1];
    for (let c = 0; c < 3; c++) colour[c] = (colour[c] + own[c]) / 2;
    if (n < 0) continue;
    xs[n] = x;
    ys[n] = y;
    colours.set(colour, 3 * n);
  }
  return { xs, ys, colours };
}

/** Pixel of each value; −1 where it lies outside. */
function pixelsOf(values: Float64Array, size: number): Int32Array {
  const sample = values.slice(0, MOST_SAMPLED).sort();
  const low = sample[Math.floor(OUTSIDE * sample.length)];
  const high = sample[Math.ceil((1 - OUTSIDE) * sample.length) - 1];
  const scale = size / (high - low || 1);
  const pixels = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const pixel = Math.floor((values[i] - low) * scale);
    pixels[i] = pixel >= 0 && pixel < size ? pixel : -1;
  }
  return pixels;
}

/** One system's picture [H, W, 3], and the share of its pixels that it covers. */
function draw(height: number, width: number, random: Random): { data: Uint8Array; covered: number } {
  const count = FEWEST_MAPS + random.integer(MOST_MAPS - FEWEST_MAPS + 1);
  const maps = singularValues(count, random).map((values) => affineMap(values, random));
  const background = Array.from({ length: 3 }, () => uniform(0, 255, random));
  const { xs, ys, colours } = chaosGame(maps, POINTS_PER_PIXEL * height * width, random);
  const [columns, rows] = [pixelsOf(xs, width), pixelsOf(ys, height)];
  const hits = new Int32Array(height * width);
  const sums = new Float64Array(3 * hits.length);
  for (let n = 0; n < xs.length; n++) {
    if (columns[n] < 0 || rows[n] < 0) continue;
    const pixel = rows[n] * width + columns[n];
    hits[pixel]++;
    for (let c = 0; c < 3; c++) sums[3 * pixel + c] += colours[3 * n + c];
  }
  // Densities span orders of magnitude: their logarithm is shown (Draves & Reckase 2003, section 4).
  const brightest = Math.log1p(hits.reduce((a, b) => Math.max(a, b)));
  const data = new Uint8Array(sums.length);
  for (let i = 0; i < data.length; i++) {
    const count = hits[Math.floor(i / 3)];
    const share = count > 0 ? 0.25 + (0.75 * Math.log1p(count)) / brightest : 0;
    data[i] = Math.round((1 - share) * background[i % 3] + (count > 0 ? (share * sums[i]) / count : 0));
  }
  return { data, covered: hits.reduce((sum, count) => sum + Number(count > 0), 0) / hits.length };
}

/**
 * A picture of a random iterated function system, [H, W, C]: the attractor of two to eight contracting affine maps, by
 * the chaos game, in colours of its maps before a plain one. The same seed and shape give the same picture.
 */
export function fractal({ height, width, channels }: Omit<Image, "data">, ...seed: (string | number)[]): Image {
  const random = new Random("fractal", ...seed);
  let best = draw(height, width, random);
  for (let n = 1; n < TRIES && best.covered < LEAST_COVERED; n++) {
    const next = draw(height, width, random);
    if (next.covered > best.covered) best = next;
  }
  const { data } = best;
  if (channels === 3) return { height, width, channels, data };
  const mean = (_: unknown, p: number) => (data[3 * p] + data[3 * p + 1] + data[3 * p + 2]) / 3;
  return { height, width, channels, data: Uint8Array.from({ length: height * width }, mean) };
}

const drawn = new Map<string, Image>();

/** Picture `index` of a fixed series, drawn when it is first asked for and kept: 4 KB each at 36 × 36 pixels. */
export function fractalOf(shape: Omit<Image, "data">, index: number): Image {
  const key = [shape.height, shape.width, shape.channels, index].join();
  const image = drawn.get(key) ?? fractal(shape, "pixMix", index);
  drawn.set(key, image);
  return image;
}
