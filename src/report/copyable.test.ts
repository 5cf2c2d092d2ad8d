import { expect, test } from "vitest";
import { copyable, dataTable, toCsv, toMarkdown } from "./copyable.ts";

const cells = [
  ["arm", "difference, points"],
  ['a "b", c', "−1.5"],
  ["x | y", "+2.0 [1.0, 3.0]"],
];

test("CSV quotes what needs it and has a plain minus", () => {
  expect(toCsv(cells)).toBe('arm,"difference, points"\n"a ""b"", c",-1.5\nx | y,"+2.0 [1.0, 3.0]"');
});

test("Markdown has a rule under its head and escapes bars", () => {
  expect(toMarkdown(cells)).toBe(
    '| arm | difference, points |\n|---|---|\n| a "b", c | -1.5 |\n| x \\| y | +2.0 [1.0, 3.0] |',
  );
});

test("both forms stand on the page, escaped", () => {
  expect(copyable(cells).markup).toContain("a &#34;&#34;b&#34;&#34;");
  expect(dataTable(cells, "Differences").markup).toMatch(/<table class="data">[\s\S]*<th scope="row">x \| y<\/th>/);
});
