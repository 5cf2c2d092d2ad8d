import { expect, test } from "vitest";
import { HostArray } from "../core/host-array.ts";
import { leavesOf, matchArguments } from "./arguments.ts";

const [a, b] = [HostArray.zeros([2]), HostArray.zeros([2])];
const leaves = leavesOf([{ a, b }, [HostArray.zeros([3], "int32")]]);
const third = HostArray.zeros([3], "int32");

test("arrays are found by name, whatever the order of the keys", () => {
  const matched = matchArguments(leaves, [{ b, a }, [third]]);
  expect(matched[0]).toBe(a);
  expect(matched[1]).toBe(b);
  expect(matched[2]).toBe(third);
});

test.each([
  [[{ a }, [third]], "program: args[0].b is missing, compiled for float32[2]"],
  [[{ a, b: HostArray.zeros([4]) }, [third]], "program: args[0].b is float32[4], compiled for float32[2]"],
  [[{ a, b }, [a]], "program: args[1].0 is float32[2], compiled for int32[3]"],
  [[{ a, b, c: a }, [third]], "program: args[0].c was not in the example"],
])("what does not fit is named: %#", (args, message) => {
  expect(() => matchArguments(leaves, args)).toThrow(message);
});
