import { type BootstrapOptions, type Interval, percentileInterval, resampled } from "./bootstrap.ts";
import type { RetrievalMetrics, RetrievalRanks } from "./retrieval.ts";

/** 95 % intervals of one way's metrics. */
export type RetrievalIntervals = Readonly<Record<Exclude<keyof RetrievalMetrics, "queries">, Interval>>;

const cutOffs = { recallAt1: 1, recallAt5: 5, recallAt10: 10 } as const;

/**
 * 95 % intervals of both ways of retrieval over the choice of the images: those that have texts are drawn anew, each with all of its
 * texts, which stand and fall together. What each query chooses from stays the same, and so do its ranks.
 * @param ranks of `retrievalRanks`
 * @param imageOf [M] as there
 * @example
 * const points = { images: Float32Array.of(1, 0, 0, 1), texts: Float32Array.of(0, 1, 1, 0), width: 2, imageOf: [1, 0] };
 * const { textToImage } = retrievalIntervals(retrievalRanks(points), points.imageOf, { resamples: 200 });
 * console.log(textToImage.recallAt1); // [1, 1]
 */
export function retrievalIntervals(
  { imageToText, textToImage }: RetrievalRanks,
  imageOf: ArrayLike<number>,
  options: BootstrapOptions = {},
): Readonly<Record<keyof RetrievalRanks, RetrievalIntervals>> {
  // Images without texts are no queries of either way.
  const queries = Int32Array.from(imageToText.keys()).filter((image) => !Number.isNaN(imageToText[image]));
  const place = new Int32Array(imageToText.length);
  for (const [at, image] of queries.entries()) place[image] = at;
  const ways = {
    imageToText: ofWay(
      Float64Array.from(queries, (image) => imageToText[image]),
      queries.map((_, at) => at),
      options,
    ),
    textToImage: ofWay(
      textToImage,
      Int32Array.from(imageOf, (image) => place[image]),
      options,
    ),
  };
  resampled(queries.length, options, (drawn, resample) => {
    const times = new Int32Array(queries.length);
    for (const at of drawn) times[at]++;
    for (const way of Object.values(ways)) way.count(times, resample);
  });
  return { imageToText: ways.imageToText.intervals(), textToImage: ways.textToImage.intervals() };
}

/** @param of [Q] which of the drawn each of the ranks [Q] belongs to */
function ofWay(ranks: Float64Array, of: Int32Array, { resamples = 1000 }: BootstrapOptions) {
  // From the best rank: shares and the middle are found by counting up to them.
  const order = Int32Array.from(ranks.keys()).sort((a, b) => ranks[a] - ranks[b]);
  const values = Object.fromEntries(
    [...Object.keys(cutOffs), "medianRank"].map((name) => [name, new Float64Array(resamples)]),
  ) as Record<keyof RetrievalIntervals, Float64Array>;
  return {
    /** @param times how often each was drawn */
    count(times: Int32Array, resample: number): void {
      let all = 0;
      for (const owner of of) all += times[owner];
      const [lower, upper] = [(all - 1) >> 1, all >> 1];
      const found = { recallAt1: 0, recallAt5: 0, recallAt10: 0 };
      let [seen, middle] = [0, 0];
      for (const query of order) {
        const many = times[of[query]];
        if (seen <= lower && lower < seen + many) middle += ranks[query];
        if (seen <= upper && upper < seen + many) middle += ranks[query];
        seen += many;
        for (const name of Object.keys(cutOffs) as (keyof typeof cutOffs)[])
          if (ranks[query] <= cutOffs[name]) found[name] += many;
      }
      for (const name of Object.keys(found) as (keyof typeof found)[]) values[name][resample] = found[name] / all;
      values.medianRank[resample] = middle / 2;
    },
    intervals: (): RetrievalIntervals =>
      Object.fromEntries(
        Object.entries(values).map(([name, own]) => [name, percentileInterval(own)]),
      ) as RetrievalIntervals,
  };
}
