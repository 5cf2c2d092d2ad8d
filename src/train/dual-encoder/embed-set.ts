import { HostArray, type ImageSet, imageAt, imageCount, type Listener, reporter } from "../../core/index.ts";
import { inBatches } from "../../core/internal.ts";
import type { Embedder } from "./embedder.ts";

/** Images that are read at once. */
const CHUNK = 128;

/**
 * Points [N, d] of length 1 of the images of a set, or of those at `rows`, a few read at a time.
 * @throws the reason of the signal, where that ends it
 */
export async function embedSet(
  { encoder, embedImages }: Pick<Embedder, "encoder" | "embedImages">,
  set: ImageSet,
  listener: Pick<Listener, "onProgress" | "signal"> = {},
  rows?: ArrayLike<number>,
): Promise<HostArray<"float32">> {
  const count = rows?.length ?? imageCount(set);
  const size = Math.min(CHUNK, count);
  const onProgress = reporter(listener, `embedding ${set.name}`, "images");
  const { points = HostArray.zeros([0, encoder.embedding]) } = await inBatches(
    { count, size, onProgress },
    async ({ rows: places }) => ({
      points: await embedImages(Array.from(places, (place) => imageAt(set, rows ? rows[place] : place))),
    }),
  );
  return points as HostArray<"float32">;
}
