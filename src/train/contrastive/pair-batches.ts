import type { Batch, DataSet } from "../../core/index.ts";
import type { TextTokenizer } from "../../data/index.ts";
import type { RunConfig } from "../../run/index.ts";
import { type BatchParts, exampleBatches, imageSource } from "../batches.ts";
import type { TrainBatches } from "../training.ts";
import { type PairTexts, tokensOf } from "./pair-texts.ts";

export interface PairParts extends BatchParts {
  readonly texts: PairTexts;
  /** Of caption anchors: a second text of each image, `captions` among the inputs [N, T]. */
  readonly captions?: PairTexts;
  readonly tokenizer: TextTokenizer;
  /** Tokens of a text. */
  readonly context: number;
}

/** Batches of images and a text of each: `tokens` among the inputs [N, T]; the target is the pair's class. */
export function pairBatches(
  config: RunConfig,
  dataSet: DataSet,
  { texts, captions, tokenizer, context, ...parts }: PairParts,
): TrainBatches {
  const images = imageSource(config, dataSet, parts);
  const { labels } = dataSet.train;
  const draw = tokensOf(texts, tokenizer, context);
  const drawCaptions = captions && tokensOf(captions, tokenizer, context);
  const withClasses = (batch: Batch, rows: Int32Array): Batch => ({
    ...batch,
    targets: Float32Array.from(rows, (row) => labels[row]),
  });
  return exampleBatches(
    config,
    {
      count: images.count,
      shape: { ...images.shape, targetSize: 1 },
      make: async (task) => withClasses(await images.make(task), Int32Array.from(task.rows)),
      plain: (rows) => withClasses(images.plain(rows), rows),
      others: (rows, random) => ({
        tokens: draw(rows, random),
        ...(drawCaptions && { captions: drawCaptions(rows, random) }),
      }),
      get ahead() {
        return images.ahead;
      },
      stepTook: images.stepTook,
      close: images.close,
    },
    parts,
  );
}
