import { expect, test } from "vitest";
import { textTable, UserError } from "../core/index.ts";
import { explain } from "./errors.ts";

test("names with line breaks and tabs are escaped in messages and tables", () => {
  const name = "black\ncat\t\u001b[2J";
  const escaped = "black\\ncat\\t\\u001b[2J";
  expect(explain(new UserError(`test/${name}: class "${name}" is not among those of train`), false)).toEqual({
    code: 2,
    text: `anchored: test/${escaped}: class "${escaped}" is not among those of train`,
  });
  expect(
    textTable([
      ["class", "images"],
      [name, "7"],
    ]),
  ).toBe(`${"class".padEnd(escaped.length)}  images\n${escaped}       7`);
});
