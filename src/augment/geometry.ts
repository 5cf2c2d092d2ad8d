import type { Image } from "./augmentation.ts";

const ONE = 2 ** 16;

/**
 * The nearest pixel of an affine map from places of the result to places of the image, x′ = a·x + b·y + c and
 * y′ = d·x + e·y + f of pixel centres, in 16 bits of fraction as Pillow's `transform`; what comes from outside is `fill`.
 */
export function affine(
  image: Image,
  [a, b, c, d, e, f]: readonly [number, number, number, number, number, number],
  fill: number,
): Image {
  const { height, width, channels, data } = image;
  const out = new Uint8Array(data.length);
  const fixed = (value: number) => Math.floor(value * ONE + 0.5);
  const [ax, bx, startX] = [fixed(a), fixed(b), fixed(c + 0.5 * a + 0.5 * b)];
  const [ay, by, startY] = [fixed(d), fixed(e), fixed(f + 0.5 * d + 0.5 * e)];
  for (let y = 0, to = 0; y < height; y++) {
    let placeX = startX + bx * y;
    let placeY = startY + by * y;
    for (let x = 0; x < width; x++, placeX += ax, placeY += ay) {
      const fromX = Math.floor(placeX / ONE);
      const fromY = Math.floor(placeY / ONE);
      const inside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height;
      const from = (fromY * width + fromX) * channels;
      for (let k = 0; k < channels; k++) out[to++] = inside ? data[from + k] : fill;
    }
  }
  return { ...image, data: out };
}

/** Rows move by `slope` pixels a pixel down. */
export const shearX = (image: Image, slope: number, fill: number): Image => affine(image, [1, slope, 0, 0, 1, 0], fill);

/** Columns move by `slope` pixels a pixel right. */
export const shearY = (image: Image, slope: number, fill: number): Image => affine(image, [1, 0, 0, slope, 1, 0], fill);

/** To the right by whole pixels. */
export const translateX = (image: Image, pixels: number, fill: number): Image =>
  affine(image, [1, 0, -Math.trunc(pixels), 0, 1, 0], fill);

/** Down by whole pixels. */
export const translateY = (image: Image, pixels: number, fill: number): Image =>
  affine(image, [1, 0, 0, 0, 1, -Math.trunc(pixels)], fill);

/** Anticlockwise about the middle. */
export function rotate(image: Image, degrees: number, fill: number): Image {
  const angle = (-degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [middleX, middleY] = [image.width / 2, image.height / 2];
  const c = middleX - cos * middleX - sin * middleY;
  const f = middleY + sin * middleX - cos * middleY;
  return affine(image, [cos, sin, c, -sin, cos, f], fill);
}
