import { type DataSet, type ImageSet, imageCount, type Listener, permutation, Random, subset } from "../core/index.ts";
import { type DataOptions, dataSetNames, loadDataSet, matchImages } from "../data/index.ts";

/** Loads data sets, each once however often it is asked for. */
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

/** `count` of another data set's test images, always the same ones, in the shape of `like`. */
export function foreignImages({ test }: DataSet, like: ImageSet, count = imageCount(like)): ImageSet {
  const set = matchImages(test, like);
  if (count >= imageCount(set)) return set;
  const rows = permutation(imageCount(set), new Random("foreign images", set.name)).slice(0, count).sort();
  return subset(set, rows);
}

const INVERTED = /-inverted$/;

/** What `--ood` takes: data sets, and their negatives. */
export const foreignNames: readonly string[] = [...dataSetNames, ...dataSetNames.map((name) => `${name}-inverted`)];

/** The data set that a name of `foreignNames` is made of, and whether it is inverted. */
export const foreignSource = (name: string): { readonly data: string; readonly inverted: boolean } => ({
  data: name.replace(INVERTED, ""),
  inverted: INVERTED.test(name),
});

/**
 * Digits for pictures, pictures for digits; both as they are and inverted, for a network may find white paper foreign rather
 * than what is on it.
 */
export function foreignTo(data: string): readonly string[] {
  const other = data === "mnist" || data === "fashion-mnist" ? "emoji" : "mnist";
  return [other, `${other}-inverted`];
}

/** The first `count` images; the set itself where it has no more. */
export const firstImages = (set: ImageSet, count = imageCount(set)): ImageSet =>
  count >= imageCount(set)
    ? set
    : subset(
        set,
        Int32Array.from({ length: count }, (_, row) => row),
      );
