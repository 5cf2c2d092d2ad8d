import { type DataSet, type ImageSet, imageAt, imageCount, subset, UserError } from "../../core/index.ts";
import { sha256 } from "../../files/internal.ts";

/** Images of a pool that are left out, by the reason; an image counts at the first that holds. */
export interface LeftOutOfPool {
  /** Equal, pixel by pixel, to an image that is validated or tested on. */
  readonly heldOutImages: number;
  /** Of a concept that is validated or tested on: another drawing of it. */
  readonly heldOutConcepts: number;
  /** Equal to an image that is trained on. */
  readonly trainingImages: number;
  /** Equal to another image of the pool. */
  readonly twice: number;
}

/** Image-text pairs that anchors are retrieved from. */
export interface RetrievalPool {
  /** With captions. */
  readonly set: ImageSet;
  readonly leftOut: LeftOutOfPool;
}

/**
 * What of a pool may be retrieved: nothing that is validated or tested on, nothing that is trained on anyway, and nothing twice. Images are
 * compared by their pixels at the training's size, concepts by their names, where both sets have some.
 * @throws UserError for images of another shape, and where nothing is left
 */
export function retrievalPool(
  pool: ImageSet,
  { train, validation, test, shifts, heldOut = [] }: DataSet,
): RetrievalPool {
  for (const side of ["height", "width", "channels"] as const)
    if (pool[side] !== train[side])
      throw new UserError(
        `task.pool ${pool.name}: its images have ${side} ${pool[side]}, those of ${train.name} ${train[side]}; read both at one size`,
      );
  const unseen = [validation, test, ...shifts, ...heldOut];
  const heldOutImages = new Set(unseen.flatMap(fingerprintsOf));
  const heldOutConcepts = new Set(unseen.flatMap(conceptsOf));
  const trained = new Set(fingerprintsOf(train));
  const seen = new Set<string>();
  const concepts = conceptsOf(pool);
  const reasons: { readonly [Why in keyof LeftOutOfPool]: (print: string, row: number) => boolean } = {
    heldOutImages: (print) => heldOutImages.has(print),
    heldOutConcepts: (_, row) => heldOutConcepts.has(concepts[row]),
    trainingImages: (print) => trained.has(print),
    twice: (print) => seen.has(print),
  };
  const count = { heldOutImages: 0, heldOutConcepts: 0, trainingImages: 0, twice: 0 };
  const names = Object.keys(count) as (keyof LeftOutOfPool)[];
  const rows = fingerprintsOf(pool).flatMap((print, row) => {
    const why = names.find((name) => reasons[name](print, row));
    seen.add(print);
    if (why) count[why]++;
    return why ? [] : [row];
  });
  if (rows.length === 0)
    throw new UserError(
      `task.pool ${pool.name}: none of its ${imageCount(pool)} images is left (${inWords(count)}); take another pool`,
    );
  return { set: subset(pool, rows), leftOut: count };
}

/** What was left out of a pool, and why, in one line; nothing where it is whole. */
export function leftOutInWords({ set, leftOut }: RetrievalPool): string | undefined {
  const all = Object.values(leftOut).reduce((sum, count) => sum + count, imageCount(set));
  if (all === imageCount(set)) return undefined;
  return `the pool ${set.name}: ${imageCount(set)} of ${all} images (${inWords(leftOut)})`;
}

function inWords({ heldOutImages, heldOutConcepts, trainingImages, twice }: LeftOutOfPool): string {
  const reasons = {
    "validated or tested on": heldOutImages,
    "of concepts that are": heldOutConcepts,
    "trained on anyway": trainingImages,
    "there twice": twice,
  };
  const told = Object.entries(reasons).filter(([, count]) => count > 0);
  return told.map(([why, count]) => `${count} ${why}`).join(", ");
}

const fingerprintsOf = (set: ImageSet): string[] =>
  Array.from({ length: imageCount(set) }, (_, row) => sha256(imageAt(set, row)));

const conceptsOf = ({ concepts }: ImageSet): string[] =>
  concepts ? Array.from(concepts.index, (concept) => concepts.names[concept]) : [];
