import { expect, test } from "vitest";
import type { RegressionData } from "../../core/index.ts";
import { loadCsv as load, valuesOf, writeTable } from "./test-tables.ts";

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

test("a feature that is the same in all training examples is named", async () => {
  const { notices } = await load(writeTable("t.csv", "x,k,y\n1,5,1\n2,5,2\n3,5,3\n4,5,4\n5,5,5\n"));
  expect(notices).toEqual(["t/train: the same in every example, so of no use as features: k"]);
});
