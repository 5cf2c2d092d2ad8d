import { sizeOf } from "./host-array.ts";

/** An array of a batch's rows: one of its axes is that of the rows, the others are the same in every batch. */
export interface RowArray<Data extends RowData = RowData> {
  readonly shape: readonly number[];
  readonly data: Data;
}

type RowData = Float32Array | Float64Array | Int32Array | Uint8Array | BigInt64Array | string[];

export interface RowBatch {
  /** [size] rows of the whole; where the last batch has fewer, its last row is repeated. */
  readonly rows: Int32Array;
  /** The rows are those from here to `to`, exclusive, then repetitions. */
  readonly from: number;
  readonly to: number;
}

export interface InBatchesOptions {
  /** N, rows in all. */
  readonly count: number;
  /** Rows of a batch. */
  readonly size: number;
  /** Which axis of all results is that of the rows. Default 0. */
  readonly axis?: number;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/**
 * Computes arrays of N rows batch by batch and joins them, by name: [..., N, ...] of arrays [..., B, ...], whose rows beyond
 * the filled ones are left out. Without rows nothing is computed, and no array is there.
 */
export async function inBatches<Results extends { readonly [Name in keyof Results]: RowArray }>(
  { count, size, axis = 0, onProgress }: InBatchesOptions,
  compute: (batch: RowBatch) => Promise<Results>,
): Promise<Partial<Results>> {
  const joined: Record<string, RowArray> = {};
  for (let from = 0; from < count; from += size) {
    const to = Math.min(from + size, count);
    const rows = Int32Array.from({ length: size }, (_, i) => Math.min(from + i, to - 1));
    for (const [name, part] of Object.entries<RowArray>(await compute({ rows, from, to }))) {
      joined[name] ??= emptyLike(part, part.shape.with(axis, count));
      copyRows(part, joined[name], { axis, from, to });
    }
    onProgress?.({ done: to, total: count });
  }
  return joined as Partial<Results>;
}

/** Arrays one after the other along the axis of their rows; nothing where there are none. */
export function joinRows<Data extends RowData>(parts: readonly RowArray<Data>[], axis = 0): RowArray<Data> | undefined {
  if (parts.length === 0) return undefined;
  const count = parts.reduce((sum, { shape }) => sum + shape[axis], 0);
  const whole = emptyLike(parts[0], parts[0].shape.with(axis, count));
  let from = 0;
  for (const part of parts) {
    const to = from + part.shape[axis];
    copyRows(part, whole, { axis, from, to });
    from = to;
  }
  return whole;
}

function emptyLike<Data extends RowData>({ data }: RowArray<Data>, shape: readonly number[]): RowArray<Data> {
  const make = data.constructor as new (length: number) => Data;
  return { shape, data: new make(sizeOf(shape)) };
}

/** The first rows of a part become the rows `from` to `to`, exclusive, of the whole. */
function copyRows(
  part: RowArray,
  whole: RowArray,
  { axis, from, to }: { readonly axis: number; readonly from: number; readonly to: number },
): void {
  const inner = sizeOf(part.shape.slice(axis + 1));
  const [ofPart, ofWhole] = [part.shape[axis] * inner, whole.shape[axis] * inner];
  const length = (to - from) * inner;
  for (let outer = 0; outer < sizeOf(part.shape.slice(0, axis)); outer++) {
    const at = outer * ofWhole + from * inner;
    if (Array.isArray(part.data))
      for (let i = 0; i < length; i++) (whole.data as string[])[at + i] = part.data[outer * ofPart + i];
    else (whole.data as Float32Array).set(part.data.subarray(outer * ofPart, outer * ofPart + length) as never, at);
  }
}
