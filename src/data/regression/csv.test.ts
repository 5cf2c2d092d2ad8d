import { expect, test } from "vitest";
import type { RegressionData } from "../../core/index.ts";
import { loadRegressionData, type RegressionDataOptions } from "./index.ts";
import { valuesOf, writeTable } from "./test-tables.ts";

type CsvOptions = Extract<RegressionDataOptions, { name: "csv" }>;

const load = async (file: string, options: Partial<CsvOptions> = {}) => {
  const notices: string[] = [];
  const data = await loadRegressionData(
    { name: "csv", file, targets: ["y"], ...options },
    { onNotice: (line) => notices.push(line.replace(file, "FILE")) },
  );
  return { data, notices };
};

const setsOf = ({ train, validation, test, shifts }: RegressionData) => [train, validation, test, ...shifts];
const everyValue = (data: RegressionData, column: string) => setsOf(data).flatMap((set) => valuesOf(set, column));
const sorted = (values: number[]) => values.sort((a, b) => a - b);

const mixed = `name,x,colour,y
ann,1,red,10
"bob, the second",2.5e1,blue,20
"carl
of two lines",-3,red,30
dora,.5,green,40
`;

test("numeric columns are the features; the others are named in a notice", async () => {
  const { data, notices } = await load(writeTable("people.csv", mixed));
  expect(data.title).toBe("people.csv: y");
  expect(data.train.name).toBe("people/train");
  expect(data.train.inputs).toMatchObject({ kind: "numbers", names: ["x"] });
  expect(data.train.targets.names).toEqual(["y"]);
  expect(setsOf(data).map(({ count }) => count)).toEqual([2, 1, 1]);
  expect(sorted(everyValue(data, "x"))).toEqual([-3, 0.5, 1, 25]);
  expect(sorted(everyValue(data, "y"))).toEqual([10, 20, 30, 40]);
  expect(notices).toEqual([
    'FILE: not numeric, so no features unless categorical: "name" (line 2: "ann"), "colour" (line 2: "red")',
  ]);
});

test("a categorical column becomes a column for each of its values", async () => {
  const { data } = await load(writeTable("people.csv", mixed), { categorical: ["colour"] });
  expect(data.train.inputs).toMatchObject({ names: ["x", "colour=blue", "colour=green", "colour=red"] });
  const rows = setsOf(data).flatMap((set) =>
    valuesOf(set, "x").map((x, i) => [x, ...["blue", "green", "red"].map((c) => valuesOf(set, `colour=${c}`)[i])]),
  );
  expect(rows.sort((a, b) => a[0] - b[0])).toEqual([
    [-3, 0, 0, 1],
    [0.5, 0, 1, 0],
    [1, 0, 0, 1],
    [25, 1, 0, 0],
  ]);
});

test("a column of codes can be categorical; it is then no number", async () => {
  const file = writeTable("t.csv", "code,x,y\n08,1,1\n8,2,2\n4,3,3\n08,4,4\n");
  const { data, notices } = await load(file, { categorical: ["code"] });
  expect(data.train.inputs).toMatchObject({ names: ["x", "code=08", "code=4", "code=8"] });
  expect(notices.filter((line) => line.includes("not numeric"))).toEqual([]);
});

test("chosen features, several targets, in the order that they are asked for", async () => {
  const file = writeTable("t.csv", "a,b,c,y\n1,2,3,4\n5,6,7,8\n9,10,11,12\n13,14,15,16\n");
  const { data, notices } = await load(file, { targets: ["y", "a"], features: ["c", "b"] });
  expect(data.title).toBe("t.csv: y, a");
  expect(data.train.inputs).toMatchObject({ names: ["c", "b"] });
  expect(valuesOf(data.test, "y")[0]).toBe(valuesOf(data.test, "a")[0] + 3);
  expect(valuesOf(data.test, "c")[0]).toBe(valuesOf(data.test, "b")[0] + 1);
  expect(notices).toEqual([]);
});

const separated = [
  ["tabs by the name", "t.tsv", "x\ty\n1\t2\n3\t4\n5\t6\n7\t8\n", undefined],
  ["semicolons by option", "t.csv", "x;y\n1;2\n3;4\n5;6\n7;8\n", ";"],
  [
    "a byte order mark, \\r\\n, blanks and empty lines",
    "t.csv",
    "\ufeffx , y\r\n1, 2\r\n\r\n3,4\r\n5,6\r\n7,8",
    undefined,
  ],
  ["JSON", "t.json", '[{"x":1,"y":2},{"y":4,"x":3},{"x":5,"y":6},{"x":7,"y":8}]', undefined],
] as const;

test.each(separated)("%s", async (_, name, content, delimiter) => {
  const { data } = await load(writeTable(name, content), { delimiter });
  expect(sorted(everyValue(data, "x"))).toEqual([1, 3, 5, 7]);
  expect(sorted(everyValue(data, "y"))).toEqual([2, 4, 6, 8]);
});

test("numbers keep the precision of float64", async () => {
  const { data } = await load(writeTable("t.csv", "x,y\n9007199254740991,1\n1e300,2\n-2.5e-310,3\n+4.,4\n"));
  expect(sorted(everyValue(data, "x"))).toEqual([-2.5e-310, 4, 9007199254740991, 1e300]);
});

const holed = "x,y,z\n1,1,a\n,2,a\n3,3,\n4,NA,a\n5,5,a\n6,x6,a\n7,7,a\n8,8,a\n";

test("rows without a value are left out where that is asked for, and counted", async () => {
  const { data, notices } = await load(writeTable("t.csv", holed), { missing: "skip", features: ["x"] });
  expect(sorted(everyValue(data, "y"))).toEqual([1, 3, 5, 7, 8]);
  expect(notices).toEqual(['FILE: 3 of 8 rows left out; the first: line 3, column "x": no value']);
});

test("a column says what is trained and tested on", async () => {
  const file = writeTable("t.csv", "x,y,part\n1,1,train\n2,2,test\n3,3,validation\n4,4,train\n5,5,test\n");
  const { data } = await load(file, { split: "part" });
  expect(setsOf(data).map((set) => valuesOf(set, "x"))).toEqual([[1, 4], [3], [2, 5]]);
});

test("where the column names no validation rows, they are held out of the training rows alone", async () => {
  const file = writeTable("t.csv", "x,y,part\n1,1,train\n2,2,test\n3,3,train\n4,4,train\n");
  const { data } = await load(file, { split: "part" });
  expect(valuesOf(data.test, "x")).toEqual([2]);
  expect(sorted([...valuesOf(data.train, "x"), ...valuesOf(data.validation, "x")])).toEqual([1, 3, 4]);
});

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
    'FILE, line 3, column "x": no value (and 2 more such rows); mend it, or leave such rows out with missing: skip',
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
    'FILE, row 2, column "y": no value (and 1 more such rows); mend it, or leave such rows out with missing: skip',
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
    'FILE, line 3: 1 values, but the first line names 2 columns ("," separates them)',
  ],
  [
    "a shorter row after one of two lines",
    "t.csv",
    'x,y\r\n"1\r\n",2\r\n3\r\n',
    {},
    'FILE, line 4: 1 values, but the first line names 2 columns ("," separates them)',
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
    'FILE, line 2, column "n": "a" is not a number (and 1 more such rows); mend it, or leave such rows out with missing: skip',
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

test("a feature that is the same in all training examples is named", async () => {
  const { notices } = await load(writeTable("t.csv", "x,k,y\n1,5,1\n2,5,2\n3,5,3\n4,5,4\n5,5,5\n"));
  expect(notices).toEqual(["t/train: the same in every example, so of no use as features: k"]);
});
