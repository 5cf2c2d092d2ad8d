// Draws docs/augmentation/*.webp: an image, then seven draws of each augmentation.
//   npm run build && node scripts/augmentation-pictures.mjs
import { mkdirSync } from "node:fs";
import sharp from "sharp";
import { augmentationTable, mixerTable } from "../dist/augment/internal.js";
import { Random } from "../dist/core/index.js";
import { loadDataSet } from "../dist/data/index.js";

const SIDE = 96;
const GAP = 4;
const COLUMNS = 8;
const SIZE = 48;

const { test } = await loadDataSet({ name: "emoji", imageSize: SIZE, seed: 0, background: "random" });
const bytes = SIZE * SIZE * 3;
const pixels = (row) => test.images.slice(row * bytes, (row + 1) * bytes);
const rows = [60, 130, 200, 260, 320, 380, 440, 500];

const folder = new URL("../docs/augmentation/", import.meta.url);
mkdirSync(folder, { recursive: true });

async function save(name, tiles) {
  const placed = [];
  for (const [column, data] of tiles.entries()) {
    const input = await sharp(data, { raw: { height: SIZE, width: SIZE, channels: 3 } })
      .resize(SIDE, SIDE, { kernel: "nearest" })
      .png()
      .toBuffer();
    placed.push({ input, left: column * (SIDE + GAP), top: 0 });
  }
  const width = COLUMNS * (SIDE + GAP) - GAP;
  await sharp({ create: { width, height: SIDE, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    .composite(placed)
    .webp({ quality: 85 })
    .toFile(new URL(`${name}.webp`, folder).pathname);
}

const shown = { crop: { pad: 6 }, randomErasing: { probability: 1 }, mixup: { alpha: 1 } };
for (const [name, make] of Object.entries(augmentationTable)) {
  const image = { height: SIZE, width: SIZE, channels: 3, data: pixels(rows[0]) };
  const draws = Array.from({ length: COLUMNS - 1 }, (_, i) =>
    make(shown[name] ?? {}).apply(image, new Random("pictures", i)),
  );
  await save(name, [image.data, ...draws.map(({ data }) => data)]);
}

// Mixers work on floats, channels first.
const shape = { count: rows.length, channels: 3, height: SIZE, width: SIZE, classes: rows.length };
const images = new Float32Array(rows.length * bytes);
for (const [n, row] of rows.entries())
  for (const [i, value] of pixels(row).entries()) images[n * bytes + (i % 3) * SIZE * SIZE + Math.floor(i / 3)] = value;
const targets = Float32Array.from({ length: rows.length ** 2 }, (_, i) => Number(i % (rows.length + 1) === 0));
for (const [name, make] of Object.entries(mixerTable)) {
  const draws = Array.from({ length: COLUMNS - 1 }, (_, i) => {
    const mixed = make(shown[name] ?? {}).apply({ images, targets }, shape, new Random("pictures", i)).images;
    return Uint8Array.from({ length: bytes }, (_, at) => mixed[(at % 3) * SIZE * SIZE + Math.floor(at / 3)]);
  });
  await save(name, [pixels(rows[0]), ...draws]);
}

// As a batch has them with three repeats: an image and its further draws, then the next one.
const repeated = Array.from({ length: COLUMNS }, (_, i) => {
  const image = { height: SIZE, width: SIZE, channels: 3, data: pixels(rows[Math.floor(i / 3)]) };
  return augmentationTable.trivialAugmentWide({}).apply(image, new Random("repeated", i)).data;
});
await save("repeatedAugmentation", repeated);
