import sharp from "sharp";
import { writeFileAtomic } from "../../files/internal.ts";
import type { ChosenTokens, TokenLook } from "./look-at-tokens.ts";

/** Okabe and Ito's colours, by head. */
const COLOURS = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442"];
/** Pixels of a side that the picture has at least. */
const LEAST_SIDE = 448;

/**
 * Writes an image file as PNG, cut to the square that the network sees: patches that were chosen stand out, in the colour of the head
 * that chose them, of rules without heads in one colour; the others are paled.
 * @param image a path, or an image's bytes
 * @throws Error where the image cannot be read
 * @example
 * const look = openTokens("runs/vit");
 * const [image] = await look.read([{ name: "cat.jpg" }]);
 * if (image instanceof Uint8Array) await writeTokenDrawing("cat.png", "cat.jpg", look, await look.choose(image));
 */
export async function writeTokenDrawing(
  path: string,
  image: string | Uint8Array,
  { across, rule, heads }: Pick<TokenLook, "across" | "rule" | "heads">,
  { patches }: Pick<ChosenTokens, "patches">,
): Promise<void> {
  const cell = Math.ceil(LEAST_SIDE / across);
  const side = cell * across;
  const byHead = rule === "heads" || rule === "received";
  const perHead = byHead ? patches.length / heads : patches.length;
  const chosen = new Set(patches);
  const square = (patch: number, look: string, inset = 0) =>
    `<rect x="${(patch % across) * cell + inset}" y="${Math.floor(patch / across) * cell + inset}" width="${cell - 2 * inset}" height="${cell - 2 * inset}" ${look}/>`;
  const stroke = Math.max(2, Math.round(cell / 12));
  const paled = Array.from({ length: across ** 2 }, (_, patch) => patch).filter((patch) => !chosen.has(patch));
  const marks = [
    ...paled.map((patch) => square(patch, `fill="#fff" fill-opacity="0.6"`)),
    ...patches.map((patch, i) => {
      const colour = COLOURS[Math.floor(i / perHead) % COLOURS.length];
      return square(patch, `fill="none" stroke="${colour}" stroke-width="${stroke}"`, stroke / 2);
    }),
  ];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}">${marks.join("")}</svg>`;
  // Two passes: sharp would turn and resize after the marks are laid on.
  const shown = await sharp(image)
    .rotate()
    .flatten({ background: "white" })
    .resize(side, side, { fit: "cover" })
    .toColourspace("srgb")
    .png()
    .toBuffer();
  const drawn = await sharp(shown)
    .composite([{ input: Buffer.from(svg), left: 0, top: 0 }])
    .png()
    .toBuffer();
  writeFileAtomic(path, drawn);
}
