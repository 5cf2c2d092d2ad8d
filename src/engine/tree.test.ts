import { expect, test } from "vitest";
import { HostArray } from "../core/host-array.ts";
import { mapTree } from "./tree.ts";

test("a tree keeps its form and its keys' order, whatever its leaves become", () => {
  const tree = { b: HostArray.zeros([2]), a: [HostArray.zeros([3, 1], "int32")] };
  const shapes: { b: string; a: string[] } = mapTree(tree, ({ shape }) => `[${shape}]`);
  expect(shapes).toEqual({ b: "[2]", a: ["[3,1]"] });
  expect(Object.keys(shapes)).toEqual(["b", "a"]);
  expect(mapTree(tree.b, ({ dtype }) => dtype)).toBe("float32");
});
