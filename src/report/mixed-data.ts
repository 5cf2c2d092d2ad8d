import type { StoredSet } from "../evaluate/index.ts";
import type { ReportedRun, ReportedStudy } from "./study.ts";

/** What of the runs' data is not the same, a sentence each: numbers of different images are not to be compared. */
export function mixedData({ arms }: ReportedStudy): string[] {
  const runs = arms.flatMap(({ name, runs }) => runs.map((run) => ({ name, run })));
  const said = [
    ...mixedTitles(runs),
    ...differing(
      runs,
      ({ results }) => [...new Set(results.ood.map(({ set }) => set))].sort().join(" and "),
      (groups) => `They were held against different foreign images, so that AUROC is not to be compared: ${groups}.`,
    ),
  ];
  for (const [set, role] of commonSets(runs.map(({ run }) => run))) {
    const entries = runs.map(({ run }) => run.stored().find((entry) => entry.set === set && entry.role === role));
    if (unlike(entries))
      said.push(`${set} holds other images in some runs than in others, so that numbers on it are not to be compared.`);
  }
  return said;
}

/** A run, with the name of its arm. */
interface Named<Run> {
  readonly name: string;
  readonly run: Run;
}

/** A sentence where the titles of the runs' data differ, of runs of any task. */
export const mixedTitles = <Run extends { readonly results: { readonly data: { readonly title: string } } }>(
  runs: readonly Named<Run>[],
): string[] =>
  differing(
    runs,
    ({ results }) => results.data.title,
    (groups) => `These runs are of different data, so that their numbers are not to be compared: ${groups}.`,
  );

/** A sentence where runs differ in what they are asked; those that answer with "" do not count. */
function differing<Run>(
  runs: readonly Named<Run>[],
  what: (run: Run) => string,
  text: (groups: string) => string,
): string[] {
  const groups = new Map<string, Set<string>>();
  for (const { name, run } of runs) {
    const key = what(run);
    if (key !== "") groups.set(key, (groups.get(key) ?? new Set()).add(name));
  }
  if (groups.size < 2) return [];
  return [text([...groups].map(([key, names]) => `${key} (${[...names].join(", ")})`).join("; "))];
}

function commonSets(runs: readonly ReportedRun[]): [string, StoredSet["role"]][] {
  const sets = runs.flatMap((run) => run.stored().filter(({ role }) => ["test", "shift", "ood"].includes(role)));
  return [
    ...new Map(sets.map(({ set, role }) => [`${role} ${set}`, [set, role] as [string, StoredSet["role"]]])).values(),
  ];
}

/** By the fingerprint of the images where it was kept, else by their number. */
function unlike(entries: readonly (StoredSet | undefined)[]): boolean {
  const known = entries.filter((entry) => entry !== undefined);
  const fingerprints = known.flatMap(({ imagesSha256 }) => imagesSha256 ?? []);
  return new Set(fingerprints).size > 1 || new Set(known.map(({ images }) => images)).size > 1;
}
