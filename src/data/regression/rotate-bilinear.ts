/** White. */
const FILL = 255;

/**
 * A square image turned anticlockwise about its middle, each pixel interpolated between the four that it comes from;
 * outside of the image is white.
 * @param image [size, size, C] bytes
 */
export function rotateBilinear(image: Uint8Array, size: number, degrees: number): Uint8Array {
  const channels = image.length / (size * size);
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const middle = (size - 1) / 2;
  const out = new Uint8Array(image.length);
  const at = (x: number, y: number, c: number) =>
    x >= 0 && x < size && y >= 0 && y < size ? image[(y * size + x) * channels + c] : FILL;
  for (let y = 0, to = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const fromX = cos * (x - middle) - sin * (y - middle) + middle;
      const fromY = sin * (x - middle) + cos * (y - middle) + middle;
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [right, bottom] = [fromX - left, fromY - top];
      for (let c = 0; c < channels; c++) {
        const above = (1 - right) * at(left, top, c) + right * at(left + 1, top, c);
        const below = (1 - right) * at(left, top + 1, c) + right * at(left + 1, top + 1, c);
        out[to++] = Math.round((1 - bottom) * above + bottom * below);
      }
    }
  return out;
}
