import { expect, test } from "vitest";
import type { CalledForeign, VerdictResults } from "../../evaluate/internal.ts";
import type { VerdictPictures } from "../../run/internal.ts";
import { drawnArm } from "../drawn-arm.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";
import { calledForeign } from "./called-foreign.ts";

const set = (name: string, role: CalledForeign["role"], share: number, group?: CalledForeign["group"]) => ({
  ...{ set: name, role, images: 100, share },
  ...(group && { group }),
});
const sets = [
  set("own/validation", "validation", 0.05),
  set("own/test", "test", 0.06),
  set("own/test/corrupted", "corrupted-sample", 0.4),
  set("emoji/test", "ood", 1, "far"),
  set("letters", "ood", 0.5, "near"),
];
const verdict = (more: Partial<VerdictResults> = {}): VerdictResults => ({
  ...{ score: "combination", keeps: 0.95, threshold: -1, sets },
  ...more,
});
const png = "data:image/png;base64,AAAA";
const pictures: VerdictPictures = {
  version: 1,
  images: [
    {
      ...{ set: "letters", row: 3, png, predicted: "<b>7", confidence: 0.93, known: false, by: "distance" },
      nearest: [{ png, label: "4", similarity: 0.91 }],
    },
    {
      ...{ set: "letters", row: 4, png, predicted: "1", confidence: 0.99, known: true, by: "prediction" },
      nearest: [],
    },
  ],
};
const arm = (name: string, place: number, verdicts: readonly (VerdictResults | undefined)[], shown?: VerdictPictures) =>
  ({
    ...drawnArm(name, place),
    runs: verdicts.map((one) => ({ results: { oodScores: one && { verdict: one } }, verdictPictures: shown })),
  }) as unknown as ReportedArm;
const study = (...arms: ReportedArm[]) => ({ arms, baseline: arms[0], sets: [] }) as ReportedStudy;

test("each set by its share, known ones apart from foreign ones, near before far; of several seeds the mean", async () => {
  const other = verdict({ sets: sets.map((one) => ({ ...one, share: one.set === "letters" ? 0.7 : one.share })) });
  const { markup } = (await calledForeign(study(arm("standard", 0, [verdict(), other]), arm("own", 1, [verdict()]))))!;
  expect(markup).toContain(
    "Share called foreign, by set. letters (near): standard 60.0 %, own 50.0 %; emoji (far): standard 100.0 %, own 100.0 %.",
  );
  expect(markup).toMatch(/clean test pictures: standard 6\.0 %, own 6\.0 %; damaged test pictures: standard 40\.0 %/);
  expect(markup).toContain("keeps 95 % of 100 validation pictures");
  expect(markup).toContain("letters (near),100,60.0,50.0");
});

test("pictures with what is said of them and what they are most like; names are escaped", async () => {
  const { markup } = (await calledForeign(study(arm("standard", 0, [verdict()], pictures))))!;
  expect(markup).toContain("unlike what it was trained on; it would say &#60;b&#62;7, 93 %");
  expect(markup).toContain("✗ called known");
  expect(markup).toMatch(/alt="4, similarity 0\.91"/);
});

test("an arm without a verdict says why; a study without any has no such section", async () => {
  const absent = verdict({ absent: "there are no validation images", threshold: undefined, sets: [] });
  const both = (await calledForeign(study(arm("standard", 0, [verdict()]), arm("own", 1, [absent]))))!;
  expect(both.markup).toContain("own has no verdict: there are no validation images.");
  const none = (await calledForeign(study(arm("own", 0, [absent]))))!;
  expect(none.markup).not.toContain("<svg");
  expect(await calledForeign(study(arm("own", 0, [undefined])))).toBeUndefined();
});
