import { randomUUID } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { UserError } from "../core/index.ts";
import { inParallel } from "../core/internal.ts";
import { ImageFile } from "../files/index.ts";
import { diskError, isRunning, scratchPrefix, sha256, withLock } from "../files/internal.ts";
import { type Decoded, type Decoder, decodeOrReason, IN_FLIGHT } from "./decode-set.ts";
import type { ResolvedOptions } from "./entry.ts";
import {
  type Entry,
  type Header,
  type ImageIndex,
  indexPath,
  readIndex,
  repairIndex,
  startIndex,
} from "./image-index.ts";
import type { ImageSource } from "./image-source.ts";

/** Lines that an interruption may cost. */
const LINES_AT_ONCE = 256;

/** An image whose stamp was taken. */
interface Stamped {
  readonly source: ImageSource;
  readonly name: string;
  readonly stamp: string;
}

/**
 * Decodes the images below `root` once, to square images on disk, and gives them as images in a file: memory holds their
 * names alone. What an earlier load decoded is taken from the cache as long as a file is the same by its stamp. Of
 * loads at the same time, in this process or others, one decodes and the others wait.
 * @throws UserError for a cache that cannot be written, or a full disk
 */
export function diskDecoder(
  root: string,
  size: number,
  { dataDir, onProgress, onNotice }: Pick<ResolvedOptions, "dataDir" | "onProgress" | "onNotice">,
): Decoder {
  const key = sha256(JSON.stringify([root, size])).slice(0, 16);
  const folder = join(dataDir, "folder", key);
  const bytesPerImage = size * size * 3;
  const wanted = { format: 2, root, size, sharp: sharp.versions.sharp ?? "" } as const;
  const read = () => readIndex(folder, bytesPerImage, wanted);

  return async (sources, label) => {
    prepareFolder(folder);
    const files = sources.map((source) => ({ source, name: source.name, stamp: source.stamp() }));
    const before = read();
    let found = before;
    if (missingOf(files, before).length > 0)
      await withLock(
        join(folder, "decoding"),
        async () => {
          // Again: it is another one where this load had to wait.
          found = read();
          const missing = missingOf(files, found);
          if (missing.length > 0) found = await fill(found, missing, files.length, label);
        },
        () => onNotice?.(`${folder}: another load is decoding these images; waiting for it`),
      ).catch((error) => {
        throw diskError(error, folder);
      });

    const rows: number[] = [];
    const places: number[] = [];
    const bad: Decoded["bad"][number][] = [];
    for (const [i, file] of files.entries()) {
      const [, , place] = found.entries.get(file.name)!;
      if (typeof place === "string") bad.push({ path: file.source.path, reason: place, known: holds(before, file) });
      else {
        rows.push(i);
        places.push(place);
      }
    }
    const images = new ImageFile(join(folder, found.header!.images), bytesPerImage, Int32Array.from(places));
    return { images, rows, bad };
  };

  /** Decodes what is missing behind what is there. Only for who holds the lock. */
  async function fill(
    index: ImageIndex,
    missing: readonly Stamped[],
    total: number,
    label: string,
  ): Promise<ImageIndex> {
    const { entries } = index;
    let { header } = index;
    if (header && index.broken) repairIndex(folder, index);
    if (!header) {
      if (existsSync(indexPath(folder)))
        onNotice?.(`${folder}: made by another version, or damaged; decoding the images again`);
      header = { ...wanted, images: `images-${randomUUID()}.bin` };
      startIndex(folder, header);
    }
    requireSpace(folder, missing.length * bytesPerImage);
    let done = total - missing.length;
    const added = await decodeTo({ folder, header, size, first: freePlace(entries) }, missing, () =>
      onProgress?.({ label, done: ++done, total, unit: "images" }),
    );
    return { header, entries: new Map([...entries, ...added]) };
  }
}

const holds = ({ entries }: ImageIndex, { name, stamp }: Stamped): boolean => entries.get(name)?.[1] === stamp;

const missingOf = (files: readonly Stamped[], index: ImageIndex) => files.filter((file) => !holds(index, file));

/** The first place behind all that are taken. */
function freePlace(entries: ImageIndex["entries"]): number {
  let next = 0;
  for (const [, , place] of entries.values()) if (typeof place === "number") next = Math.max(next, place + 1);
  return next;
}

/** Decodes images to the places from `first` on, and writes them into the index. @returns their entries by name */
async function decodeTo(
  { folder, header, size, first }: { folder: string; header: Header; size: number; first: number },
  files: readonly Stamped[],
  onDone: () => void,
): Promise<Map<string, Entry>> {
  const added = new Map<string, Entry>();
  const bytesPerImage = size * size * 3;
  let next = first;
  let lines: string[] = [];
  const file = openSync(join(folder, header.images), "r+");
  const flush = () => {
    appendFileSync(indexPath(folder), lines.join(""));
    lines = [];
  };
  try {
    await inParallel(files, IN_FLIGHT, async ({ source, name, stamp }) => {
      const decoded = await decodeOrReason(source, size);
      const place = typeof decoded === "string" ? decoded : next++;
      if (typeof place === "number") writeSync(file, decoded as Uint8Array, 0, bytesPerImage, place * bytesPerImage);
      const entry: Entry = [name, stamp, place];
      added.set(name, entry);
      // After the image itself: what the index names is there.
      lines.push(`${JSON.stringify(entry)}\n`);
      if (lines.length >= LINES_AT_ONCE) flush();
      onDone();
    });
  } finally {
    flush();
    closeSync(file);
  }
  return added;
}

/** Makes the folder, and removes what processes that were killed have left of corrupted sets. */
function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw diskError(error, folder);
  }
  // Of machines that share the folder each sees its own processes alone.
  const prefix = scratchPrefix();
  for (const name of readdirSync(folder).filter((name) => name.startsWith(prefix)))
    if (!isRunning(Number.parseInt(name.slice(prefix.length), 10))) rmSync(join(folder, name), { force: true });
}

function requireSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bytes > bavail * bsize)
    throw new UserError(
      `${folder}: ${gigabytes(bytes)} GB are needed for the decoded images, ${gigabytes(bavail * bsize)} GB are free; choose another options.dataDir, or a smaller data.imageSize`,
    );
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
