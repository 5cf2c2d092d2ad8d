import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/index.ts";
import { readNamed } from "./files.ts";

/** Files of words that lie in folders of ImageNet: Tiny-ImageNet's, Kaggle's, Caffe's, the development kit's. */
const usualFiles = ["words.txt", "LOC_synset_mapping.txt", "synset_words.txt", "map_clsloc.txt"];

/** Names of WordNet's synsets, by which ImageNet calls its folders. */
const isSynset = (name: string): boolean => /^n\d{8}$/.test(name);

/**
 * Names of classes whose folders are called otherwise: of each line that begins with a folder's name, a number perhaps, and
 * words, the first of the words up to a comma; `_` is a blank. Two classes of one name get their folders' behind it. Of
 * folders of ImageNet the file is found in `root`.
 * @throws UserError for a file that was asked for and lacks a class
 */
export function wordsOf(
  root: string,
  folders: readonly string[],
  { classNames: asked, onNotice }: { readonly classNames?: string; readonly onNotice?: (line: string) => void },
): readonly string[] {
  const usual = folders.every(isSynset) ? usualFiles.map((name) => join(root, name)).find(existsSync) : undefined;
  const path = asked ?? usual;
  if (path === undefined) return folders;
  const words = readWords(path);
  const missing = folders.find((folder) => !words.has(folder));
  if (missing !== undefined && asked !== undefined)
    throw new UserError(`${path}: no line that begins with "${missing}", a class folder; add "${missing}<tab>name"`);
  const names = folders.map((folder) => words.get(folder) ?? folder);
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  if (asked === undefined)
    onNotice?.(`${root}: classes are called as ${path} has it (${folders[0]} is ${names[0]}, …)`);
  return names.map((name, i) => (counts.get(name)! > 1 ? `${name} (${folders[i]})` : name));
}

function readWords(path: string): Map<string, string> {
  const words = new Map<string, string>();
  const lines = readNamed(path)
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/);
  for (const line of lines) {
    // A folder's name may hold blanks where a tab ends it.
    const [, folder, text] = /^([^\t]+)\t(.+)$/.exec(line) ?? /^(\S+) +(?:\d+ +)?(.+)$/.exec(line) ?? [];
    const name = text?.split(",")[0].replaceAll("_", " ").trim();
    if (name) words.set(folder.trim().normalize("NFC"), name.normalize("NFC"));
  }
  return words;
}
