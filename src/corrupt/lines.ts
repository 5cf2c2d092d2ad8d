import { antiAliasedLine } from "./anti-aliased-line.ts";
import { corruption } from "./corruption.ts";
import { fromBytes } from "./pixels.ts";

const GREY = 128;

export const lines = corruption<number>({
  name: "lines",
  title: "Lines",
  meaning: "Grey anti-aliased lines of about the same direction.",
  suite: "c-bar",
  random: true,
  /** s; s/10 times the side is the number of lines. Not in ImageNet-C-bar: all have CIFAR's. */
  levels: {
    cifar: [0.5, 1, 1.5, 2, 2.5],
    "tiny-imagenet": [0.5, 1, 1.5, 2, 2.5],
    imagenet: [0.5, 1, 1.5, 2, 2.5],
  },
  apply({ height, width, channels, data }, severity, random) {
    const side = Math.max(height, width);
    const count = Math.trunc((severity / 10) * side);
    const direction = 2 * Math.PI * random.uniform();
    const variation = 0.1 + 0.9 * random.uniform();
    const out = Float64Array.from(data);
    for (let n = 0; n < count; n++) {
      const x = width * random.uniform();
      const y = height * random.uniform();
      const angle = direction + 2 * Math.PI * variation * (random.uniform() - 0.5);
      const [reachX, reachY] = [side * Math.cos(angle), side * Math.sin(angle)];
      const from = { x: Math.trunc(x - reachX), y: Math.trunc(y - reachY) };
      const to = { x: Math.trunc(x + reachX), y: Math.trunc(y + reachY) };
      antiAliasedLine(from, to, (px, py, coverage) => {
        if (px < 0 || px >= width || py < 0 || py >= height) return;
        for (let c = 0, at = (py * width + px) * channels; c < channels; c++, at++)
          out[at] = (1 - coverage) * out[at] + coverage * GREY;
      });
    }
    return fromBytes({ height, width, channels, data: out });
  },
});
