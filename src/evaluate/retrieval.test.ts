import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { permutation, Random, UserError } from "../core/index.ts";
import { type RetrievalPoints, type RetrievalRanks, retrieval, retrievalRanks } from "./retrieval.ts";

/** From the definition, by a full matrix and a sort: the mean of the first and the last place that ties may have. */
function plainRanks({ images, texts, width, imageOf }: RetrievalPoints): RetrievalRanks {
  const [n, m] = [images.length / width, texts.length / width];
  const cosines = Array.from({ length: n }, (_, i) =>
    Array.from({ length: m }, (_, t) => {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += images[i * width + d] * texts[t * width + d];
      return sum;
    }),
  );
  const placeOf = (own: number, others: readonly number[]) => {
    const order = [...others, own].sort((a, b) => b - a);
    return (order.indexOf(own) + order.lastIndexOf(own)) / 2 + 1;
  };
  const rows = [...Array(n).keys()];
  const own = [...Array(m).keys()];
  return {
    textToImage: Float64Array.from(own, (t) =>
      placeOf(
        cosines[imageOf[t]][t],
        rows.filter((i) => i !== imageOf[t]).map((i) => cosines[i][t]),
      ),
    ),
    imageToText: Float64Array.from(rows, (i) => {
      const [mine, others] = [true, false].map((wanted) =>
        own.filter((t) => (imageOf[t] === i) === wanted).map((t) => cosines[i][t]),
      );
      return mine.length === 0 ? Number.NaN : placeOf(Math.max(...mine), others);
    }),
  };
}

/** Points of `width` numbers; of few directions, among which many are equal, or of any. */
function made(n: number, m: number, width: number, directions: number | "any", seed: number): RetrievalPoints {
  const random = new Random("retrieval", seed);
  const direction = () => {
    const values = Array.from({ length: width }, () => random.normal());
    return values.map((value) => value / Math.hypot(...values));
  };
  const known = directions === "any" ? [] : Array.from({ length: directions }, direction);
  const points = (count: number) =>
    Float32Array.from(
      Array.from({ length: count }, () =>
        known.length > 0 ? known[random.integer(known.length)] : direction(),
      ).flat(),
    );
  return {
    images: points(n),
    texts: points(m),
    width,
    imageOf: Int32Array.from({ length: m }, () => random.integer(n)),
  };
}

const sizes = {
  n: fc.integer({ min: 1, max: 12 }),
  m: fc.integer({ min: 1, max: 20 }),
  width: fc.integer({ min: 1, max: 4 }),
};
const any = fc
  .record({ ...sizes, directions: fc.constantFrom(1, 2, 3, "any" as const), seed: fc.nat() })
  .map(({ n, m, width, directions, seed }) => made(n, m, width, directions, seed));

test("ranks are those of a plain loop over all pairs, with and without ties", () => {
  fc.assert(
    fc.property(any, (points) => {
      expect(retrievalRanks(points)).toEqual(plainRanks(points));
    }),
  );
});

test("so they are across tiles, of odd sizes", () => {
  for (const directions of [40, "any"] as const) {
    const points = made(259, 1027, 3, directions, 1);
    expect(retrievalRanks(points)).toEqual(plainRanks(points));
  }
});

test("the order of images and texts changes nothing", () => {
  fc.assert(
    fc.property(any, fc.nat(), (points, seed) => {
      const { images, texts, width, imageOf } = points;
      const random = new Random("order", seed);
      const [i, t] = [images, texts].map((rows) => permutation(rows.length / width, random));
      const moved = (rows: typeof images, order: Int32Array) =>
        Float32Array.from([...order].flatMap((row) => [...rows.subarray(row * width, (row + 1) * width)]));
      const other = {
        ...{ images: moved(images, i), texts: moved(texts, t), width },
        imageOf: t.map((text) => i.indexOf(imageOf[text])),
      };
      expect(retrieval(other)).toEqual(retrieval(points));
      const [before, after] = [points, other].map(retrievalRanks);
      expect([...after.textToImage]).toEqual([...t].map((text) => before.textToImage[text]));
      expect([...after.imageToText]).toEqual([...i].map((image) => before.imageToText[image]));
    }),
  );
});

