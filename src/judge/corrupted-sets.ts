import { type ImageSet, imageCount, UserError } from "../core/index.ts";
import {
  CorruptionPool,
  corruptionSuite,
  type Image,
  type PublishedCorruption,
  type Severity,
  severities,
} from "../corrupt/index.ts";
import {
  benchmarkFor,
  CORRUPTIONS_VERSION,
  cifar10cMd5,
  corruptions,
  readFrostPhotographs,
  readPublished,
} from "../corrupt/internal.ts";
import type { StoredSet } from "../evaluate/index.ts";
import { sha256 } from "../files/internal.ts";
import { corruptedSample, sampleName } from "./corrupted-sample.ts";
import { firstImages } from "./image-sets.ts";
import { fingerprintOf } from "./open-run.ts";
import type { CorruptionOptions } from "./options.ts";

/** One corruption at one severity of a test set, whose images need not exist yet. */
export interface CorruptedSet {
  /** `cifar10/test/fog-3` */
  readonly set: string;
  readonly corruption: NonNullable<StoredSet["corruption"]>;
  readonly fingerprint: string;
}

export interface CorruptedSets {
  readonly cells: readonly CorruptedSet[];
  /** The photographs that were given. */
  readonly frost?: readonly Image[];
  /** The images of the given cells, in their order, at most two sets in memory. */
  images(
    cells: readonly CorruptedSet[],
    signal?: AbortSignal,
  ): AsyncGenerator<{ readonly cell: CorruptedSet; readonly set: ImageSet }>;
  /** Some of all cells in one set; not of published files, of which each would be read for a few images. */
  readonly sample?: {
    readonly set: string;
    readonly fingerprint: string;
    readonly images: (signal?: AbortSignal) => Promise<ImageSet>;
  };
  close(): Promise<void>;
}

export interface CorruptedSetsOptions extends CorruptionOptions {
  /** Threads that make images; a thread a core where absent. */
  readonly poolThreads?: number;
  /** One line that the user should see. */
  readonly onNotice?: (line: string) => void;
}

/**
 * The corruptions suite of a test set: made on the spot, or read from the published files.
 * @throws UserError for folders that lack what they should hold.
 */
export async function corruptedSets(whole: ImageSet, options: CorruptedSetsOptions): Promise<CorruptedSets> {
  const test = firstImages(whole, options.corruptCount);
  return options.published === undefined ? madeSets(test, whole, options) : publishedSets(whole, options);
}

const cellName = (test: ImageSet, name: string, severity: number) => `${test.name}/${name}-${severity}`;

async function madeSets(test: ImageSet, whole: ImageSet, options: CorruptedSetsOptions): Promise<CorruptedSets> {
  const { benchmark = benchmarkFor(test), frostDir } = options;
  const names = options.corruptions ?? corruptions.filter(({ suite }) => suite !== "own").map(({ name }) => name);
  const frost = frostDir && names.includes("frost") ? await readFrostPhotographs(frostDir) : undefined;
  const source = [fingerprintOf(test), benchmark, frost && frostFingerprint(frost), CORRUPTIONS_VERSION];
  const cells = names.flatMap((name) =>
    (options.severities ?? severities).map((severity): CorruptedSet => {
      const standIn = name === "frost" && !frost;
      return {
        set: cellName(test, name, severity),
        corruption: { name, severity, benchmark, ...(standIn && { standIn }) },
        fingerprint: sha256(JSON.stringify([...source, name, severity])),
      };
    }),
  );
  const pool = new CorruptionPool({ frost, threads: options.poolThreads });
  return {
    cells,
    frost,
    async *images(wanted, signal) {
      // The suite takes whole rows of severities; cells that are left over from an interrupted run form such rows too.
      for (const [name, group] of byCorruption(wanted)) {
        const levels = group.map(({ corruption }) => corruption.severity as Severity);
        const suite = corruptionSuite(test, pool, { corruptions: [name], severities: levels, benchmark, signal });
        let i = 0;
        for await (const { set } of suite) yield { cell: group[i++], set };
      }
    },
    sample: {
      set: sampleName(whole),
      fingerprint: sha256(JSON.stringify(["sample", fingerprintOf(whole), ...cells.map((cell) => cell.fingerprint)])),
      images: (signal) =>
        corruptedSample(
          whole,
          cells.map(({ corruption }) => corruption),
          pool,
          signal,
        ),
    },
    close: () => pool.destroy(),
  };
}

function byCorruption(cells: readonly CorruptedSet[]): Map<string, CorruptedSet[]> {
  const groups = new Map<string, CorruptedSet[]>();
  for (const cell of cells) groups.set(cell.corruption.name, [...(groups.get(cell.corruption.name) ?? []), cell]);
  return groups;
}

const frostFingerprint = (photographs: readonly Image[]): string => sha256(...photographs.map(({ data }) => data));

async function publishedSets(test: ImageSet, options: CorruptedSetsOptions): Promise<CorruptedSets> {
  const { published: folder, corruptCount } = options;
  const names =
    options.corruptions ??
    corruptions.filter(({ suite }) => suite === "c" || suite === "c-extra").map(({ name }) => name);
  let open: { name: string; file: PublishedCorruption } | undefined;
  const { classNames, labels } = test;
  // CIFAR-100-C's files have the same names and other sums, which are not known here.
  const md5 = test.name.startsWith("cifar10/") ? cifar10cMd5 : {};
  const read = (name: string, severity: Severity): ImageSet => {
    if (open?.name !== name) {
      open = { name, file: readPublished(folder!, name, { classNames, labels, md5 }) };
      if (!open.file.verified) options.onNotice?.(`${folder}: no checksum of ${name} is known; read unverified`);
    }
    const set = open.file.at(severity);
    const fits = set.height === test.height && set.width === test.width;
    if (!fits || imageCount(set) !== imageCount(test))
      throw new UserError(
        `${folder}: ${imageCount(set)} images of ${set.width}×${set.height} a severity, but ${test.name} has ${imageCount(test)} of ${test.width}×${test.height}; these files belong to another data set`,
      );
    return firstImages(set, corruptCount);
  };
  const cells = names.flatMap((name) =>
    (options.severities ?? severities).map(
      (severity): CorruptedSet => ({
        set: cellName(test, name, severity),
        corruption: { name, severity, benchmark: "published" },
        // Which file it was is known by its content, and that only once it is read; its checksum is verified then.
        fingerprint: JSON.stringify(["published", name, severity, corruptCount ?? "all"]),
      }),
    ),
  );
  return {
    cells,
    async *images(wanted, signal) {
      for (const cell of wanted) {
        signal?.throwIfAborted();
        yield { cell, set: read(cell.corruption.name, cell.corruption.severity as Severity) };
      }
    },
    close: async () => {
      open = undefined;
    },
  };
}
