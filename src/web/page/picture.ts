import type { Image } from "../../core/image-set.ts";
import { imageAt } from "../../core/images.ts";
import { matchImages } from "../../data/convert.ts";
import type { Manifest } from "../manifest.ts";
import { element } from "./element.ts";
import { invertedInk, isWhiteOnBlack } from "./ink.ts";

type Shape = Pick<Image, "height" | "width" | "channels">;

/** Longer sides are scaled down by the browser first, for speed. */
const LONGEST = 1024;

/**
 * A file's picture, upright, its middle square on white, as the models want it: `inverted` where they know white on
 * black and it is ink on paper. @throws Error where it is no picture.
 */
export async function decode(file: Blob, manifest: Manifest): Promise<{ image: Image; inverted: boolean }> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error("That is no picture that this browser can read.");
  });
  const side = Math.min(bitmap.width, bitmap.height);
  const size = Math.min(side, LONGEST);
  const canvas = element("canvas", { width: size, height: size });
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, size, size);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, size, size);
  bitmap.close();
  const image = fromCanvas(canvas, manifest.shape);
  const inverted = isWhiteOnBlack(manifest) ? invertedInk(image) : undefined;
  return { image: inverted ?? image, inverted: inverted !== undefined };
}

/** What a canvas shows, resized as data sets are (src/data/convert.ts). */
export function fromCanvas(canvas: HTMLCanvasElement, { height, width, channels }: Shape): Image {
  const rgba = canvas.getContext("2d", { willReadFrequently: true })!.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = rgba.width * rgba.height;
  const images = new Uint8Array(3 * pixels);
  for (let p = 0; p < pixels; p++) for (let c = 0; c < 3; c++) images[3 * p + c] = rgba.data[4 * p + c];
  const set = {
    name: "picture",
    labels: Int32Array.of(0),
    classNames: [],
    images,
    channels: 3,
    height: rgba.height,
    width: rgba.width,
  };
  return { height, width, channels, data: imageAt(matchImages(set, { height, width, channels }), 0) };
}

/** Draws an image pixel by pixel; the style makes it large. */
export function show(canvas: HTMLCanvasElement, { height, width, channels, data }: Image): void {
  canvas.width = width;
  canvas.height = height;
  const rgba = new ImageData(width, height);
  for (let p = 0, to = 0; p < width * height; p++) {
    for (let c = 0; c < 3; c++) rgba.data[to++] = data[p * channels + (channels === 3 ? c : 0)];
    rgba.data[to++] = 255;
  }
  canvas.getContext("2d")!.putImageData(rgba, 0, 0);
}

/** A canvas that shows an image and does nothing else. */
export function thumbnail(image: Image, label: string): HTMLCanvasElement {
  const canvas = element("canvas", { class: "pixels", role: "img", "aria-label": label });
  show(canvas, image);
  return canvas;
}

/** Images [N, H, W, C] one by one. */
export function splitImages(bytes: ArrayBuffer, shape: Shape): Image[] {
  const size = shape.height * shape.width * shape.channels;
  const data = new Uint8Array(bytes);
  return Array.from({ length: data.length / size }, (_, i) => ({
    ...shape,
    data: data.slice(i * size, (i + 1) * size),
  }));
}
