import { z } from "zod";
import { type DataSet, type ImageSet, imageCount, type Listener, type Random, UserError } from "../../core/index.ts";
import { runPaths } from "../../files/index.ts";
import { fingerprintOf, parseJson, readText, sha256 } from "../../files/internal.ts";
import { embedSet } from "../dual-encoder/embed-set.ts";
import { createEmbedder, type Embedder, loadDualEncoder } from "../dual-encoder/index.ts";
import { meanPoints } from "../dual-encoder/zero-shot.ts";
import { type NearestPairs, nearestPairs } from "./nearest-pairs.ts";
import type { ContrastiveRecord } from "./record.ts";
import { type LeftOutOfPool, leftOutInWords, type RetrievalPool, retrievalPool } from "./retrieval-pool.ts";

/** What a run keeps of its retrieved anchors. */
export interface RetrievedFacts {
  /** Of the pool. */
  readonly set: string;
  readonly images: number;
  readonly leftOut: LeftOutOfPool;
  readonly sha256: string;
  /** Of `retrieved.json`, where pairs are the nearest. */
  readonly nearest?: { readonly sha256: string; readonly meanCosine: number };
}

/** The pairs that are shown beside the training images (ARF, Han et al., CVPR 2024). */
export interface RetrievedAnchors {
  /** The training images, and behind them those of the pool. */
  readonly joined: ImageSet;
  /** Rows of `joined`: a pair of the pool for each of the training images at `rows`. */
  draw(rows: Int32Array, random: Random): Int32Array;
  readonly pool: ImageSet;
  readonly facts: RetrievedFacts;
  /** What `retrieved.json` holds, where pairs are the nearest. */
  readonly json?: string;
}

const storedSchema = z.object({
  neighbours: z.int().min(1),
  rows: z.array(z.int().min(0)),
  cosines: z.array(z.number()),
});

/**
 * Chooses the pairs of a pool for each training image: the k nearest under the weights that training starts from, found once and kept in
 * the run folder, or any.
 * @param found what a resumed run's folder holds (`readRetrieved`)
 * @throws UserError as `retrievalPool` and `nearestPairs` do, and where what was found is damaged
 */
export async function retrievedAnchors(
  { task, init, threads, device }: ContrastiveRecord["config"],
  dataSet: DataSet,
  given: ImageSet,
  { found, onNotice, ...listener }: Listener & { readonly found?: string } = {},
): Promise<RetrievedAnchors> {
  const pool = retrievalPool(given, dataSet);
  const left = leftOutInWords(pool);
  if (left) onNotice?.(left);
  const { train } = dataSet;
  const count = imageCount(train);
  const facts = {
    set: given.name,
    images: imageCount(pool.set),
    leftOut: pool.leftOut,
    sha256: fingerprintOf(pool.set),
  };
  const common = { joined: joinedWith(train, pool), pool: pool.set };
  if (task.retrieval === "random")
    return {
      ...common,
      facts,
      draw: (rows, random) => rows.map(() => count + random.integer(facts.images)),
    };
  const json = found ?? `${JSON.stringify(await search())}\n`;
  const { neighbours, rows: nearest, cosines } = parseJson(json, storedSchema, "retrieved.json");
  const meanCosine = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
  return {
    ...common,
    facts: { ...facts, nearest: { sha256: sha256(json), meanCosine } },
    json,
    draw: (rows, random) => rows.map((row) => count + nearest[row * neighbours + random.integer(neighbours)]),
  };

  async function search(): Promise<z.output<typeof storedSchema>> {
    const embedder = createEmbedder(loadDualEncoder(init!), { threads, device });
    try {
      const { rows, cosines } = await nearestIn(embedder, train, pool.set, task, listener);
      return { neighbours: task.retrievedNeighbours, rows: [...rows], cosines: [...cosines] };
    } finally {
      await embedder.dispose();
      listener.onProgress?.(undefined);
    }
  }
}

/** What a run folder holds of its retrieved anchors. @throws UserError where it is missing */
export const readRetrieved = (run: string): string =>
  readText(runPaths(run).retrieved, "copy it beside the run's weights");

async function nearestIn(
  embedder: Embedder,
  train: ImageSet,
  pool: ImageSet,
  { retrievalKey, retrievedNeighbours }: ContrastiveRecord["config"]["task"],
  listener: Listener,
): Promise<NearestPairs> {
  const width = embedder.encoder.embedding;
  const images = async (set: ImageSet) => ({ points: (await embedSet(embedder, set, listener)).data, width });
  const captions = async ({ captions = [] }: ImageSet) => ({
    points: meanPoints(await embedder.embedTexts(captions.flat(), listener), captions).data,
    width,
  });
  const keys = await (retrievalKey === "image" ? images : captions)(pool);
  return nearestPairs(await images(train), keys, retrievedNeighbours);
}

/** @throws UserError for images that stay on disk */
function joinedWith(train: ImageSet, { set }: RetrievalPool): ImageSet {
  const [own, others] = [train, set].map(({ name, images }) => {
    if (images instanceof Uint8Array) return images;
    throw new UserError(
      `task.pool: the images of ${name} stay on disk (data.stream); retrieved anchors take images in memory, of fewer or smaller ones`,
    );
  });
  const images = new Uint8Array(own.length + others.length);
  images.set(own);
  images.set(others, own.length);
  const { name, height, width, channels, classNames } = train;
  const labels = new Int32Array(imageCount(train) + imageCount(set));
  labels.set(train.labels);
  return { name, height, width, channels, classNames, images, labels };
}
