import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { UserError } from "../core/index.ts";
import { inParallel } from "../core/internal.ts";
import { sha256, writeFileAtomic } from "../files/internal.ts";
import { type EmojiDrawing, type EmojiVendor, emojiDrawings, emojiVersions } from "./emoji-drawings.ts";
import type { ResolvedOptions } from "./entry.ts";
import { readReason } from "./files.ts";

export interface EmojiRasters {
  readonly size: number;
  readonly drawings: readonly { concept: string; category: string; vendor: EmojiVendor }[];
  /** [N, size, size, 4] RGBA, straight alpha. */
  readonly rgba: Uint8Array;
}

/** Some of them, in the given order. */
export function rastersAt({ size, drawings, rgba }: EmojiRasters, rows: readonly number[]): EmojiRasters {
  const bytes = 4 * size ** 2;
  const chosen = new Uint8Array(rows.length * bytes);
  for (const [n, row] of rows.entries()) chosen.set(rgba.subarray(row * bytes, (row + 1) * bytes), n * bytes);
  return { size, drawings: rows.map((row) => drawings[row]), rgba: chosen };
}

/** What is drawn, and what its cache is called. */
export interface Drawn {
  readonly name: string;
  readonly drawings: () => readonly EmojiDrawing[];
}

/**
 * All emoji drawings at `size` pixels, from the cache where it is whole and belongs to the installed packages, else
 * drawn (some seconds) and cached. The transparent rasters are kept, so one cache serves every background.
 */
export async function emojiRasters(
  size: number,
  options: Pick<ResolvedOptions, "dataDir" | "onProgress" | "onNotice">,
  { name, drawings }: Drawn = { name: "rasters", drawings: emojiDrawings },
): Promise<EmojiRasters> {
  // librsvg comes with sharp: another version may draw another pixel. Raise `format` when the way of drawing changes.
  const source = JSON.stringify({ format: 1, versions: emojiVersions(), sharp: sharp.versions.sharp, size });
  const path = join(options.dataDir, "emoji", `${name}-${size}.bin`);
  const cached = readCache(path, source, size);
  if (typeof cached === "object") return cached;
  if (existsSync(path)) options.onNotice?.(`${path}: ${cached}; drawing the emoji again`);
  const rasters = await draw(size, drawings(), options.onProgress);
  try {
    writeFileAtomic(path, encodeCache(rasters, source));
  } catch (error) {
    options.onNotice?.(`the emoji rasters are not cached: ${(error as Error).message}`);
  }
  return rasters;
}

async function draw(
  size: number,
  drawings: readonly EmojiDrawing[],
  onProgress: ResolvedOptions["onProgress"],
): Promise<EmojiRasters> {
  const bytesPerImage = size * size * 4;
  const rgba = new Uint8Array(drawings.length * bytesPerImage);
  let done = 0;
  await inParallel(drawings, 2 * availableParallelism(), async (drawing, i) => {
    try {
      const raw = await sharp(Buffer.from(drawing.svg(size)))
        .ensureAlpha()
        .raw()
        .toBuffer();
      if (raw.length !== bytesPerImage) throw new Error(`expected ${bytesPerImage} bytes, found ${raw.length}`);
      rgba.set(raw, i * bytesPerImage);
    } catch (error) {
      throw new UserError(`emoji: cannot draw ${drawing.vendor}'s ${drawing.concept}: ${(error as Error).message}`);
    }
    onProgress?.({ label: "drawing emoji", done: ++done, total: drawings.length, unit: "images" });
  });
  return { size, drawings: drawings.map(({ concept, category, vendor }) => ({ concept, category, vendor })), rgba };
}

// The cache is one line of JSON, { sha256, source, drawings }, then the pixels; sha256 is of all that follows it.

const checksum = (source: string, drawings: unknown, rgba: Uint8Array): string =>
  sha256(source, JSON.stringify(drawings), rgba);

function encodeCache({ drawings, rgba }: EmojiRasters, source: string): Uint8Array {
  const header = JSON.stringify({ sha256: checksum(source, drawings, rgba), source, drawings });
  return Buffer.concat([Buffer.from(`${header}\n`), rgba]);
}

/** The cached rasters, or in words why they cannot be used. */
function readCache(path: string, source: string, size: number): EmojiRasters | string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return readReason(error);
  }
  let header: { sha256: string; source: string; drawings: EmojiRasters["drawings"] };
  const end = bytes.indexOf("\n");
  try {
    header = JSON.parse(bytes.toString("utf8", 0, end));
  } catch {
    return "not a cache of emoji rasters";
  }
  if (header?.source !== source) return "drawn from other package versions";
  // A copy, so that the file's buffer with its header can go.
  const rgba = Uint8Array.from(bytes.subarray(end + 1));
  if (checksum(source, header.drawings, rgba) !== header.sha256) return "truncated or damaged";
  return { size, drawings: header.drawings, rgba };
}