const at = (...degrees: number[]) =>
  Float64Array.from(degrees.flatMap((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]));

describe("by hand", () => {
  test("two captions of an image: the best counts; an image without any is but to be chosen", () => {
    // The text at 81 degrees is nearest to the second image, and of the first.
    const points = { images: at(0, 90, 70), texts: at(10, 81, 100), width: 2, imageOf: [0, 0, 1] };
    expect(retrievalRanks(points)).toEqual({
      imageToText: Float64Array.of(1, 2, Number.NaN),
      textToImage: Float64Array.of(1, 3, 1),
    });
  });

  test("recalls are shares of the queries; the median lies between two", () => {
    const count = 12;
    const angles = Array.from({ length: count }, (_, i) => 7 * i);
    // Text t lies at image 0's place but is of image t: its rank is t + 1.
    const points = { images: at(...angles), texts: at(...angles.map(() => 0)), width: 2, imageOf: [...angles.keys()] };
    expect(retrieval(points).textToImage).toEqual({
      ...{ queries: 12, recallAt1: 1 / 12, recallAt5: 5 / 12, recallAt10: 10 / 12, medianRank: 6.5 },
    });
    // All texts are equal: each image has the rank of chance.
    expect(retrieval(points).imageToText).toEqual({
      ...{ queries: 12, recallAt1: 0, recallAt5: 0, recallAt10: 1, medianRank: 6.5 },
    });
  });

  test("points that are all alike have the rank of chance; a pair alone is found", () => {
    const alike = { images: at(...Array<number>(9).fill(3)), texts: at(...Array<number>(9).fill(3)), width: 2 };
    const { imageToText, textToImage } = retrieval({ ...alike, imageOf: [...Array(9).keys()] });
    expect([imageToText.medianRank, textToImage.medianRank]).toEqual([5, 5]);
    expect([imageToText.recallAt1, textToImage.recallAt1]).toEqual([0, 0]);
    expect(retrieval({ images: at(0), texts: at(180), width: 2, imageOf: [0] }).textToImage.recallAt1).toBe(1);
  });

  test("images without texts are no queries", () => {
    const { imageToText } = retrieval({ images: at(0, 40, 90), texts: at(41), width: 2, imageOf: [1] });
    expect(imageToText).toEqual({ queries: 1, recallAt1: 1, recallAt5: 1, recallAt10: 1, medianRank: 1 });
  });
});

const right = { images: at(0, 90), texts: at(0, 90), width: 2, imageOf: [0, 1] as ArrayLike<number> };
test.each<[string, Partial<RetrievalPoints>, RegExp]>([
  ["half a point", { images: at(0).subarray(0, 1) }, /1 numbers of images are no points of 2/],
  ["no texts", { texts: new Float32Array(0), imageOf: [] }, /0 numbers of texts are no points of 2; give at least one/],
  ["no width", { width: 0 }, /are no points of 0/],
  [
    "a point of another length",
    { texts: Float32Array.of(1, 0, 2, 0) },
    /point 1 of the texts has length 2, not 1; divide/,
  ],
  [
    "a point that is not finite",
    { images: Float32Array.of(1, 0, Number.NaN, 0) },
    /point 1 of the images has length NaN/,
  ],
  ["too few rows of images", { imageOf: [0] }, /imageOf names 1 images; one is needed for each of the 2 texts/],
  ["an image that is not there", { imageOf: [0, 2] }, /imageOf\[1\] is 2; it must be a row of the images, 0 to 1/],
  ["half an image", { imageOf: [0.5, 1] }, /imageOf\[0\] is 0.5/],
])("%s is refused", (_, changes, message) => {
  expect(() => retrieval({ ...right, ...changes })).toThrow(UserError);
  expect(() => retrieval({ ...right, ...changes })).toThrow(message);
});
