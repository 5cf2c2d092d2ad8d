import type { Image } from "../core/image-set.ts";

/**
 * In place of src/corrupt/jpeg-codec.ts: the browser's own encoder and decoder. Most are libjpeg's too, but none says
 * at which resolution it keeps colours, so that bytes may differ from Node's.
 */
export async function throughJpeg({ height, width, channels, data }: Image, quality: number): Promise<Image> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  const rgba = new ImageData(width, height);
  for (let p = 0, to = 0; p < width * height; p++) {
    for (let c = 0; c < 3; c++) rgba.data[to++] = data[p * channels + (channels === 3 ? c : 0)];
    rgba.data[to++] = 255;
  }
  context.putImageData(rgba, 0, 0);
  const encoded = await canvas.convertToBlob({ type: "image/jpeg", quality: quality / 100 });
  const decoded = await createImageBitmap(encoded);
  context.drawImage(decoded, 0, 0);
  decoded.close();
  const back = context.getImageData(0, 0, width, height).data;
  const out = new Uint8Array(data.length);
  for (let p = 0; p < width * height; p++) for (let c = 0; c < channels; c++) out[p * channels + c] = back[p * 4 + c];
  return { height, width, channels, data: out };
}
