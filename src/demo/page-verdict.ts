import { type DataSet, type ImageSet, subset, UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { thresholdKeeping } from "../evaluate/internal.ts";
import { bankRows, type RunVerdict, runVerdict } from "../judge/internal.ts";
import type { LoadedRun } from "../train/index.ts";
import type { VerdictEntry } from "../web/manifest.ts";

const KEEPS = 0.95;
/** Training pictures, and validation pictures, that it is fitted on, at most: a page is to be written in seconds. */
const FITTED_ON = 500;
/** Bytes of the training pictures on the page, and how many there are, at most. */
const NEAREST_BYTES = 2 ** 20;
const NEAREST_IMAGES = 500;

/** How many training pictures of a size a page keeps. */
export const nearestCount = ({ height, width, channels }: Pick<ImageSet, "height" | "width" | "channels">): number =>
  Math.max(16, Math.min(NEAREST_IMAGES, Math.floor(NEAREST_BYTES / (height * width * channels))));

/** Those of `pageVerdict`, in the order of its similarities. */
export function nearestPictures({ train }: Pick<DataSet, "train">): { images: Uint8Array; labels: number[] } {
  const chosen = subset(train, bankRows(train, nearestCount(train)));
  return { images: allBytes(chosen), labels: [...chosen.labels] };
}

interface Asked {
  readonly dataSet: DataSet;
  readonly k?: number;
  readonly nearest: number;
  readonly threads?: number;
  readonly onNotice?: (text: string) => void;
}

/** A verdict, and what the page is told of it. */
export interface PageVerdict {
  readonly made: RunVerdict;
  readonly entry: VerdictEntry;
}

/** The smaller of the z-scores of entropy and Mahalanobis++; `undefined`, with a notice, where it cannot be fitted. */
export async function pageVerdict(
  loaded: LoadedRun,
  { dataSet, nearest, k, threads, onNotice }: Asked,
): Promise<PageVerdict | undefined> {
  try {
    const made = await runVerdict(loaded, dataSet, { score: "combination", nearest, images: FITTED_ON, k, threads });
    const { fitted, validation } = made;
    const threshold = thresholdKeeping(fitted.known, KEEPS);
    return {
      made,
      entry: { parts: fitted.parts, threshold, keeps: KEEPS, validationImages: validation.images },
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    onNotice?.(`the page does not tell known from foreign pictures: ${error.message}`);
    return undefined;
  }
}
