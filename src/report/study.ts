import {
  type Arm,
  type Correct,
  correctBySet,
  groupIntoArms,
  type LogLine,
  loadPredictions,
  type Results,
  readResults,
  readRunLog,
  type StoredPredictions,
  type StoredSet,
  storedSets,
} from "../evaluate/index.ts";
import { readClassNames } from "./class-names.ts";
import { type CorruptionStrips, readCorruptionStrips } from "./corruption-strips.ts";
import { type Gallery, readGallery } from "./gallery.ts";

/** One run as a report sees it: nothing but what lies in its folder. */
export interface ReportedRun {
  readonly results: Results;
  readonly log: readonly LogLine[];
  readonly gallery?: Gallery;
  readonly corruptionStrips?: CorruptionStrips;
  /** Names of the classes, of runs that say them. */
  readonly classNames?: readonly string[];
  /** The image sets it has predicted with the weights that its results are of. */
  readonly stored: () => readonly StoredSet[];
  readonly load: (entry: StoredSet) => StoredPredictions;
  /** Which images it classifies right; reads all stored logits. */
  readonly correct: () => readonly Correct[];
}

/** An arm with everything saved of its runs, and how it is drawn. */
export interface ReportedArm {
  readonly name: string;
  readonly runs: readonly ReportedRun[];
  /** A CSS colour that follows the page's colour scheme. */
  readonly color: string;
  /** Dashes of its lines: arms are told apart without colour, too. */
  readonly dash: readonly number[];
  readonly shape: string;
}

/** All that one page compares. */
export interface Study {
  readonly arms: readonly ReportedArm[];
  /** The arm that others are compared with: the first standard one, else the first. */
  readonly baseline: ReportedArm;
  /** Names of the labelled image sets, test before shift, in order of first appearance. */
  readonly sets: readonly { readonly set: string; readonly role: "test" | "shift" }[];
}

/** Number of `--arm-…` colours in the style sheet. */
export const ARM_COLORS = 6;
const dashes = [[], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [1, 3]];
const shapes = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"];

/** @throws UserError where a folder lacks its results, or a file is damaged. */
export function readReportedRun(run: string): ReportedRun {
  const results = readResults(run);
  const { weights } = results;
  const stored = once(() => storedSets(run).filter((entry) => entry.weights === weights));
  const load = ({ set, role }: StoredSet) => loadPredictions(run, set, weights, role);
  return {
    results,
    // Another program's logits come without a log.
    log: results.external ? [] : readRunLog(run),
    gallery: readGallery(run),
    corruptionStrips: readCorruptionStrips(run),
    classNames: readClassNames(run),
    stored,
    load,
    correct: once(() => correctBySet(stored(), load)),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

export function study(runs: readonly ReportedRun[]): Study {
  const arms = groupIntoArms(runs.map(({ results }) => results)).map((arm: Arm, i) => ({
    // A name may break between words, not within "α = 0.25".
    name: arm.name.replace(/α = /g, "α\u00a0=\u00a0"),
    runs: arm.runs.map((place) => runs[place]),
    color: `var(--arm-${(i % ARM_COLORS) + 1})`,
    dash: dashes[i % dashes.length],
    shape: shapes[i % shapes.length],
  }));
  const sets = new Map<string, { set: string; role: "test" | "shift" }>();
  for (const { results } of runs)
    for (const { set, role } of results.sets) if (!sets.has(set)) sets.set(set, { set, role });
  return {
    arms,
    baseline: arms.find(({ runs }) => runs[0].results.method === "standard") ?? arms[0],
    sets: [...sets.values()].sort((a, b) => Number(b.role === "test") - Number(a.role === "test")),
  };
}
