import { classLabels, type RawLabel } from "./class-labels.ts";
import type { LoadedImages, ResolvedOptions } from "./entry.ts";
import type { ImageSource } from "./image-source.ts";
import { decodeSplits } from "./listed-splits.ts";
import { arrangeSplits } from "./named-splits.ts";

/** An image before it is decoded, with its label as it is written. */
export interface RawListed {
  readonly source: ImageSource;
  readonly label: RawLabel;
  /** What messages call it. */
  readonly place: string;
}

/**
 * The data set of images that bring their labels, by the names of their splits.
 * @param names of the classes; by default the labels' own
 * @throws UserError as `classLabels`, `arrangeSplits` and `decodeSplits`
 */
export function decodeLabelled(
  root: string,
  lists: ReadonlyMap<string, readonly RawListed[]>,
  names: readonly string[] | undefined,
  options: ResolvedOptions,
): Promise<LoadedImages> {
  const raw = new Map([...lists].map(([split, list]) => [split, list.map(({ label }) => label)]));
  const { classNames, labels } = classLabels(raw, names, (split, row) => lists.get(split)![row].place);
  const parts = new Map(
    [...lists].map(([split, list]) => [split, list.map(({ source }, i) => ({ source, label: labels.get(split)![i] }))]),
  );
  return decodeSplits(root, arrangeSplits(root, classNames, parts, options), options);
}
