/** Changes colours in place of HSV's value and saturation; hue, saturation and value are in [0, 1]. */
export type HsvChange = (hsv: Hsv) => void;
export interface Hsv {
  h: number;
  s: number;
  v: number;
}

/**
 * Every colour of [H, W, 3], in [0, 1], through the hexcone model and back (Smith 1978, as scikit-image's `rgb2hsv` and
 * `hsv2rgb`): grey has hue and saturation 0.
 */
export function changeHsv(data: Float64Array, change: HsvChange): Float64Array {
  const out = new Float64Array(data.length);
  const hsv: Hsv = { h: 0, s: 0, v: 0 };
  for (let i = 0; i < data.length; i += 3) {
    toHsv(data[i], data[i + 1], data[i + 2], hsv);
    change(hsv);
    writeRgb(hsv, out, i);
  }
  return out;
}

function toHsv(r: number, g: number, b: number, hsv: Hsv): void {
  const largest = Math.max(r, g, b);
  const spread = largest - Math.min(r, g, b);
  hsv.v = largest;
  hsv.s = spread === 0 ? 0 : spread / largest;
  if (spread === 0) hsv.h = 0;
  // The last test that holds decides, as in scikit-image: blue, then green, then red.
  else if (b === largest) hsv.h = 4 + (r - g) / spread;
  else if (g === largest) hsv.h = 2 + (b - r) / spread;
  else hsv.h = (g - b) / spread;
  const turns = hsv.h / 6;
  hsv.h = turns - Math.floor(turns);
}

function writeRgb({ h, s, v }: Hsv, out: Float64Array, at: number): void {
  const sector = Math.floor(h * 6);
  const f = h * 6 - sector;
  const p = v * (1 - s);
  const q = v * (1 - f * s);
  const t = v * (1 - (1 - f) * s);
  const [r, g, b] = [
    [v, t, p],
    [q, v, p],
    [p, v, t],
    [p, q, v],
    [t, p, v],
    [v, p, q],
  ][sector % 6];
  out[at] = r;
  out[at + 1] = g;
  out[at + 2] = b;
}
