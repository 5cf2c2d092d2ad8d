import type { StoredSet } from "../evaluate/index.ts";
import type { ReportedRun, Study } from "./study.ts";

/** What of the runs' data is not the same, a sentence each: numbers of different images are not to be compared. */
export function mixedData({ arms }: Study): string[] {
  const runs = arms.flatMap(({ name, runs }) => runs.map((run) => ({ name, run })));
  const said: string[] = [];
  const differ = (what: (run: ReportedRun) => string, text: (groups: string) => string) => {
    const groups = new Map<string, Set<string>>();
    for (const { name, run } of runs) {
      const key = what(run);
      if (key !== "") groups.set(key, (groups.get(key) ?? new Set()).add(name));
    }
    if (groups.size > 1)
      said.push(text([...groups].map(([key, names]) => `${key} (${[...names].join(", ")})`).join("; ")));
  };
  differ(
    ({ results }) => results.data.title,
    (groups) => `These runs are of different data, so that their numbers are not to be compared: ${groups}.`,
  );
  differ(
    ({ results }) => [...new Set(results.ood.map(({ set }) => set))].sort().join(" and "),
    (groups) => `They were held against different foreign images, so that AUROC is not to be compared: ${groups}.`,
  );
  for (const [set, role] of commonSets(runs.map(({ run }) => run))) {
    const entries = runs.map(({ run }) => run.stored().find((entry) => entry.set === set && entry.role === role));
    if (unlike(entries))
      said.push(`${set} holds other images in some runs than in others, so that numbers on it are not to be compared.`);
  }
  return said;
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
