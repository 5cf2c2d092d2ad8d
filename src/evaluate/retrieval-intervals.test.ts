import { expect, test } from "vitest";
import { Random } from "../core/index.ts";
import { percentileInterval, resampled } from "./bootstrap.ts";
import type { RetrievalRanks } from "./retrieval.ts";
import { retrievalIntervals } from "./retrieval-intervals.ts";

/** Ranks of 30 images, one without texts, of which each third has two. */
function made(): { ranks: RetrievalRanks; imageOf: number[] } {
  const random = new Random("retrieval intervals");
  const imageOf = [...Array(30).keys()].flatMap((image) =>
    image === 7 ? [] : image % 3 === 0 ? [image, image] : [image],
  );
  const rank = () => 1 + random.integer(30) / 2;
  return {
    ranks: {
      imageToText: Float64Array.from({ length: 30 }, (_, image) => (image === 7 ? Number.NaN : rank())),
      textToImage: Float64Array.from(imageOf, rank),
    },
    imageOf,
  };
}

test("are those of lists of ranks, drawn image by image with their texts", () => {
  const { ranks, imageOf } = made();
  const options = { resamples: 150, seed: 3 };
  const images = [...Array(30).keys()].filter((image) => image !== 7);
  const lists: Record<keyof RetrievalRanks, number[][]> = { imageToText: [], textToImage: [] };
  resampled(images.length, options, (drawn) => {
    lists.imageToText.push(Array.from(drawn, (at) => ranks.imageToText[images[at]]));
    lists.textToImage.push(
      Array.from(drawn, (at) =>
        imageOf.flatMap((image, text) => (image === images[at] ? [ranks.textToImage[text]] : [])),
      ).flat(),
    );
  });
  const found = retrievalIntervals(ranks, imageOf, options);
  for (const way of ["imageToText", "textToImage"] as const) {
    const interval = (of: (sorted: number[]) => number) =>
      percentileInterval(Float64Array.from(lists[way], (list) => of([...list].sort((a, b) => a - b))));
    const share = (k: number) => interval((list) => list.filter((rank) => rank <= k).length / list.length);
    expect(found[way]).toEqual({
      ...{ recallAt1: share(1), recallAt5: share(5), recallAt10: share(10) },
      medianRank: interval((list) => (list[(list.length - 1) >> 1] + list[list.length >> 1]) / 2),
    });
    expect(found[way].recallAt5[0]).toBeLessThan(found[way].recallAt5[1]);
  }
});
