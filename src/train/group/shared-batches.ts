import { HostArray, sizeOf } from "../../core/index.ts";
import { type InBatchesOptions, inBatches, type RowBatch } from "../../core/internal.ts";
import { type Group, shareOf } from "./group.ts";

/**
 * As `inBatches`, of one array: each rank computes its share of the batches, and all have the whole in the end; nothing where
 * there are no rows. Batches are the same whatever the number of ranks, so that the bytes are, too.
 */
export async function inSharedBatches(
  group: Group,
  options: InBatchesOptions,
  compute: (batch: RowBatch) => Promise<HostArray<"float32">>,
): Promise<HostArray<"float32"> | undefined> {
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
  return joined(await gathered(group, own), axis);
}

/** What each rank has, but those that have nothing. */
async function gathered(group: Group, own: HostArray<"float32"> | undefined): Promise<HostArray<"float32">[]> {
  const shapes = await group.gather(new TextEncoder().encode(JSON.stringify(own?.shape ?? null)));
  const { buffer, byteOffset, byteLength } = own?.data ?? new Float32Array();
  const parts = await group.gather(new Uint8Array(buffer, byteOffset, byteLength));
  return shapes.flatMap((bytes, rank) => {
    const shape: number[] | null = JSON.parse(new TextDecoder().decode(bytes));
    // Copied, as bytes need not lie where numbers may.
    return shape ? [HostArray.float32(shape, new Float32Array(parts[rank].slice().buffer))] : [];
  });
}

/** One after the other along an axis. */
function joined(parts: readonly HostArray<"float32">[], axis: number): HostArray<"float32"> | undefined {
  if (parts.length === 0) return undefined;
  const [{ shape }] = parts;
  const outer = sizeOf(shape.slice(0, axis));
  const whole = HostArray.zeros(
    shape.with(
      axis,
      parts.reduce((sum, part) => sum + part.shape[axis], 0),
    ),
  );
  let at = 0;
  for (let i = 0; i < outer; i++)
    for (const { data } of parts) {
      const length = data.length / outer;
      whole.data.set(data.subarray(i * length, (i + 1) * length), at);
      at += length;
    }
  return whole;
}
