import { type InBatchesOptions, inBatches, joinRows, type RowArray, type RowBatch } from "../../core/internal.ts";
import { gatherJson } from "./gather-json.ts";
import { type Group, shareOf } from "./group.ts";

/**
 * As `inBatches`, of one array: each rank computes its share of the batches, and all have the whole in the end; nothing where
 * there are no rows. Batches are the same whatever the number of ranks, so that the bytes are, too.
 */
export async function inSharedBatches(
  group: Group,
  options: InBatchesOptions,
  compute: (batch: RowBatch) => Promise<RowArray<Float32Array>>,
): Promise<RowArray<Float32Array> | undefined> {
  const { count, size, axis = 0, onProgress } = options;
  const whole = async (batch: RowBatch) => ({ whole: await compute(batch) });
  if (group.size === 1) return (await inBatches(options, whole)).whole;
  const batches = shareOf(group, Math.ceil(count / size));
  const [from, to] = [batches.from, batches.to].map((batch) => Math.min(batch * size, count));
  const { whole: own } = await inBatches(
    {
      count: to - from,
      size,
      axis,
      onProgress: onProgress && (({ done }) => onProgress({ done: Math.min(done * group.size, count), total: count })),
    },
    ({ rows, ...batch }) =>
      whole({ rows: rows.map((row) => from + row), from: from + batch.from, to: from + batch.to }),
  );
  return joinRows(await gathered(group, own), axis);
}

/** What each rank has, but those that have nothing. */
async function gathered(
  group: Group,
  own: RowArray<Float32Array> | undefined,
): Promise<readonly RowArray<Float32Array>[]> {
  const shapes = await gatherJson(group, own?.shape ?? null);
  const { buffer, byteOffset, byteLength } = own?.data ?? new Float32Array();
  const parts = await group.gather(new Uint8Array(buffer, byteOffset, byteLength));
  // Copied, as bytes need not lie where numbers may.
  return shapes.flatMap((shape, rank) =>
    shape ? [{ shape, data: new Float32Array(parts[rank].slice().buffer) }] : [],
  );
}
