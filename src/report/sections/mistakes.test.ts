import { expect, test } from "vitest";
import type { ReportedStudy } from "../study.ts";
import { fakeArm } from "../testing.ts";
import { mistakes } from "./mistakes.ts";

const studyOf = (classes: number): ReportedStudy => {
  const labels = Array.from({ length: 2 * classes }, (_, row) => row % classes);
  // Class 1 is taken for class 0 every second time, all else is right.
  const answers = labels.map((label, row) => (label === 1 && row < classes ? 0 : label));
  return {
    arms: [{ ...fakeArm(classes, [{ role: "test", labels, answers }]), name: "a" }],
  } as unknown as ReportedStudy;
};

test("few classes: a matrix, and the accuracy of each", async () => {
  const { markup } = (await mistakes(studyOf(3)))!;
  expect(markup).toContain(
    'aria-label="Confusion matrix of a, % of each true class: the commonest mistake is 1 taken for 0."',
  );
  expect(markup).toContain('<th scope="row">1</th><td>2</td><td>50.0</td>');
});

test("many classes: the most confused pairs and the worst classes, and it says so", async () => {
  const { markup } = (await mistakes(studyOf(21)))!;
  expect(markup).not.toContain("<svg");
  expect(markup).toContain("Of 21 classes, the 15 pairs that are mistaken most");
  expect(markup).toContain('<th scope="row">1</th><td>0</td><td>1</td><td>50.0</td>');
  expect(markup).toContain("Of 21 classes the 10 that a is worst at");
  const [, table] = markup.split("Accuracy by class, %");
  expect(table.match(/<th scope="row">/g)).toHaveLength(10);
  expect(table).toContain('<tbody><tr><th scope="row">1</th><td>2</td><td>50.0</td>');
});
