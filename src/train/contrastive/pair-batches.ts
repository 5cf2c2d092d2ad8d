import type { Batch, DataSet } from "../../core/index.ts";
import type { TextTokenizer } from "../../data/index.ts";
import type { RunConfig } from "../../run/index.ts";
import { type BatchParts, exampleBatches, imageSource } from "../batches.ts";
import type { TrainBatches } from "../training.ts";
import { tokensOf } from "./pair-texts.ts";
import type { Pairs } from "./pairs.ts";

export interface PairParts extends BatchParts {
  readonly pairs: Pairs;
  readonly tokenizer: TextTokenizer;
  /** Tokens of a text. */
  readonly context: number;
}

/**
 * Batches of images and a text of each: `tokens` among the inputs [N, T], of caption anchors `captions` beside them; the target is the
 * pair's class. Of retrieved anchors every second row is one's.
 */
export function pairBatches(
  config: RunConfig,
  { normalization }: Pick<DataSet, "normalization">,
  { pairs: { set, count, texts, captions, retrieved }, tokenizer, context, ...parts }: PairParts,
): TrainBatches {
  const images = imageSource(config, { train: set, normalization }, parts);
  const draw = tokensOf(texts, tokenizer, context);
  const drawCaptions = captions && tokensOf(captions, tokenizer, context);
  const withClasses = (batch: Batch, rows: Int32Array): Batch => ({
    ...batch,
    targets: Float32Array.from(rows, (row) => set.labels[row]),
  });
  return exampleBatches(
    config,
    {
      count,
      shape: { ...images.shape, targetSize: 1 },
      make: async (task) => withClasses(await images.make(task), Int32Array.from(task.rows)),
      plain: (rows) => withClasses(images.plain(rows), rows),
      ...(retrieved && { companions: retrieved.draw }),
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
