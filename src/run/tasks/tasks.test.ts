import { expect, test } from "vitest";
import { taskConfigEntries, taskOfData } from "./index.ts";

test("a data set's name says its task: no two tasks have one of the same name", () => {
  const named = taskConfigEntries.flatMap(([task, { dataNames }]) => dataNames.map((name) => [name, task] as const));
  expect(new Set(named.map(([name]) => name)).size).toBe(named.length);
  expect(named.map(([name]) => taskOfData(name))).toEqual(named.map(([, task]) => task));
  expect(taskOfData("no such set")).toBeUndefined();
});

test.each(taskConfigEntries)("%s says the options of each of its data sets", (_, { dataNames, dataFields }) => {
  expect(Object.keys(dataFields())).toEqual(dataNames);
});
