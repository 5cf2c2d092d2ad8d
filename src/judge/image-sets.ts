import { type DataSet, type ImageSet, imageCount, type Listener, subset } from "../core/index.ts";
import { type DataOptions, type DataSetEntry, findDataSetEntry } from "../data/index.ts";
import { loadReported } from "../data/internal.ts";
import type { ForeignGroup } from "../evaluate/index.ts";
import { heldOutName } from "./foreign-sets.ts";

/**
 * Loads data sets, each once however often it is asked for.
 * @example
 * const load = dataSetLoader({ onNotice: console.log });
 * const { train, test } = await load({ name: "mnist", seed: 0 });
 */
export function dataSetLoader(listener: Listener = {}): (options: DataOptions) => Promise<DataSet> {
  const loaded = new Map<string, Promise<DataSet>>();
  return (options) => {
    const key = JSON.stringify(options);
    const set = loaded.get(key) ?? loadReported(options, listener);
    loaded.set(key, set);
    return set;
  };
}

/** Foreign sets as `--ood` calls them, by how far they are from what a network was trained for. */
export type ForeignByGroup = Readonly<Record<ForeignGroup, readonly string[]>>;

/** Of data that no file of ours describes, and that may be anything. */
const usual: DataSetEntry["foreign"] = { near: [], far: ["emoji", "textures"] };

/** What the data set's own file names; near are classes that the run held out, too, where it did. */
export function foreignTo(data: string, heldOut: boolean): ForeignByGroup {
  const { near, far } = findDataSetEntry(data)?.foreign ?? usual;
  return { near: heldOut ? [heldOutName, ...near] : near, far };
}

/** The first `count` images; the set itself where it has no more. */
export const firstImages = (set: ImageSet, count = imageCount(set)): ImageSet =>
  count >= imageCount(set)
    ? set
    : subset(
        set,
        Int32Array.from({ length: count }, (_, row) => row),
      );
