import { existsSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { z } from "zod";
import { runPaths } from "../files/index.ts";
import { parseJson, readText, writeFileAtomic } from "../files/internal.ts";

const schema = z.object({
  version: z.literal(1),
  strips: z.array(
    z.object({
      corruption: z.string(),
      /** One PNG as a data URI: the image, then its severities from the left, each of `side` pixels. */
      png: z.string().startsWith("data:image/png;base64,"),
      severities: z.array(z.number().int()),
      side: z.number().int(),
    }),
  ),
});

/** One test image under every corruption: `predictions/corruption-strips.json`. */
export type CorruptionStrips = z.infer<typeof schema>;

/** Images of one size, side by side in a strip. */
export interface StripImages {
  readonly corruption: string;
  readonly severities: readonly number[];
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** [H, W, C] uint8 each: the clean image first. */
  readonly images: readonly Uint8Array[];
}

const SIDE = 64;
const stripsPath = (run: string) => join(runPaths(run).predictions, "corruption-strips.json");

export async function saveCorruptionStrips(run: string, strips: readonly StripImages[]): Promise<void> {
  const saved: CorruptionStrips = { version: 1, strips: [] };
  for (const { corruption, severities, height, width, channels, images } of strips) {
    const tiles = await Promise.all(
      images.map(async (data, i) => ({
        input: await sharp(data, { raw: { height, width, channels: channels as 1 | 3 } })
          .resize(SIDE, SIDE, { kernel: Math.max(height, width) < SIDE ? "nearest" : "lanczos3", fit: "cover" })
          .toColourspace("srgb")
          .png()
          .toBuffer(),
        left: i * SIDE,
        top: 0,
      })),
    );
    const png = await sharp({
      create: { width: SIDE * images.length, height: SIDE, channels: 3, background: "white" },
    })
      .composite(tiles)
      .png({ palette: true, colours: 128 })
      .toBuffer();
    saved.strips.push({
      corruption,
      png: `data:image/png;base64,${png.toString("base64")}`,
      severities: [...severities],
      side: SIDE,
    });
  }
  writeFileAtomic(stripsPath(run), `${JSON.stringify(saved, null, 1)}\n`);
}

/** `undefined` for a run that was not judged under corruption. @throws UserError where the file is damaged. */
export function readCorruptionStrips(run: string): CorruptionStrips | undefined {
  const path = stripsPath(run);
  return existsSync(path) ? parseJson(readText(path, ""), schema, path) : undefined;
}
