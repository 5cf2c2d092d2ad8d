import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { UserError } from "../core/index.ts";
import { counted } from "../core/internal.ts";
import type { ResolvedOptions } from "./entry.ts";
import { readNamed } from "./files.ts";
import type { Listed, ListedSplits } from "./listed-splits.ts";

const FILE = "captions.jsonl";
const example = '{"path": "train/cat/1.jpg", "text": "a cat on a sofa"}';

/** What a file says of an image. */
interface Said {
  /** As the file has it. */
  readonly path: string;
  /** Number of the first line that names it, from 1. */
  readonly line: number;
  readonly texts: string[];
}

type Options = Pick<ResolvedOptions, "badImages" | "onNotice">;

/**
 * The images with what `<root>/captions.jsonl` says of them, as they are where there is no such file. Each line is an object,
 * `{"path": "train/cat/1.jpg", "text": "…"}` or `{"path": …, "texts": ["…", …]}`, the path from `root` with slashes; the texts of
 * lines of one image add up. Empty lines and further fields are left alone. A notice tells how many images have no
 * caption; a split of which none has one is as without the file.
 * @throws UserError for a line that is none of these, and for an image that is not there, unless such are to be skipped
 */
export function withCaptions(root: string, splits: ListedSplits, options: Options): ListedSplits {
  const path = join(root, FILE);
  if (!existsSync(path)) return splits;
  const said = readCaptions(path, options);
  const all = [splits.train, splits.validation ?? [], splits.test, ...splits.shifts.values()].flat();
  const names = new Set(all.map(nameOf));
  reportStrangers(
    path,
    [...said].filter(([name]) => !names.has(name)).map(([, stranger]) => stranger),
    options,
  );
  const without = all.filter((image) => !said.has(nameOf(image)));
  if (without.length > 0)
    options.onNotice?.(
      `${path}: ${without.length} of ${all.length} images have no caption (${named(without.map(nameOf))})`,
    );
  const captioned = (list: readonly Listed[]): Listed[] =>
    list.map((image) => ({ ...image, captions: said.get(nameOf(image))?.texts ?? [] }));
  const ofSplit = (list: readonly Listed[]) => (list.some((image) => said.has(nameOf(image))) ? captioned(list) : list);
  return {
    ...splits,
    train: ofSplit(splits.train),
    ...(splits.validation && { validation: ofSplit(splits.validation) }),
    test: ofSplit(splits.test),
    shifts: new Map([...splits.shifts].map(([name, list]) => [name, ofSplit(list)])),
  };
}

/** As a line of the file names it, in Unicode's composed form: systems write é in one character or in two. */
const nameOf = ({ source }: Listed): string => composed(source.name.split(sep).join("/"));
const composed = (path: string): string => path.replace(/^(\.\/)+/, "").normalize("NFC");

/** By the image's name. */
function readCaptions(path: string, { onNotice }: Options): Map<string, Said> {
  const said = new Map<string, Said>();
  let repeated = 0;
  for (const [number, bytes] of numberedLines(readNamed(path))) {
    const line = parseLine(bytes, `${path}, line ${number}`);
    if (!line) continue;
    const image = said.get(composed(line.path)) ?? { path: line.path, line: number, texts: [] };
    said.set(composed(line.path), image);
    for (const text of line.texts)
      if (image.texts.includes(text)) repeated++;
      else image.texts.push(text);
  }
  if (said.size === 0) throw new UserError(`${path}: no captions in it; write one a line, e.g. ${example}`);
  if (repeated > 0)
    onNotice?.(`${path}: ${counted(repeated, "caption")} repeated for the same image; each is kept once`);
  return said;
}

/** By bytes: all lines together may be longer than a text can be. */
function* numberedLines(bytes: Uint8Array): Generator<readonly [number: number, bytes: Uint8Array]> {
  for (let from = 0, number = 1; from < bytes.length; number++) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    yield [number, bytes.subarray(from, to)];
    from = to + 1;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Nothing of an empty line. @throws UserError that begins with `where` */
function parseLine(bytes: Uint8Array, where: string): { path: string; texts: readonly string[] } | undefined {
  const refuse = (what: string) => new UserError(`${where}: ${what}; write e.g. ${example}`);
  let value: unknown;
  try {
    const text = utf8.decode(bytes).trim();
    if (text === "") return undefined;
    value = JSON.parse(text);
  } catch {
    throw refuse("damaged, it is no JSON in UTF-8");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refuse("not an object");
  const { path, text, texts } = value as Record<string, unknown>;
  if (typeof path !== "string" || path === "") throw refuse("no path of an image");
  if (text !== undefined && texts !== undefined) throw refuse(`${path} has both text and texts`);
  const all = texts ?? [text];
  if (!Array.isArray(all) || all.length === 0) throw refuse(`the texts of ${path} are no list of them`);
  if (!all.every((one) => typeof one === "string")) throw refuse(`${path} has no text`);
  if (all.some((one) => one.trim() === "")) throw refuse(`a text of ${path} is empty`);
  return { path, texts: all };
}

/** @throws UserError for captions of images that are not there, unless they are to be skipped */
function reportStrangers(path: string, strangers: readonly Said[], { badImages, onNotice }: Options): void {
  if (strangers.length === 0) return;
  if (badImages === "skip") {
    const which = named(strangers.map(({ path }) => path));
    onNotice?.(
      `${path}: skipped the captions of what is not in the folder: ${counted(strangers.length, "image")} (${which})`,
    );
    return;
  }
  const [first, ...others] = strangers;
  const more = others.length > 0 ? `, nor ${others.length} more of its images` : "";
  throw new UserError(
    `${path}, line ${first.line}: there is no image ${first.path} in the folder${more}; paths are from the folder, e.g. train/cat/1.jpg; leave such out with data.badImages skip`,
  );
}

const named = (names: readonly string[]): string => names.slice(0, 3).join(", ") + (names.length > 3 ? ", …" : "");
