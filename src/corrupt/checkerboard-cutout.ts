import { corruption } from "./corruption.ts";

const GREY = 128;

export const checkerboardCutout = corruption<number>({
  name: "checkerboard_cutout",
  title: "Checkerboard cutout",
  meaning: "Greys some fields of one colour of a turned checkerboard: at most half of the image can go.",
  suite: "c-bar",
  random: true,
  /** s; s/10 of the dark fields are greyed. Tiny-ImageNet has CIFAR's. */
  levels: { cifar: [1, 2, 3, 4, 5], "tiny-imagenet": [1, 2, 3, 4, 5], imagenet: [2, 3, 4, 5, 6] },
  apply({ height, width, channels, data }, severity, random) {
    const side = Math.max(height, width);
    const angle = 2 * Math.PI * random.uniform();
    const field = Math.max((0.1 + 0.15 * random.uniform()) * side, 1);
    const fields = Math.floor((4 * side) / field);
    const greyed = Uint8Array.from({ length: fields * fields }, () => (random.uniform() < severity / 10 ? 1 : 0));
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const odd = (value: number) => Math.floor(value) & 1;
    // Truncated, and from the end where negative: NumPy's indexing of the published script.
    const index = (value: number) => (Math.trunc(value) + fields) % fields;
    const out = new Uint8Array(data);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const across = (cos * y + sin * x) / field;
        const along = (cos * x - sin * y) / field;
        if (odd(across) !== odd(along) || !greyed[index(across) * fields + index(along)]) continue;
        const at = (y * width + x) * channels;
        out.fill(GREY, at, at + channels);
      }
    return { height, width, channels, data: out };
  },
});
