import { type DataSet, type ImageSet, imageCount, permutation, Random, subset } from "../core/index.ts";
import { allBytes, joinCaptions } from "../core/internal.ts";

const SAMPLES_IN_DISTRIBUTION = 10;
const SAMPLES_OF_A_SHIFT = 6;

/** Rows drawn class by class, each class as often as the others, until there are `count` or no more. */
export function evenRows({ labels, classNames }: ImageSet, count: number, random: Random): Int32Array {
  const left = classNames.map((): number[] => []);
  for (const row of permutation(labels.length, random)) left[labels[row]].push(row);
  const chosen: number[] = [];
  const most = Math.min(count, labels.length);
  // Which classes come first is drawn too, for where there are more of them than rows.
  const order = permutation(classNames.length, random);
  while (chosen.length < most)
    for (const label of order) if (left[label].length > 0 && chosen.length < most) chosen.push(left[label].pop()!);
  return Int32Array.from(chosen);
}

export interface ChosenImages {
  readonly set: ImageSet;
  /** [N] name of the image set that each is from. */
  readonly from: readonly string[];
}

/** Pictures to begin with: of the test set, and of sets under shift. Drawn, not picked. */
export function sampleImages({ test, shifts }: DataSet): ChosenImages {
  const parts = [
    { set: test, count: SAMPLES_IN_DISTRIBUTION },
    ...shifts.slice(0, 2).map((set) => ({ set, count: SAMPLES_OF_A_SHIFT })),
  ].map(({ set, count }) => subset(set, evenRows(set, count, new Random("demo samples", set.name)).sort()));
  const [first] = parts;
  const bytes = parts.reduce((sum, { images }) => sum + images.length, 0);
  const images = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    images.set(allBytes(part), at);
    at += part.images.length;
  }
  return {
    set: {
      ...first,
      name: "samples",
      images,
      labels: Int32Array.from(parts.flatMap(({ labels }) => [...labels])),
      domains: undefined,
      concepts: undefined,
      captions: joinCaptions(parts),
      boxes: undefined,
      source: undefined,
    },
    from: parts.flatMap((part) => Array.from({ length: imageCount(part) }, () => part.name)),
  };
}
