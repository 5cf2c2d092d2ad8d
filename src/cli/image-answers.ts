import { type Listener, UserError } from "../core/index.ts";
import { type Source, sourcesOf } from "../export/index.ts";
import { dataProgress, noteTo } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

/** Images of which one batch is predicted while the next is read. */
const AT_ONCE = 64;

/** A source and its pixels [H × W × C]. */
export interface ReadImage {
  readonly source: Source;
  readonly image: Uint8Array;
}

/** Reads images as a model sees them; one that cannot be read is its error instead. */
export type ReadAll = (sources: readonly Source[]) => Promise<readonly (Uint8Array | UserError)[]>;

/**
 * Prints what a model answers for the images of files and folders, in order; a file that is none is named, and the others
 * go on.
 * @param answer a line for each image
 * @returns the exit code
 */
export async function answerImages(
  terminal: Terminal,
  paths: readonly string[],
  readAll: ReadAll,
  answer: (images: readonly ReadImage[]) => Promise<readonly string[]>,
  { signal }: Pick<Listener, "signal">,
): Promise<number> {
  // On a terminal the answers themselves show how far it is.
  const progress = process.stdout.isTTY ? undefined : dataProgress(terminal);
  let failed = 0;
  try {
    const sources = await sourcesOf(paths, terminal.input);
    const batches = Array.from({ length: Math.ceil(sources.length / AT_ONCE) }, (_, i) =>
      sources.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
    );
    let next = readAll(batches[0]);
    for (const [i, batch] of batches.entries()) {
      signal?.throwIfAborted();
      const decoded = await next;
      if (i + 1 < batches.length) next = readAll(batches[i + 1]);
      const read = batch.map((source, at) => ({ source, image: decoded[at] }));
      const good = read.filter((one): one is ReadImage => one.image instanceof Uint8Array);
      const lines = good.length > 0 ? await answer(good) : [];
      for (const { image } of read) if (image instanceof UserError) noteTo(terminal)(`anchored: ${image.message}`);
      failed += read.length - good.length;
      for (const line of lines) terminal.out(line);
      const done = Math.min(sources.length, (i + 1) * AT_ONCE);
      if (batches.length > 1) progress?.update({ label: "predicting", done, total: sources.length, unit: "images" });
    }
    if (failed > 0 && sources.length > 1)
      terminal.note(`${failed} of ${sources.length} files could not be read as images`);
  } finally {
    progress?.stop();
  }
  return failed > 0 ? 2 : 0;
}
