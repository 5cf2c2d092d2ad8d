import { expect, test } from "vitest";
import type { Results } from "../evaluate/index.ts";
import type { ReportedRun } from "./study.ts";
import { studyMarkdown, studyPage } from "./study-page.ts";
import { type StudyRun, summarize } from "./study-summary.ts";

/** A run of nothing but its accuracy on one set and its AUROC against another. */
const runOf = (arm: string, seed: number, accuracy: number, auroc = 0.8): StudyRun => ({
  arm,
  seed,
  trainingSeconds: 1,
  reported: {
    results: {
      seed,
      machine: { cores: 2, cpu: "some" },
      training: { steps: 10, seconds: 1 },
      sets: [{ set: "toy/test", role: "test", metrics: { accuracy } }],
      ood: [{ set: "noise", against: "toy/test", score: "energy", auroc }],
    } as unknown as Results,
    stored: () => [],
    correct: () => [],
  } as unknown as ReportedRun,
});

const facts = {
  title: "Toy",
  command: "anchored study toy",
  comparedWith: () => ["a"],
  chosen: new Map(),
  diverged: [],
  notices: [],
};
const base = [0.5, 0.6, 0.7];
const arm = (name: string, differences: readonly number[]) =>
  differences.map((difference, seed) => runOf(name, seed, base[seed] + difference, 0.8 + 0.01 * seed));
const runs = [...arm("a", [0, 0, 0]), ...arm("wide", [-0.1152, 0.0232, -0.046]), ...arm("narrow", [0.04, 0.05, 0.06])];

test("a difference whose interval holds 0 is called a tie, another is not", () => {
  const markdown = studyMarkdown(summarize(runs, facts));
  // Mean −4.6, standard deviation 6.92, times t = 4.303 over √3: ± 17.2.
  expect(markdown).toContain("| wide | -4.6 [-21.8, 12.6], tie |");
  // ± 4.303 / √3 = 2.5.
  expect(markdown).toContain("| narrow | +5.0 [2.5, 7.5] |");
});

test("foreign images have their rows", () => {
  const summary = summarize(runs, facts);
  expect(summary.measures.map(({ group, title }) => `${group}: ${title}`)).toContain(
    "Out of distribution: noise: AUROC by energy",
  );
  expect(studyMarkdown(summary)).toContain("## Out of distribution: noise");
});

test("notices stand on top", async () => {
  const summary = summarize(runs, { ...facts, notices: ["a: stopped at 40 of 630 steps (seed 0)"] });
  expect(studyMarkdown(summary)).toContain("**a: stopped at 40 of 630 steps (seed 0).**");
  expect(await studyPage(summary)).toContain("<strong>a: stopped at 40 of 630 steps (seed 0).</strong>");
});
