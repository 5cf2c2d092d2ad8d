import { availableParallelism } from "node:os";
import { UserError } from "../../core/index.ts";
import { inParallel } from "../../core/internal.ts";
import { decodeLetterboxed, detectionDataTable, inPicture, type Letterboxed } from "../../data/index.ts";
import type { DetectionRecord, DetectorOptions } from "../../train/index.ts";
import { loadDetector } from "../../train/index.ts";
import type { Source } from "../image-sources.ts";

/** An object on a picture, in the picture's own pixels. */
export interface FoundObject {
  readonly class: string;
  /** 0 to 1. */
  readonly score: number;
  /** x, y, width, height; x and y are of the upper left corner. */
  readonly box: readonly [number, number, number, number];
  /** Of anchored detectors: standard deviations over references, of the score and of left, upper, right and lower side in pixels. */
  readonly scoreDeviation?: number;
  readonly sideDeviation?: readonly [number, number, number, number];
}

export interface OpenDetectorOptions extends DetectorOptions {
  /** References behind each answer; all that the run keeps where absent. */
  readonly k?: number;
  /** Objects of a lower score are left out; 0.3 where absent. */
  readonly minScore?: number;
}

/** A detector that is shown pictures of any size. */
export interface OpenedDetector {
  readonly record: DetectionRecord;
  /** Pictures as the network sees them; one that cannot be read is its `UserError` instead. */
  read(sources: readonly Source[]): Promise<(Letterboxed | UserError)[]>;
  /** What is found on each, the surest first. */
  find(pictures: readonly Letterboxed[]): Promise<FoundObject[][]>;
  dispose(): Promise<void>;
}

const GREY = 127;
const LEAST_SHOWN = 0.3;

/**
 * Opens the run folder of a detector. Pictures are put whole into a square of the run's image size.
 * @throws UserError where the folder or its checkpoint is missing, damaged or of another task
 * @example
 * const detector = openDetector("runs/scenes");
 * const read = await detector.read([{ name: "street.jpg" }]);
 */
export function openDetector(
  run: string,
  { k, minScore = LEAST_SHOWN, ...options }: OpenDetectorOptions = {},
): OpenedDetector {
  const detector = loadDetector(run, options);
  const { record } = detector;
  const { height, width, channels, classNames, name } = record.data;
  const { background = GREY } = (detectionDataTable as Record<string, { background: number }>)[name] ?? {};
  return {
    record,
    async read(sources) {
      const read = new Array<Letterboxed | UserError>(sources.length);
      await inParallel(sources, 2 * availableParallelism(), async (source, i) => {
        try {
          const options = { channels, background, name: source.name };
          read[i] = await decodeLetterboxed(source.bytes ?? source.name, height, options);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          read[i] = error;
        }
      });
      return read;
    },
    async find(pictures) {
      const images = Buffer.concat(pictures.map(({ pixels }) => pixels));
      const labels = new Int32Array(pictures.length).fill(-1);
      const set = { name: "pictures", height, width, channels, images: new Uint8Array(images), labels };
      const found = await detector.detect(set, { k, minScore });
      const { first, boxes, index, score, scoreDeviation, sideDeviation } = found;
      return pictures.map(({ frame }, row) =>
        Array.from({ length: first[row + 1] - first[row] }, (_, i) => first[row] + i).flatMap((at): FoundObject[] => {
          const four = (values: Float64Array) =>
            [...values.subarray(4 * at, 4 * at + 4)] as [number, number, number, number];
          const box = inPicture(four(boxes), frame);
          if (!box) return [];
          const sides = sideDeviation && four(sideDeviation);
          return [
            {
              class: classNames[index[at]],
              score: score[at],
              box,
              ...(scoreDeviation && { scoreDeviation: scoreDeviation[at] }),
              ...(sides && {
                sideDeviation: [
                  sides[0] / frame.across,
                  sides[1] / frame.down,
                  sides[2] / frame.across,
                  sides[3] / frame.down,
                ] as const,
              }),
            },
          ];
        }),
      );
    },
    dispose: () => detector.dispose(),
  };
}
