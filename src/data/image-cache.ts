import { createHash, randomUUID } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join, relative } from "node:path";
import sharp from "sharp";
import { diskError, ImageFile, inParallel, UserError } from "../core/index.ts";
import { type Decoded, type Decoder, decodeOrReason, IN_FLIGHT } from "./decode-set.ts";
import type { ResolvedOptions } from "./entry.ts";
import { readReason } from "./files.ts";

/**
 * What a cache folder holds: `index.jsonl`, of which the first line is this and each further one an `Entry`, and the file
 * of images. Places are never written over; a file that changed gets another one.
 */
interface Header {
  /** Raise it when the way of decoding changes. */
  readonly format: 1;
  readonly root: string;
  readonly size: number;
  /** Another version may decode to other bytes. */
  readonly sharp: string;
  /** Name of the file of images; a new one for each new index. */
  readonly images: string;
}

/** A file's path from the root, its bytes, the time of its last change in ms, and its place, or why it has none. */
type Entry = readonly [path: string, bytes: number, changed: number, place: number | string];

/** Lines that an interruption may cost. */
const LINES_AT_ONCE = 256;

/**
 * Decodes the files below `root` once, to square images on disk, and gives them as images in a file: memory holds their
 * names alone. What an earlier load decoded is taken from the cache as long as a file has the same length and time.
 * @throws UserError for a cache that cannot be written, a full disk, or another process that is filling the cache
 */
export function diskDecoder(
  root: string,
  size: number,
  { dataDir, onProgress, onNotice }: Pick<ResolvedOptions, "dataDir" | "onProgress" | "onNotice">,
): Decoder {
  const key = createHash("sha256")
    .update(JSON.stringify([root, size]))
    .digest("hex")
    .slice(0, 16);
  const folder = join(dataDir, "folder", key);
  const index = join(folder, "index.jsonl");
  const bytesPerImage = size * size * 3;
  const wanted = { format: 1, root, size, sharp: sharp.versions.sharp ?? "" } as const;

  return async (paths, label) => {
    prepareFolder(folder);
    let { header, entries } = readIndex(index, folder, bytesPerImage, wanted, onNotice);
    const files = paths.map((path) => ({ path, name: relative(root, path), ...statOf(path) }));
    const known = files.map(({ name, bytes, changed }) => {
      const entry = entries.get(name);
      return entry !== undefined && entry[1] === bytes && entry[2] === changed;
    });
    const missing = files.filter((_, i) => !known[i]);
    if (missing.length > 0)
      await locked(folder, async () => {
        if (!header) {
          header = { ...wanted, images: `images-${randomUUID()}.bin` };
          writeFileSync(index, `${JSON.stringify(header)}\n`);
          writeFileSync(join(folder, header.images), "");
        }
        let next = 0;
        for (const [, , , place] of entries.values()) if (typeof place === "number") next = Math.max(next, place + 1);
        requireSpace(folder, missing.length * bytesPerImage);
        await decodeTo(join(folder, header.images), missing, next);
      }).catch((error) => {
        throw diskError(error, folder);
      });

    const rows: number[] = [];
    const places: number[] = [];
    const bad: Decoded["bad"][number][] = [];
    for (const [i, { path, name }] of files.entries()) {
      const [, , , place] = entries.get(name)!;
      if (typeof place === "string") bad.push({ path, reason: place, known: known[i] });
      else {
        rows.push(i);
        places.push(place);
      }
    }
    const images = new ImageFile(join(folder, header!.images), bytesPerImage, Int32Array.from(places));
    return { images, rows, bad };

    async function decodeTo(target: string, missing: readonly (typeof files)[number][], first: number): Promise<void> {
      let next = first;
      let done = files.length - missing.length;
      let lines: string[] = [];
      const file = openSync(target, "r+");
      const flush = () => {
        appendFileSync(index, lines.join(""));
        lines = [];
      };
      try {
        await inParallel(missing, IN_FLIGHT, async ({ path, name, bytes, changed }) => {
          const decoded = await decodeOrReason(path, size);
          const place = typeof decoded === "string" ? decoded : next++;
          if (typeof place === "number")
            writeSync(file, decoded as Uint8Array, 0, bytesPerImage, place * bytesPerImage);
          const entry: Entry = [name, bytes, changed, place];
          entries.set(name, entry);
          // After the image itself: what the index names is there.
          lines.push(`${JSON.stringify(entry)}\n`);
          if (lines.length >= LINES_AT_ONCE) flush();
          onProgress?.({ label, done: ++done, total: files.length, unit: "images" });
        });
      } finally {
        flush();
        closeSync(file);
      }
    }
  };
}

function statOf(path: string): { bytes: number; changed: number } {
  try {
    const { size, mtimeMs } = statSync(path);
    return { bytes: size, changed: mtimeMs };
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${readReason(error)}`);
  }
}

/** Makes the folder, and removes what processes that were killed have left of corrupted sets. */
function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw diskError(error, folder);
  }
  for (const name of readdirSync(folder)) {
    const pid = /^scratch-(\d+)-/.exec(name)?.[1];
    if (pid && !isRunning(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

/** The index; an empty one, without the files of images, where it belongs to other software or images are missing. */
function readIndex(
  path: string,
  folder: string,
  bytesPerImage: number,
  wanted: Omit<Header, "images">,
  onNotice: ResolvedOptions["onNotice"],
): { header?: Header; entries: Map<string, Entry> } {
  const entries = new Map<string, Entry>();
  if (!existsSync(path)) return { entries };
  const [first, ...lines] = readFileSync(path, "utf8").split("\n");
  try {
    const { images, ...header } = JSON.parse(first) as Header;
    if (JSON.stringify(header) === JSON.stringify(wanted)) {
      const held = Math.floor(statSync(join(folder, images)).size / bytesPerImage);
      // The last line is empty, or half a line where a process was killed.
      for (const line of lines.slice(0, -1)) {
        const entry = JSON.parse(line) as Entry;
        if (typeof entry[3] === "string" || entry[3] < held) entries.set(entry[0], entry);
      }
      return { header: { ...header, images }, entries };
    }
  } catch {
    entries.clear();
  }
  onNotice?.(`${folder}: made by another version, or damaged; decoding the images again`);
  for (const name of readdirSync(folder))
    if (/^(index|images-|known-)/.test(name)) rmSync(join(folder, name), { force: true });
  return { entries };
}

/** Runs `work` while no other process fills the same cache. */
async function locked(folder: string, work: () => Promise<void>): Promise<void> {
  const lock = join(folder, "lock");
  if (existsSync(lock)) {
    const pid = Number(readFileSync(lock, "utf8"));
    if (pid !== process.pid && isRunning(pid))
      throw new UserError(`${folder}: process ${pid} is decoding these images just now; wait until it has done so`);
    rmSync(lock, { force: true });
  }
  writeFileSync(lock, `${process.pid}`, { flag: "wx" });
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function requireSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bytes > bavail * bsize)
    throw new UserError(
      `${folder}: ${gigabytes(bytes)} GB are needed for the decoded images, ${gigabytes(bavail * bsize)} GB are free; choose another --data-dir, or a smaller --image-size`,
    );
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
