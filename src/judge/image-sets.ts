import { type DataSet, type ImageSet, imageCount, type Listener, subset } from "../core/index.ts";
import { type DataOptions, findDataSetEntry, loadDataSet } from "../data/index.ts";
import type { ForeignGroup } from "../evaluate/index.ts";
import { heldOutName } from "./foreign-sets.ts";

/**
 * Loads data sets, each once however often it is asked for.
 * @example
 * const load = dataSetLoader({ onNotice: console.log });
 * const { train, test } = await load({ name: "mnist", seed: 0 });
 */
export function dataSetLoader({ onProgress, onNotice }: Listener = {}): (options: DataOptions) => Promise<DataSet> {
  const loaded = new Map<string, Promise<DataSet>>();
  return (options) => {
    const key = JSON.stringify(options);
    const set =
      loaded.get(key) ?? loadDataSet({ ...options, onProgress, onNotice }).finally(() => onProgress?.(undefined));
    loaded.set(key, set);
    return set;
  };
}

/** Foreign sets as `--ood` calls them, by how far they are from what a network was trained for. */
export type ForeignByGroup = Readonly<Record<ForeignGroup, readonly string[]>>;

/**
 * Digits for pictures, pictures for digits; both as they are and inverted, for a network may find white paper foreign rather
 * than what is on it. Near are classes that the run held out, where it did.
 */
export function foreignTo(data: string, heldOut: boolean): ForeignByGroup {
  return {
    near: heldOut ? [heldOutName] : [],
    far: (findDataSetEntry(data)?.foreign ?? ["mnist"]).flatMap((other) => [other, `${other}-inverted`]),
  };
}

/** The first `count` images; the set itself where it has no more. */
export const firstImages = (set: ImageSet, count = imageCount(set)): ImageSet =>
  count >= imageCount(set)
    ? set
    : subset(
        set,
        Int32Array.from({ length: count }, (_, row) => row),
      );
