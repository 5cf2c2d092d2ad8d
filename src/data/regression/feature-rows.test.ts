import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { UserError } from "../../core/index.ts";
import { readFeatureRows } from "./feature-rows.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-feature-rows-"));
afterAll(() => rmSync(root, { recursive: true }));
const features = { names: ["b", "a", "kind=x", "kind=y"], categorical: ["kind"] };

function rowsOf(name: string, text: string, delimiter?: string) {
  const path = join(root, name);
  writeFileSync(path, text);
  const notices: string[] = [];
  const rows = readFeatureRows(path, features, { delimiter, onNotice: (line) => notices.push(line) });
  return {
    notices,
    rows: rows.map(({ place, values }) => [place, values instanceof UserError ? values.message : [...values]]),
  };
}

const expected = [
  ["line 2", [2, 1, 1, 0]],
  ["line 3", [4, 3, 0, 1]],
];

test("columns in the model's order, whatever the table's, of every kind of table", () => {
  expect(rowsOf("a.csv", "a,kind,b\n1,x,2\n3,y,4\n")).toEqual({ notices: [], rows: expected });
  expect(rowsOf("a.tsv", "kind\tb\ta\nx\t2\t1\ny\t4\t3\n").rows).toEqual(expected);
  expect(rowsOf("b.csv", "a;kind;b\n1;x;2\n3;y;4\n", ";").rows).toEqual(expected);
  const json = rowsOf(
    "a.json",
    JSON.stringify([
      { a: 1, b: 2, kind: "x" },
      { kind: "y", b: 4, a: 3 },
    ]),
  );
  expect(json.rows).toEqual(expected.map(([, values], i) => [`row ${i + 1}`, values]));
});

test("categories may be columns of 0 and 1 already", () => {
  expect(rowsOf("c.csv", "a,b,kind=x,kind=y\n1,2,0,1\n").rows).toEqual([["line 2", [2, 1, 0, 1]]]);
});

test("further columns are told of, rows that lack something name line and column, the others go on", () => {
  const { notices, rows } = rowsOf("d.csv", "a,name,kind,b\n1,Ann,x,\n1,Bob,z,2\n1,Cy,y,two\n1,Di,y,1e39\n1,Ed,y,2\n");
  expect(notices).toEqual([expect.stringMatching(/d.csv: not what the model predicts from, so left out: "name"$/)]);
  expect(rows.map(([place]) => place)).toEqual(["line 2", "line 3", "line 4", "line 5", "line 6"]);
  const said = rows.slice(0, 4).map(([, why]) => why);
  expect(said[0]).toMatch(/d.csv, line 2, column "b": no value$/);
  expect(said[1]).toMatch(/line 3, column "kind": "z" was in no training example; known: x, y$/);
  expect(said[2]).toMatch(/line 4, column "b": "two" is not a number$/);
  expect(said[3]).toMatch(/line 5, column "b": "1e39" is not a finite float32 number$/);
  expect(rows[4]).toEqual(["line 6", [2, 1, 0, 1]]);
});

test("columns that are missing are all named", () => {
  expect(() => rowsOf("e.csv", "a,c\n1,2\n")).toThrow(
    /e.csv: no column "b", "kind", which the model predicts from; its columns: "a", "c"$/,
  );
});
