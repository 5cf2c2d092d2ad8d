import { type DataSet, type ImageSet, imageCount, type Listener, subset } from "../core/index.ts";
import { type DataOptions, findDataSetEntry, loadDataSet } from "../data/index.ts";

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

/**
 * Digits for pictures, pictures for digits; both as they are and inverted, for a network may find white paper foreign rather
 * than what is on it.
 */
export function foreignTo(data: string): readonly string[] {
  return (findDataSetEntry(data)?.foreign ?? ["mnist"]).flatMap((other) => [other, `${other}-inverted`]);
}

/** The first `count` images; the set itself where it has no more. */
export const firstImages = (set: ImageSet, count = imageCount(set)): ImageSet =>
  count >= imageCount(set)
    ? set
    : subset(
        set,
        Int32Array.from({ length: count }, (_, row) => row),
      );
