import { expect, test } from "vitest";
import { loadCsv as load, writeTable } from "./test-tables.ts";

const holed = "x,y,z\n1,1,a\n,2,a\n3,3,\n4,NA,a\n5,5,a\n6,x6,a\n7,7,a\n8,8,a\n";

const four = "x,y\n1,1\n2,2\n3,3\n4,4\n";
const refused: readonly (readonly [
  what: string,
  name: string,
  content: string | Uint8Array,
  object,
  message: string,
])[] = [
  [
    "no value",
    "t.csv",
    holed,
    { features: ["x"] },
    'FILE, line 3, column "x": no value (and 2 more); mend it, or leave such rows out with missing: skip',
  ],
  [
    "a text among numbers",
    "t.csv",
    "x,y\n1,1\n2,2\n1O,3\n",
    {},
    'FILE, line 4, column "x": "1O" is not a number; mend it, or leave such rows out with missing: skip',
  ],
  [
    "an infinite number",
    "t.csv",
    "x,y\n1,1\n-inf,2\n3,3\n",
    { missing: "skip" },
    'FILE, line 3, column "x": "-inf" is not a finite number',
  ],
  [
    "a number beyond float64",
    "t.json",
    '[{"x":1,"y":1e999},{"x":2,"y":3}]',
    {},
    'FILE, row 1, column "y": "Infinity" is not a finite number',
  ],
  [
    "no value in JSON",
    "t.json",
    '[{"x":1,"y":1},{"x":2},{"x":3,"y":null}]',
    {},
    'FILE, row 2, column "y": no value (and 1 more); mend it, or leave such rows out with missing: skip',
  ],
  ["two columns of one name", "t.csv", "x,y,x\n1,2,3\n", {}, 'FILE: two columns are named "x"; rename one'],
  ["a column without a name", "t.csv", "x,,y\n1,2,3\n", {}, "FILE, line 1: column 2 has no name"],
  ["no rows", "t.csv", "x,y\n", {}, "FILE: no rows"],
  ["no rows in JSON", "t.json", "[]", {}, "FILE: no rows"],
  ["nothing", "t.csv", "", {}, "FILE: empty; its first line must hold the columns' names"],
  [
    "a shorter row",
    "t.csv",
    "x,y\n1,2\n3\n",
    {},
    'FILE, line 3: 1 value, but the first line names 2 columns ("," separates them)',
  ],
  [
    "a shorter row after one of two lines",
    "t.csv",
    'x,y\r\n"1\r\n",2\r\n3\r\n',
    {},
    'FILE, line 4: 1 value, but the first line names 2 columns ("," separates them)',
  ],
  [
    "another separator",
    "t.csv",
    "x;y\n1;2\n",
    {},
    'FILE: only one column, "x;y": are its values separated by ";"? Give it as delimiter',
  ],
  [
    "an open quote",
    "t.csv",
    'x,y\n1,"2\n',
    {},
    "FILE: Quote Not Closed: the parsing is finished with an opening quote at line 2",
  ],
  ["bytes that are no text", "t.csv", Uint8Array.of(255, 254, 120, 0), {}, "FILE: not UTF-8 text; save it as UTF-8"],
  [
    "another ending",
    "t.xlsx",
    four,
    {},
    'FILE: a table\'s name must end in .csv, .txt, .tsv, .tab, .json, not ".xlsx"',
  ],
  ["not JSON's array", "t.json", '{"x":[1]}', {}, "FILE: must be an array of objects, one for each row"],
  ["a JSON row that is no object", "t.json", '[{"x":1},[2]]', {}, "FILE, row 2: not an object"],
  [
    "a nested value",
    "t.json",
    '[{"x":1,"y":[1]}]',
    {},
    'FILE, row 1: "y" is an array or object; a value must be plain',
  ],
  ["a delimiter of JSON", "t.json", "[]", { delimiter: ";" }, "FILE: a JSON file has no delimiter; leave it out"],
  [
    "a constant target",
    "t.csv",
    "x,y\n1,7\n2,7\n3,7\n",
    {},
    't: target "y" is 7 in all 3 examples: there is nothing to learn',
  ],
  [
    "a target that is constant in training",
    "t.csv",
    "x,y,s\n1,7,train\n2,7,train\n3,7,validation\n4,8,test\n",
    { split: "s" },
    't: target "y" is 7 in all 2 training examples: there is nothing to learn',
  ],
  ["an unknown target", "t.csv", four, { targets: ["z"] }, 'FILE: no column "z"; its columns: "x", "y"'],
  ["an unknown feature", "t.csv", four, { features: ["z"] }, 'FILE: no column "z"; its columns: "x", "y"'],
  [
    "the target as a feature",
    "t.csv",
    four,
    { features: ["y"] },
    'FILE: column "y" cannot be both in targets and in features',
  ],
  ["a feature twice", "t.csv", four, { features: ["x", "x"] }, 'FILE: features names column "x" twice'],
  ["no feature", "t.csv", "name,y\na,1\nb,2\n", {}, "FILE: no numeric column is left to predict y from"],
  [
    "texts as features",
    "t.csv",
    "n,y\na,1\nb,2\n",
    { features: ["n"] },
    'FILE, line 2, column "n": "a" is not a number (and 1 more); mend it, or leave such rows out with missing: skip',
  ],
  [
    "too many categories",
    "t.csv",
    `n,y\n${Array.from({ length: 21 }, (_, i) => `v${i},${i}`).join("\n")}\n`,
    { categorical: ["n"] },
    'FILE: categorical column "n" has 21 different values, more than 20',
  ],
  [
    "another word in the split column",
    "t.csv",
    "x,y,s\n1,1,train\n2,2,Test\n",
    { split: "s" },
    'FILE, line 3, column "s": "Test"; it must say train, validation, test',
  ],
  ["no test rows", "t.csv", "x,y,s\n1,1,train\n2,2,train\n", { split: "s" }, 'FILE: column "s" says "test" in no row'],
  [
    "a split column and a fraction",
    "t.csv",
    "x,y,s\n1,1,train\n2,2,test\n",
    { split: "s", testFraction: 0.5 },
    'FILE: column "s" says what is tested on, so testFraction 0.5 has no use; leave out one of the two',
  ],
  [
    "too few rows",
    "t.csv",
    "x,y\n1,1\n2,2\n",
    {},
    "t: 0 examples for train of 2 in all; give more, or other fractions",
  ],
  [
    "every row skipped",
    "t.csv",
    "x,y\n1,\n2,\n",
    { missing: "skip" },
    'FILE: no row has a value in every column; line 2, column "y": no value',
  ],
];

test.each(refused)("refused: %s", async (_, name, content, options, message) => {
  const file = writeTable(name, content);
  const error = await load(file, options).then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error?.name).toBe("UserError");
  expect(error.message.replace(file, "FILE")).toBe(message);
});

test("a file that is not there", async () => {
  await expect(load("nowhere/t.csv")).rejects.toThrow("cannot read nowhere/t.csv: no such file or folder");
});
