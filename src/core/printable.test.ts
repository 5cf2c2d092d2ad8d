import { expect, test } from "vitest";
import { printable } from "./printable.ts";

test.each([
  ["plain, é, 猫, 🐱", "plain, é, 猫, 🐱"],
  ["two\nlines\r\n", "two\\nlines\\r\\n"],
  ["a\ttab", "a\\ttab"],
  ["\u001b[31mred\u0007", "\\u001b[31mred\\u0007"],
  ["\u0085\u2028", "\\u0085\\u2028"],
])("%j is printed in one line as %j", (text, want) => {
  expect(printable(text)).toBe(want);
});
