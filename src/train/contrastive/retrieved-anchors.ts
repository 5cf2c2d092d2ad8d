import { readFileSync } from "node:fs";
import { z } from "zod";
import {
  type DataSet,
  type HostArray,
  type ImageSet,
  imageAt,
  imageCount,
  type Listener,
  type Random,
  reporter,
  UserError,
} from "../../core/index.ts";
import { inBatches } from "../../core/internal.ts";
import { runPaths } from "../../files/index.ts";
import { fingerprintOf, ofShape, readText, sha256 } from "../../files/internal.ts";
import { createEmbedder, type Embedder, loadDualEncoder } from "../dual-encoder/index.ts";
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

/** Images that are embedded at once. */
const CHUNK = 128;

const storedSchema = z.object({
  neighbours: z.int().min(1),
  rows: z.array(z.int().min(0)),
  cosines: z.array(z.number()),
});

/**
 * Chooses the pairs of a pool for each training image: the k nearest under the weights that training starts from, found once and kept in
 * the run folder, or any.
 * @param found what a resumed run's folder holds (`readRetrieved`)
 * @throws UserError as `retrievalPool` and `nearestPairs` do
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
  const { neighbours, rows: nearest, cosines } = ofShape(JSON.parse(json), storedSchema, "retrieved.json");
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

/** What a run folder holds of its retrieved anchors. @throws UserError where it is missing or damaged */
export function readRetrieved(run: string): string {
  const path = runPaths(run).retrieved;
  const text = readText(path, "copy it beside the run's weights");
  try {
    ofShape(JSON.parse(text), storedSchema, path);
  } catch (error) {
    throw error instanceof UserError ? error : new UserError(`${path}: not valid JSON; the file is damaged`);
  }
  return readFileSync(path, "utf8");
}

async function nearestIn(
  embedder: Embedder,
  train: ImageSet,
  pool: ImageSet,
  { retrievalKey, retrievedNeighbours }: ContrastiveRecord["config"]["task"],
  listener: Listener,
): Promise<NearestPairs> {
  const width = embedder.encoder.embedding;
  const images = async (set: ImageSet) => ({ points: (await imagePointsOf(embedder, set, listener)).data, width });
  const keys = retrievalKey === "image" ? await images(pool) : { points: await captionPointsOf(embedder, pool), width };
  return nearestPairs(await images(train), keys, retrievedNeighbours);
}

async function imagePointsOf(embedder: Embedder, set: ImageSet, listener: Listener): Promise<HostArray<"float32">> {
  const report = reporter(listener, `embedding ${set.name}`, "images");
  const size = Math.min(CHUNK, imageCount(set));
  const { points } = await inBatches({ count: imageCount(set), size, onProgress: report }, async ({ rows }) => ({
    points: await embedder.embedImages(Array.from(rows, (row) => imageAt(set, row))),
  }));
  return points as HostArray<"float32">;
}

/** [P · d] of each image the mean direction of its captions. */
async function captionPointsOf(embedder: Embedder, { captions = [] }: ImageSet): Promise<Float32Array> {
  const width = embedder.encoder.embedding;
  const { data } = await embedder.embedTexts(captions.flat());
  const means = new Float32Array(captions.length * width);
  let at = 0;
  for (const [row, { length }] of captions.entries()) {
    const mean = means.subarray(row * width, (row + 1) * width);
    for (let i = 0; i < length; i++, at++) for (let d = 0; d < width; d++) mean[d] += data[at * width + d];
    const norm = Math.hypot(...mean);
    for (let d = 0; d < width; d++) mean[d] /= norm;
  }
  return means;
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
