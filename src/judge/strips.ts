import { type ImageSet, imageAt } from "../core/index.ts";
import { type Benchmark, corruptImage, type Severity } from "../corrupt/index.ts";
import type { StripImages } from "../run/index.ts";
import { saveCorruptionStrips } from "../run/internal.ts";
import type { CorruptedSets } from "./corrupted-sets.ts";

/** The image that stands for the set: the first. */
const ROW = 0;

/** Saves what each corruption does to one test image, for the report. */
export async function saveStrips(run: string, test: ImageSet, { cells, frost }: CorruptedSets): Promise<void> {
  const { height, width, channels } = test;
  const clean = imageAt(test, ROW);
  const strips = new Map<string, { severities: number[]; images: Uint8Array[] }>();
  for (const { corruption } of cells) {
    if (corruption.benchmark === "published") continue;
    const strip = strips.get(corruption.name) ?? { severities: [], images: [clean] };
    const made = await corruptImage(
      { height, width, channels, data: clean },
      {
        name: corruption.name,
        severity: corruption.severity as Severity,
        index: ROW,
        benchmark: corruption.benchmark as Benchmark,
        resources: { frost },
      },
    );
    strip.severities.push(corruption.severity);
    strip.images.push(made.data);
    strips.set(corruption.name, strip);
  }
  const saved = [...strips].map(
    ([corruption, strip]): StripImages => ({ corruption, height, width, channels, ...strip }),
  );
  if (saved.length > 0) await saveCorruptionStrips(run, saved);
}
