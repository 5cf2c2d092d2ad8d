import { UserError } from "../core/index.ts";
import { innerProducts, type NumberRows } from "./feature-scores/index.ts";

/** Images and texts as points of length 1 in one space, as a dual encoder gives them. */
export interface RetrievalPoints {
  /** [N × D], row-major */
  readonly images: NumberRows;
  /** [M × D], row-major */
  readonly texts: NumberRows;
  /** D */
  readonly width: number;
  /** [M] the row of the image that each text is of; an image may have several texts, or none. */
  readonly imageOf: ArrayLike<number>;
}

/** Where what belongs to a query stands among all that it is compared with, from 1; `k` + ½ where ties are odd. */
export interface RetrievalRanks {
  /** [N] of each image the place of its best text among the texts of others; NaN for an image without texts. */
  readonly imageToText: Float64Array;
  /** [M] of each text the place of its image among all images. */
  readonly textToImage: Float64Array;
}

/** One way of retrieval. */
export interface RetrievalMetrics {
  /** Images, or texts, that something was sought for. */
  readonly queries: number;
  /** Share of the queries whose rank is at most 1, 5, 10. */
  readonly recallAt1: number;
  readonly recallAt5: number;
  readonly recallAt10: number;
  /** The mean of the two in the middle where the queries are even in number. */
  readonly medianRank: number;
}

export interface Retrieval {
  readonly imageToText: RetrievalMetrics;
  readonly textToImage: RetrievalMetrics;
}

/** Rows that are multiplied at once: 2 MB of products, whatever N and M are. */
const [TILE_IMAGES, TILE_TEXTS] = [256, 1024];

/** How far from 1 the length of a point may be: float16 and bfloat16 round by less. */
const LENGTH_ERROR = 0.01;

/**
 * Recall at 1, 5 and 10 and the median rank of texts sought by images and of images sought by texts, by the cosine (Radford
 * et al. 2021, section 3.1; of several captions of an image the best counts, as on COCO and Flickr30k). Numbers depend on how
 * many there are to choose from: compare them on the same images and texts. Ties as `retrievalRanks` has them.
 * @throws UserError as `retrievalRanks`
 * @example
 * const { textToImage } = retrieval({ images: Float32Array.of(1, 0, 0, 1), texts: Float32Array.of(0, 1), width: 2, imageOf: [1] });
 * console.log(textToImage.recallAt1); // 1: the text is of the second image, whose point is its own
 */
export function retrieval(points: RetrievalPoints): Retrieval {
  const { imageToText, textToImage } = retrievalRanks(points);
  return { imageToText: metricsOf(imageToText), textToImage: metricsOf(textToImage) };
}

/**
 * The ranks of which recalls are made, e.g. for intervals over queries. Another that is as near as the right one counts half a
 * place, the mean over all orders of the equal (the "realistic" rank of Berrendorf et al. 2020): points that are all alike have
 * the rank of chance, and no order of the rows changes anything. So texts that are the same word by word but of different
 * images cost each other half a place. In float64; memory holds no N × M matrix.
 * @throws UserError for arrays that do not fit, points that are not of length 1 (within 0.01), and texts of no image
 * @example
 * const points = { images: Float32Array.of(1, 0, 0, 1), texts: Float32Array.of(1, 0, 1, 0), width: 2, imageOf: [0, 1] };
 * console.log(retrievalRanks(points).textToImage); // 1, 2
 */
export function retrievalRanks(points: RetrievalPoints): RetrievalRanks {
  const { images, texts, width, imageOf } = points;
  checkPoints(points);
  const [imageCount, textCount] = [images.length / width, texts.length / width];
  // Of each text the cosine with its image, of each image that with its nearest text.
  const own = Float64Array.from(
    imageOf,
    (image, text) => innerProducts(rowsAt(images, image), rowsAt(texts, text), width)[0],
  );
  const best = new Float64Array(imageCount).fill(Number.NaN);
  for (const [text, cosine] of own.entries()) {
    const image = imageOf[text];
    if (!(best[image] >= cosine)) best[image] = cosine;
  }
  const textToImage = new Float64Array(textCount).fill(1);
  const imageToText = best.map((cosine) => (Number.isNaN(cosine) ? cosine : 1));
  for (let i = 0; i < imageCount; i += TILE_IMAGES) {
    const imageEnd = Math.min(i + TILE_IMAGES, imageCount);
    const imageTile = rowsAt(images, i, imageEnd);
    for (let t = 0; t < textCount; t += TILE_TEXTS) {
      const textEnd = Math.min(t + TILE_TEXTS, textCount);
      const cosines = innerProducts(imageTile, rowsAt(texts, t, textEnd), width);
      for (let image = i, at = 0; image < imageEnd; image++)
        for (let text = t; text < textEnd; text++, at++) {
          if (imageOf[text] === image) continue;
          const cosine = cosines[at];
          if (cosine >= own[text]) textToImage[text] += cosine > own[text] ? 1 : 0.5;
          if (cosine >= best[image]) imageToText[image] += cosine > best[image] ? 1 : 0.5;
        }
    }
  }
  return { imageToText, textToImage };

  /** In float64, in which all products are taken: equal points are equally near to any. */
  function rowsAt(rows: NumberRows, from: number, to = from + 1): Float64Array {
    return Float64Array.from(rows.subarray(from * width, to * width));
  }
}

function metricsOf(ranks: Float64Array): RetrievalMetrics {
  const sorted = ranks.filter((rank) => !Number.isNaN(rank)).sort();
  const queries = sorted.length;
  const recallAt = (k: number) => sorted.filter((rank) => rank <= k).length / queries;
  const medianRank = (sorted[(queries - 1) >> 1] + sorted[queries >> 1]) / 2;
  return { queries, recallAt1: recallAt(1), recallAt5: recallAt(5), recallAt10: recallAt(10), medianRank };
}

function checkPoints({ images, texts, width, imageOf }: RetrievalPoints): void {
  for (const [what, rows] of Object.entries({ images, texts })) {
    if (!(Number.isInteger(width) && width >= 1 && rows.length > 0 && rows.length % width === 0))
      throw new UserError(
        `retrieval: ${rows.length} numbers of ${what} are no points of ${width}; give at least one, each whole`,
      );
    for (let row = 0; row * width < rows.length; row++) {
      let square = 0;
      for (let at = row * width; at < (row + 1) * width; at++) square += rows[at] ** 2;
      const length = Math.sqrt(square);
      if (!(Math.abs(length - 1) <= LENGTH_ERROR))
        throw new UserError(
          `retrieval: point ${row} of the ${what} has length ${length}, not 1; divide it by its length`,
        );
    }
  }
  const [imageCount, textCount] = [images.length / width, texts.length / width];
  if (imageOf.length !== textCount)
    throw new UserError(
      `retrieval: imageOf names ${imageOf.length} images; one is needed for each of the ${textCount} texts`,
    );
  for (let text = 0; text < textCount; text++)
    if (!(Number.isInteger(imageOf[text]) && imageOf[text] >= 0 && imageOf[text] < imageCount))
      throw new UserError(
        `retrieval: imageOf[${text}] is ${imageOf[text]}; it must be a row of the images, 0 to ${imageCount - 1}`,
      );
}
