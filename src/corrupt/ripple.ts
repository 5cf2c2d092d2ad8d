import { sampleBilinear } from "./bilinear-zero.ts";
import { corruption } from "./corruption.ts";
import { fromBytes } from "./pixels.ts";

export const ripple = corruption<number>({
  name: "ripple",
  title: "Ripple",
  meaning: "Shifts rows and columns along sine waves of random length and phase; what comes from outside is black.",
  suite: "c-bar",
  random: true,
  /** s; waves are 0.0025·s of the side high. Not in ImageNet-C-bar: all have CIFAR's. */
  levels: {
    cifar: [5.5, 6, 6.5, 7.5, 8],
    "tiny-imagenet": [5.5, 6, 6.5, 7.5, 8],
    imagenet: [5.5, 6, 6.5, 7.5, 8],
  },
  apply(image, severity, random) {
    const { height, width, channels, data } = image;
    const displaced = (size: number): Float64Array => {
      const wavelength = (0.1 + 0.2 * random.uniform()) * size;
      const phase = 2 * Math.PI * random.uniform();
      const amplitude = 0.0025 * severity * size;
      return Float64Array.from(
        { length: size },
        (_, at) => at + amplitude * Math.sin((2 * Math.PI * at) / wavelength + phase),
      );
    };
    const rows = displaced(height);
    const columns = displaced(width);
    const out = new Float64Array(data.length);
    for (let y = 0, to = 0; y < height; y++)
      for (let x = 0; x < width; x++, to += channels) sampleBilinear(data, image, rows[y], columns[x], out, to);
    return fromBytes({ height, width, channels, data: out });
  },
});
