// Draws docs/corruptions/*.webp: for every corruption the clean image and its five severities, for two images.
//   npm run build && node scripts/corruption-pictures.mjs [CORRUPTION...]
// The emoji drawings are Noto's, see the credits in the README.
import { mkdirSync } from "node:fs";
import sharp from "sharp";
import { corruptImage, corruptionNames, severities } from "../dist/corrupt/index.js";
import { loadDataSet } from "../dist/data/index.js";

const SIDE = 96;
const GAP = 4;
const COLUMNS = 6;
/** As small as CIFAR's, shown enlarged; and large enough for ImageNet's constants. */
const shown = [
  { imageSize: 32, benchmark: "cifar", row: 5 },
  { imageSize: 96, benchmark: "tiny-imagenet", row: 60 },
];

const images = [];
for (const { imageSize, benchmark, row } of shown) {
  const { test } = await loadDataSet({ name: "emoji", imageSize, seed: 0, background: "random" });
  const size = imageSize * imageSize * 3;
  const data = test.images.slice(row * size, (row + 1) * size);
  images.push({ benchmark, image: { height: imageSize, width: imageSize, channels: 3, data } });
}

const tile = ({ height, width, channels, data }) =>
  sharp(data, { raw: { height, width, channels } }).resize(SIDE, SIDE, { kernel: "nearest" }).png().toBuffer();

const folder = new URL("../docs/corruptions/", import.meta.url);
mkdirSync(folder, { recursive: true });
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : corruptionNames) {
  const placed = [];
  for (const [line, { image, benchmark }] of images.entries())
    for (const severity of [0, ...severities]) {
      const made = severity === 0 ? image : await corruptImage(image, { name, severity, index: line, benchmark });
      placed.push({ input: await tile(made), left: severity * (SIDE + GAP), top: line * (SIDE + GAP) });
    }
  const width = COLUMNS * (SIDE + GAP) - GAP;
  const height = images.length * (SIDE + GAP) - GAP;
  const transparent = { r: 0, g: 0, b: 0, alpha: 0 };
  await sharp({ create: { width, height, channels: 4, background: transparent } })
    .composite(placed)
    .webp({ quality: 82 })
    .toFile(new URL(`${name}.webp`, folder).pathname);
}
