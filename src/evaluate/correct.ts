import type { StoredPredictions } from "../core/index.ts";
import { byPublishedOrder } from "./corruption-error.ts";
import { judge } from "./judged.ts";
import type { StoredSet } from "./stored-set.ts";

/** Which images of a labelled set a run classifies right: what paired differences of two runs are made of. */
export interface Correct {
  /** The image set, or the corruption: `*` at its end where something stood in for what the benchmark prescribes. */
  readonly name: string;
  readonly role: "test" | "shift" | "corruption";
  /** [N] 1 where right; under a corruption the mean over its severities, which all show the same images. */
  readonly correct: Float64Array;
}

/** Of every labelled set that a run has stored but the validation set, test before shift before corruptions. */
export function correctBySet(stored: readonly StoredSet[], load: (entry: StoredSet) => StoredPredictions): Correct[] {
  const sums = new Map<string, { role: Correct["role"]; correct: Float64Array; sets: number }>();
  for (const role of ["test", "shift", "corruption"] as const)
    for (const entry of stored.filter((one) => one.role === role)) {
      const { name, standIn } = entry.corruption ?? { name: entry.set };
      const key = standIn ? `${name}*` : name;
      const { correct } = judge(load(entry));
      const sum = sums.get(key) ?? { role, correct: new Float64Array(correct.length), sets: 0 };
      for (let row = 0; row < correct.length; row++) sum.correct[row] += correct[row];
      sum.sets++;
      sums.set(key, sum);
    }
  const all = [...sums].map(
    ([name, { role, correct, sets }]): Correct => ({ name, role, correct: correct.map((sum) => sum / sets) }),
  );
  const corrupted = all.filter(({ role }) => role === "corruption");
  return [
    ...all.filter(({ role }) => role !== "corruption"),
    ...corrupted.sort((a, b) => byPublishedOrder(a.name, b.name)),
  ];
}
