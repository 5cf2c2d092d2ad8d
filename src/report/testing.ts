import type { Predictions, StoredSet } from "../evaluate/index.ts";
import type { Measure } from "./measures.ts";
import type { ReportedArm } from "./study.ts";

/** A set of a made-up run: the true class of each image, and what is answered. */
export interface FakeSet {
  readonly role: StoredSet["role"];
  readonly labels: readonly number[];
  readonly answers: readonly number[];
  readonly corruption?: { readonly name: string; readonly severity: number };
}

/** An arm of runs that have nothing but stored predictions, a list of sets each. */
export function fakeArm(classes: number, ...runs: readonly (readonly FakeSet[])[]): ReportedArm {
  return {
    runs: runs.map((sets) => {
      const name = (place: number) => `set ${place}`;
      const predictions = sets.map(
        ({ labels, answers }, place): Predictions => ({
          set: name(place),
          classes,
          labels: Int32Array.from(labels),
          logits: Float32Array.from({ length: labels.length * classes }, (_, i) =>
            answers[Math.floor(i / classes)] === i % classes ? 5 : 0,
          ),
        }),
      );
      const entries = sets.map(({ role, corruption }, place) => ({ set: name(place), role, corruption }) as StoredSet);
      return { stored: () => entries, load: (entry: StoredSet) => predictions[entries.indexOf(entry)] };
    }),
  } as unknown as ReportedArm;
}

/** A measure of made-up results, which are `{ value }`. */
export const fakeMeasure = (changes: Partial<Measure> = {}): Measure => ({
  group: "",
  title: "",
  meaning: "",
  unit: "%",
  better: "higher",
  of: (results) => (results as unknown as { value: number }).value,
  ...changes,
});
