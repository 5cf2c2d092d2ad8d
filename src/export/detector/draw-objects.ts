import sharp from "sharp";
import type { Image } from "../../core/index.ts";
import { writeFileAtomic } from "../../files/internal.ts";
import type { FoundObject } from "./open-detector.ts";

/** By class; white letters are to be read on them. */
const COLOURS = ["#c85000", "#0072b2", "#00795a", "#a8507c", "#8f6200", "#59616b"];

/** A picture that is smaller is enlarged by a whole number until its shorter side is as long. */
const LEAST_SIDE = 320;

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/\p{Cc}/gu, "");

/**
 * Writes a picture as PNG with what was found on it: a box of the class's colour, its name and score; and, of anchored detectors, a pale
 * band along each side as wide as two standard deviations each way. Pictures of less than 320 pixels are enlarged.
 * @example
 * const picture = await decodeWholeImage("street.jpg");
 * await writeDrawing("found.png", picture, [{ class: "cat", score: 0.9, box: [10, 20, 30, 40] }]);
 */
export async function writeDrawing(path: string, picture: Image, objects: readonly FoundObject[]): Promise<void> {
  const { width, height, data } = picture;
  const times = Math.max(1, Math.ceil(LEAST_SIDE / Math.min(width, height)));
  const [wide, high] = [width * times, height * times];
  const colours = new Map<string, string>();
  for (const name of objects.map((one) => one.class).sort())
    if (!colours.has(name)) colours.set(name, COLOURS[colours.size % COLOURS.length]);
  const stroke = Math.max(2, Math.round(Math.min(wide, high) / 200));
  const letters = Math.max(11, Math.round(Math.min(wide, high) / 32));
  // The surest last, on top.
  const drawn = objects
    .toReversed()
    .map((object) => drawnObject(object, colours.get(object.class)!, { times, stroke, letters, wide }));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}">${drawn.join("")}</svg>`;
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(wide, high, { kernel: "nearest" })
    .composite([{ input: Buffer.from(svg), left: 0, top: 0 }])
    .png()
    .toBuffer();
  writeFileAtomic(path, png);
}

interface Drawing {
  readonly times: number;
  readonly stroke: number;
  readonly letters: number;
  /** Pixels of the whole. */
  readonly wide: number;
}

function drawnObject(
  { class: name, score, box, sideDeviation }: FoundObject,
  colour: string,
  { times, stroke, letters, wide }: Drawing,
): string {
  const [x, y, width, height] = box.map((value) => value * times);
  const rectangle = (left: number, top: number, across: number, down: number, look: string) =>
    `<rect x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${across.toFixed(1)}" height="${down.toFixed(1)}" ${look}/>`;
  const bands = (sideDeviation ?? []).map((deviation, side) => {
    const reach = 2 * deviation * times;
    const pale = `fill="${colour}" fill-opacity="0.25"`;
    const [along, across] =
      side % 2 === 0 ? [height, x + (side === 2 ? width : 0)] : [width, y + (side === 3 ? height : 0)];
    return side % 2 === 0
      ? rectangle(across - reach, y, 2 * reach, along, pale)
      : rectangle(x, across - reach, along, 2 * reach, pale);
  });
  const text = `${name} ${score.toFixed(2)}`;
  const length = Math.ceil(0.6 * letters * text.length) + 6;
  const left = Math.max(0, Math.min(x, wide - length));
  const top = y >= letters + 4 ? y - letters - 4 : y;
  return [
    ...bands,
    rectangle(x, y, width, height, `fill="none" stroke="${colour}" stroke-width="${stroke}"`),
    rectangle(left, top, length, letters + 4, `fill="${colour}"`),
    `<text x="${(left + 3).toFixed(1)}" y="${(top + letters).toFixed(1)}" font-family="DejaVu Sans Mono, monospace" font-size="${letters}" fill="#fff">${escaped(text)}</text>`,
  ].join("");
}
