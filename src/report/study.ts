import { printable } from "../core/index.ts";
import {
  type Arm,
  type Correct,
  groupIntoArms,
  type Results,
  type StoredPredictions,
  type StoredSet,
} from "../evaluate/index.ts";
import { correctBySet } from "../evaluate/internal.ts";
import {
  type CorruptionStrips,
  type Gallery,
  type LogLine,
  loadPredictions,
  readGallery,
  readResults,
  storedSets,
} from "../run/index.ts";
import {
  readClassNames,
  readCorruptionStrips,
  readRunLog,
  readVerdictPictures,
  type VerdictPictures,
} from "../run/internal.ts";
import { type DrawnArm, drawnArm } from "./drawn-arm.ts";

/** One run as a report sees it: nothing but what lies in its folder. */
export interface ReportedRun {
  readonly results: Results;
  readonly log: readonly LogLine[];
  readonly gallery?: Gallery;
  readonly corruptionStrips?: CorruptionStrips;
  readonly verdictPictures?: VerdictPictures;
  /** Names of the classes, of runs that say them. */
  readonly classNames?: readonly string[];
  /** The image sets it has predicted with the weights that its results are of. */
  readonly stored: () => readonly StoredSet[];
  readonly load: (entry: StoredSet) => StoredPredictions;
  /** Which images it classifies right; reads all stored logits. */
  readonly correct: () => readonly Correct[];
  /** Of a study: what else its arm was asked with the same seed, by names, for `besideMeasure`. */
  readonly beside?: Readonly<Record<string, ReportedRun>>;
}

/** An arm with everything saved of its runs, and how it is drawn. */
export interface ReportedArm extends DrawnArm {
  readonly runs: readonly ReportedRun[];
}

/** All that one page compares. */
export interface ReportedStudy {
  readonly arms: readonly ReportedArm[];
  /** The arm that others are compared with: the first standard one, else the first. */
  readonly baseline: ReportedArm;
  /** Names of the labelled image sets, test before shift, in order of first appearance. */
  readonly sets: readonly { readonly set: string; readonly role: "test" | "shift" }[];
}

/**
 * Reads all that a report shows of a judged run.
 * @throws UserError where a folder lacks its results, or a file is damaged.
 * @example
 * const reported = readReportedRun(run);
 */
export function readReportedRun(run: string): ReportedRun {
  const results = readResults(run);
  const { weights } = results;
  const stored = once(() => storedSets(run).filter((entry) => entry.weights === weights));
  const load = ({ set, role }: StoredSet) => loadPredictions(run, set, weights, role);
  return {
    results,
    // Another program's logits come without a log, and so does an ensemble, whose members have theirs.
    log: results.external || results.members ? [] : readRunLog(run),
    gallery: printableNames(readGallery(run)),
    corruptionStrips: readCorruptionStrips(run),
    verdictPictures: printableAnswers(readVerdictPictures(run)),
    classNames: (readClassNames(run) ?? results.classNames)?.map(printable),
    stored,
    load,
    correct: once(() => correctBySet(stored(), load)),
  };
}

/** Names that people gave to classes, each as part of one line. */
const printableNames = (gallery: Gallery | undefined): Gallery | undefined =>
  gallery && {
    ...gallery,
    images: gallery.images.map((image) => ({
      ...image,
      label: printable(image.label),
      predicted: printable(image.predicted),
    })),
  };

const printableAnswers = (pictures: VerdictPictures | undefined): VerdictPictures | undefined =>
  pictures && {
    ...pictures,
    images: pictures.images.map((image) => ({
      ...image,
      set: printable(image.set),
      predicted: printable(image.predicted),
      nearest: image.nearest.map((one) => ({ ...one, label: printable(one.label) })),
    })),
  };

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * Runs grouped into arms, as reports show them.
 * @example
 * for (const line of summaryLines(study([readReportedRun(run), readReportedRun(otherRun)]))) console.log(line);
 */
export function study(runs: readonly ReportedRun[]): ReportedStudy {
  const arms = groupIntoArms(runs.map(({ results }) => results)).map((arm: Arm, i) => ({
    ...drawnArm(arm.name, i),
    runs: arm.runs.map((place) => runs[place]),
  }));
  const sets = new Map<string, { set: string; role: "test" | "shift" }>();
  for (const { results } of runs)
    for (const { set, role } of results.sets) if (!sets.has(set)) sets.set(set, { set, role });
  return {
    arms,
    baseline: arms.find(({ runs }) => runs[0].results.method === "standard" && !runs[0].results.variant) ?? arms[0],
    sets: [...sets.values()].sort((a, b) => Number(b.role === "test") - Number(a.role === "test")),
  };
}
