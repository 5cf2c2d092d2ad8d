import { statSync } from "node:fs";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import { UserError } from "../core/index.ts";
import { readReason } from "./files.ts";
import { entriesOf, isFolder, sorted } from "./list-images.ts";
import { splitOfWord } from "./named-splits.ts";

interface Shard {
  readonly path: string;
  readonly split: string;
  /** Its folder and what of its name is neither split nor number: shards of one split have one. */
  readonly series: string;
  /** Of `name-00001-of-00008`. */
  readonly numbered?: { readonly index: number; readonly of: number; readonly name: string };
}

/**
 * Files of one ending in a folder and those below it, by the split that their names, or else their folders', say: of
 * `train-00000-of-00002.parquet`, `imagenet-val-0001.tar` and `train/0000.parquet` it is train, validation, train. Of
 * a single file it may be anything.
 * @throws UserError where there are none, where one of a numbered series is missing, and where a split lies in several series
 */
export function shardsBySplit(root: string, ending: string): Map<string, string[]> {
  const paths = isFile(root) ? [root] : filesBelow(root, ending);
  if (paths.length === 0) throw new UserError(`${root}: no ${ending} files in it, nor in the folders below it`);
  const bySplit = new Map<string, Shard[]>();
  for (const path of paths) {
    const shard = shardOf(root, path);
    const shards = bySplit.get(shard.split);
    if (shards) shards.push(shard);
    else bySplit.set(shard.split, [shard]);
  }
  for (const [split, shards] of bySplit) {
    const other = shards.find(({ series }) => series !== shards[0].series);
    if (other)
      throw new UserError(
        `${root}: two series of files are called ${split}, that of ${relative(root, shards[0].path)} and that of ${relative(root, other.path)}; give the folder of the one to use`,
      );
    // One file that was asked for by its name is read by itself.
    if (paths[0] !== root) requireWhole(root, split, shards);
  }
  return new Map([...bySplit].map(([split, shards]) => [split, shards.map(({ path }) => path)]));
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${readReason(error)}`);
  }
}

function filesBelow(folder: string, ending: string): string[] {
  const found: string[] = [];
  const visit = (path: string, depth: number) => {
    // A link may lead back to a folder above.
    if (depth > 16)
      throw new UserError(`${path}: more than 16 folders deep; give the one that holds the ${ending} files`);
    for (const entry of entriesOf(path)) {
      if (isFolder(path, entry)) visit(join(path, entry.name), depth + 1);
      else if (extname(entry.name).toLowerCase() === ending) found.push(join(path, entry.name));
    }
  };
  visit(folder, 0);
  return sorted(found);
}

function shardOf(root: string, path: string): Shard {
  const stem = basename(path, extname(path));
  // Hugging Face once put a hash behind the number.
  const of = /^(.+?)-(\d{3,})-of-(\d{3,})(-[0-9a-f]{16})?$/.exec(stem);
  // Spark puts an identifier behind the number.
  const name = of ? of[1] : stem.replace(/^part-\d+.*$/, "").replace(/[-_.]?\d+$/, "");
  const numbered = of ? { index: Number(of[2]), of: Number(of[3]), name: name } : undefined;
  const folders = relative(root, dirname(path))
    .split(sep)
    .filter((folder) => folder !== "");
  const words = name.split(/[-_.]/).filter((word) => word !== "");
  const saying = words.filter((word) => splitOfWord(word) !== undefined);
  const rest = words.filter((word) => !saying.includes(word));
  if (saying.length === 1)
    return { path, numbered, split: splitOfWord(saying[0])!, series: [...folders, rest.join("-")].join("/") };
  const folder = folders.findLastIndex((one) => splitOfWord(one) !== undefined);
  if (folder >= 0)
    return {
      path,
      numbered,
      split: splitOfWord(folders[folder])!,
      series: [...folders.toSpliced(folder, 1), name].join("/"),
    };
  return {
    path,
    numbered,
    split: name || folders.at(-1) || (path === root ? stem : basename(root)),
    series: [...folders, name].join("/"),
  };
}

/** @throws UserError where one of `name-00000-of-00002`, `name-00001-of-00002` is missing */
function requireWhole(root: string, split: string, shards: readonly Shard[]): void {
  const counts = new Set(shards.map(({ numbered }) => numbered?.of));
  if (counts.size > 1)
    throw new UserError(
      `${root}: files of ${split} are of series of several lengths (${[...counts].map((of) => of ?? "not numbered").join(", ")}); keep one`,
    );
  const [of] = counts;
  if (of === undefined) return;
  const there = new Set(shards.map(({ numbered }) => numbered!.index));
  const missing = Array.from({ length: of }, (_, i) => i).filter((i) => !there.has(i));
  if (missing.length > 0)
    throw new UserError(
      `${root}: ${missing.length} of ${of} files of ${split} are missing, the first is number ${String(missing[0]).padStart(5, "0")}; fetch them, or give a file or folder of its own`,
    );
}
