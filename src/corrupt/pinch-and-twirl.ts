import { sampleBilinear } from "./bilinear-zero.ts";
import { corruption } from "./corruption.ts";
import { fromBytes } from "./pixels.ts";

const CELLS = 3;

export const pinchAndTwirl = corruption<number>({
  name: "pinch_and_twirl",
  title: "Pinch and twirl",
  meaning:
    "Pinches and twirls the disks of a 3×3 grid, each to a random side. The grid's cells have whole sizes (10 pixels at 32), so the last pixels of a side stay.",
  suite: "c-bar",
  random: true,
  /** s; not in ImageNet-C-bar: all have CIFAR's. */
  levels: {
    cifar: [5.5, 6, 6.5, 8.5, 10],
    "tiny-imagenet": [5.5, 6, 6.5, 8.5, 10],
    imagenet: [5.5, 6, 6.5, 8.5, 10],
  },
  apply(image, severity, random) {
    const { height, width, channels, data } = image;
    const [cellHeight, cellWidth] = [Math.floor(height / CELLS), Math.floor(width / CELLS)];
    const radius = Math.min(cellHeight, cellWidth) / 2;
    const amount = 0.04 * severity + 0.1;
    const out = Float64Array.from(data);
    for (let i = 0; i < CELLS; i++)
      for (let j = 0; j < CELLS; j++) {
        const twirl = ((random.uniform() < 0.5 ? -1 : 1) * severity * Math.PI) / 20;
        const [centreY, centreX] = [cellHeight * (i + 0.5), cellWidth * (j + 0.5)];
        for (let y = cellHeight * i; y < cellHeight * (i + 1); y++)
          for (let x = cellWidth * j; x < cellWidth * (j + 1); x++) {
            const [dy, dx] = [y - centreY, x - centreX];
            const distance = Math.hypot(dy, dx);
            // The published script rounds to three decimals before it asks for the middle.
            if (distance > radius || distance < 5e-4) continue;
            const d = distance / radius;
            const pinch = Math.sin((Math.PI * d) / 2) ** -amount;
            const angle = twirl * (1 - d) ** 2;
            const [cos, sin] = [Math.cos(angle) * pinch, Math.sin(angle) * pinch];
            const fromY = centreY + sin * dx + cos * dy;
            const fromX = centreX + cos * dx - sin * dy;
            sampleBilinear(data, image, fromY, fromX, out, (y * width + x) * channels);
          }
      }
    return fromBytes({ height, width, channels, data: out });
  },
});
