import { readdirSync, readFileSync, rmSync, type Stats, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../files/internal.ts";

/**
 * What a cache folder holds: `index.jsonl`, of which the first line is this and each further one an `Entry`, and the file
 * of images. Places are never written over; a file that changed gets another one.
 */
export interface Header {
  /** Raise it when the way of decoding changes. */
  readonly format: 2;
  readonly root: string;
  readonly size: number;
  /** Another version may decode to other bytes. */
  readonly sharp: string;
  /** Name of the file of images; a new one for each new index. */
  readonly images: string;
}

/** What a source is called below the root, its stamp, and its place, or why it has none. */
export type Entry = readonly [name: string, stamp: string, place: number | string];

/**
 * What tells a file from one that took its place, as Git's index does it: length, time of the last change of the content
 * and of the file's own record (which no program sets), and inode.
 */
export const stampOf = ({ size, mtimeMs, ctimeMs, ino }: Stats): string => [size, mtimeMs, ctimeMs, ino].join(" ");

export interface ImageIndex {
  /** Absent where there is no index, or one of other software, or a damaged one. */
  readonly header?: Header;
  /** By name. */
  readonly entries: Map<string, Entry>;
  /** Whether a process that was killed has left half a line, or lines whose images are not there. */
  readonly broken?: boolean;
}

export const indexPath = (folder: string): string => join(folder, "index.jsonl");

/** The index as far as it is whole: what it names is in the file of images. Changes nothing. */
export function readIndex(folder: string, bytesPerImage: number, wanted: Omit<Header, "images">): ImageIndex {
  const entries = new Map<string, Entry>();
  try {
    const [first, ...lines] = readFileSync(indexPath(folder), "utf8").split("\n");
    const { images, ...header } = JSON.parse(first) as Header;
    if (JSON.stringify(header) !== JSON.stringify(wanted)) return { entries };
    const held = Math.floor(statSync(join(folder, images)).size / bytesPerImage);
    // The last line is empty, or half a line where another process writes just now, or was killed.
    let broken = lines.at(-1) !== "";
    for (const line of lines.slice(0, -1)) {
      const entry = JSON.parse(line) as Entry;
      if (typeof entry[2] === "string" || entry[2] < held) entries.set(entry[0], entry);
      else broken = true;
    }
    return { header: { ...header, images }, entries, broken };
  } catch {
    return { entries: new Map() };
  }
}

/**
 * Writes the index anew, without what is broken of it: places of images that are not there are given to others, so no
 * line may name them, and no statistics of what lay there may be kept. Only for who holds the lock.
 */
export function repairIndex(folder: string, { header, entries }: ImageIndex): void {
  for (const name of readdirSync(folder)) if (name.startsWith("known-")) rmSync(join(folder, name), { force: true });
  writeFileAtomic(
    indexPath(folder),
    [header, ...entries.values(), ""].map((line) => line && JSON.stringify(line)).join("\n"),
  );
}

/** Starts an empty index with an empty file of images, in place of what is there. */
export function startIndex(folder: string, header: Header): void {
  removeIndex(folder);
  writeFileSync(join(folder, header.images), "");
  writeFileSync(indexPath(folder), `${JSON.stringify(header)}\n`);
}

function removeIndex(folder: string): void {
  for (const name of readdirSync(folder))
    if (/^(index|images-|known-)/.test(name)) rmSync(join(folder, name), { force: true });
}
