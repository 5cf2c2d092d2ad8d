import { type ImageSet, imageCount, permutation, Random, subset } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import type { Benchmark, CorruptionPool, Severity } from "../corrupt/index.ts";
import type { StoredSet } from "../evaluate/index.ts";

/** Images of a sample, at most. */
const SAMPLE = 600;

type Cell = NonNullable<StoredSet["corruption"]>;

/**
 * Test images, always the same ones and none twice, each under one of the corruptions and severities in turn: a little of all
 * that must stay known, so that models that take long can be asked about it as they are about clean images.
 */
export async function corruptedSample(
  test: ImageSet,
  cells: readonly Cell[],
  pool: CorruptionPool,
  signal?: AbortSignal,
): Promise<ImageSet> {
  const rows = sampledRows(test);
  const parts = cells.map((_, c) => rows.filter((_, i) => i % cells.length === c));
  const made = await Promise.all(
    parts.map(async (own, c) => {
      if (own.length === 0) return new Uint8Array();
      const clean = subset(test, own);
      const { name, severity, benchmark } = cells[c];
      const options = { name, severity: severity as Severity, benchmark: benchmark as Benchmark, signal };
      return allBytes(await pool.corrupt({ ...clean, images: allBytes(clean) }, options));
    }),
  );
  return {
    ...subset(
      test,
      parts.flatMap((own) => [...own]),
      sampleName(test),
    ),
    images: new Uint8Array(Buffer.concat(made)),
  };
}

/** `cifar10/test/corrupted` */
export const sampleName = ({ name }: Pick<ImageSet, "name">): string => `${name}/corrupted`;

const sampledRows = (test: ImageSet): Int32Array =>
  permutation(imageCount(test), new Random("corrupted sample", test.name)).slice(0, SAMPLE);
