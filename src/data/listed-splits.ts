import { basename } from "node:path";
import { type ImageSet, UserError } from "../core/index.ts";
import type { BadImage, Decoded } from "./decode-set.ts";
import { decoderFor } from "./decoder.ts";
import type { LoadedImages, ResolvedOptions } from "./entry.ts";
import type { ImageSource } from "./image-source.ts";

const defaultSize = 32;

/** An image before it is decoded, with its class. */
export interface Listed {
  readonly source: ImageSource;
  readonly label: number;
  /** Of all images of a list or of none. */
  readonly captions?: readonly string[];
}

/** Which images are of which split and class. */
export interface ListedSplits {
  readonly classNames: readonly string[];
  readonly train: readonly Listed[];
  readonly validation?: readonly Listed[];
  readonly test: readonly Listed[];
  /** By name. */
  readonly shifts: ReadonlyMap<string, readonly Listed[]>;
}

/**
 * Decodes what is listed of the data set at `root`, whose last part is what sets are called: to memory, or to disk where
 * there is much of it.
 * @throws UserError for images that cannot be read, unless they are to be skipped, and for classes of which none can
 */
export async function decodeSplits(
  root: string,
  splits: ListedSplits,
  options: ResolvedOptions,
): Promise<LoadedImages> {
  const { classNames, train, validation, test, shifts } = splits;
  const lists = new Map<string, readonly Listed[]>([
    ["train", train],
    ...(validation ? [["validation", validation] as const] : []),
    ["test", test],
    ...shifts,
  ]);
  const { imageSize = defaultSize } = options;
  const count = [...lists.values()].reduce((sum, list) => sum + list.length, 0);
  const decode = decoderFor(root, count, imageSize, options);
  const decoded = new Map<string, Decoded>();
  for (const [split, list] of lists)
    decoded.set(
      split,
      await decode(
        list.map(({ source }) => source),
        `${basename(root)}/${split}`,
      ),
    );
  reportBad(
    [...decoded.values()].flatMap(({ bad }) => bad),
    options,
  );
  const setOf = (split: string) =>
    toImageSet(`${basename(root)}/${split}`, lists.get(split)!, decoded.get(split)!, classNames, imageSize);
  return {
    title: basename(root),
    train: setOf("train"),
    test: setOf("test"),
    ...(validation && { validation: setOf("validation") }),
    shifts: [...shifts.keys()].map(setOf),
  };
}

/** The readable images of a list as a set. @throws UserError where a class has none */
function toImageSet(
  name: string,
  list: readonly Listed[],
  { images, rows }: Decoded,
  classNames: readonly string[],
  size: number,
): ImageSet {
  const labels = Int32Array.from(rows, (row) => list[row].label);
  const left = new Set(labels);
  const lost = list.find(({ label }) => !left.has(label));
  if (lost) throw new UserError(`${name}/${classNames[lost.label]}: none of its images can be read`);
  const captions = list[0].captions && rows.map((row) => list[row].captions!);
  return { name, height: size, width: size, channels: 3, images, labels, classNames, ...(captions && { captions }) };
}

/** Images that are told by name, of those that cannot be read. */
const MOST_NAMED = 20;

/** @throws UserError for images that cannot be read, unless they are to be skipped */
function reportBad(bad: readonly BadImage[], { badImages = "refuse", onNotice }: ResolvedOptions): void {
  if (bad.length === 0) return;
  if (badImages === "refuse") {
    const [{ path, reason }, ...others] = bad;
    const more = others.length > 0 ? ` (and ${others.length} more: ${named(others)})` : "";
    throw new UserError(`${path}: ${reason}, or leave such files out with data.badImages skip${more}`);
  }
  const found = bad.filter(({ known }) => !known);
  for (const { path, reason } of found.slice(0, MOST_NAMED)) onNotice?.(`skipped ${path}: ${reason}`);
  if (found.length > MOST_NAMED) onNotice?.(`skipped ${found.length - MOST_NAMED} more that cannot be read`);
  const before = bad.filter(({ known }) => known);
  if (before.length > 0) onNotice?.(`skipped ${before.length} that could not be read before: ${named(before)}`);
}

const named = (bad: readonly BadImage[]): string =>
  bad
    .slice(0, MOST_NAMED)
    .map(({ path }) => path)
    .join(", ") + (bad.length > MOST_NAMED ? ", …" : "");
