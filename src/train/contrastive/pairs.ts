import {
  type DataSet,
  type ImageSet,
  imageCount,
  type Listener,
  permutation,
  Random,
  UserError,
} from "../../core/index.ts";
import { joinedTexts, type PairTexts, pairTexts } from "./pair-texts.ts";
import type { ContrastiveRecord } from "./record.ts";
import { type RetrievedAnchors, retrievedAnchors } from "./retrieved-anchors.ts";

/** What a dual encoder is trained on. */
export interface Pairs {
  /** The training images and, behind them, those that are shown beside them. */
  readonly set: ImageSet;
  /** Training images N. */
  readonly count: number;
  /** Of the images of `set`. */
  readonly texts: PairTexts;
  /** Of caption anchors: second texts of the images of `set`. */
  readonly captions?: PairTexts;
  readonly retrieved?: RetrievedAnchors;
}

export interface PairsOptions extends Listener {
  /** Whose pairs are retrieved. */
  readonly pool?: ImageSet;
  /** What a resumed run's folder holds of them. */
  readonly found?: string;
}

/**
 * The training images with what is said of them, and the pairs that are shown beside them.
 * @throws UserError as `pairTexts` and `retrievedAnchors` do, and where there is no pool that there should be
 */
export async function pairsOf(
  config: ContrastiveRecord["config"],
  dataSet: DataSet,
  { pool, ...options }: PairsOptions,
): Promise<Pairs> {
  const { task, seed } = config;
  const { train } = dataSet;
  const own = pairTexts(train, task);
  const said = task.captionWeight > 0 ? pairTexts(train, { texts: "captions" }) : undefined;
  const captions = said && (task.captionsOf === "shuffled" ? shuffled(said, seed) : said);
  const count = imageCount(train);
  if (task.retrievedWeight === 0) return { set: train, count, texts: own, captions };
  if (!pool) throw new UserError("options.pool: task.retrievedWeight asks for a pool; give the images of task.pool");
  const retrieved = await retrievedAnchors(config, dataSet, pool, options);
  const ofPool = pairTexts(retrieved.pool, { texts: "captions" });
  return {
    set: retrieved.joined,
    count,
    texts: joinedTexts(own, ofPool),
    captions: captions && joinedTexts(captions, ofPool),
    retrieved,
  };
}

/** To each image the texts of another, always the same. */
function shuffled({ all, of }: PairTexts, seed: number): PairTexts {
  const order = permutation(of.length, new Random("captions of others", seed));
  const others = [...of];
  for (const [i, row] of order.entries()) others[row] = of[order[(i + 1) % order.length]];
  return { all, of: others };
}
