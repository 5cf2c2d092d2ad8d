import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { namedPaths } from "./named-paths.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-named-paths-"));
beforeAll(() => {
  for (const name of ["one,two", "plain", "a", "a,b", "x,y,z"]) mkdirSync(join(root, name));
});
afterAll(() => rmSync(root, { recursive: true }));

const parse = namedPaths(() => ["mnist", "emoji"])("--ood");
const at = (name: string) => `q=${join(root, name)}`;

test.each([
  ["names", "mnist, emoji", ["mnist", "emoji"]],
  ["a folder between names", `mnist,${at("plain")},emoji`, ["mnist", at("plain"), "emoji"]],
  ["a folder with a comma", `${at("one,two")},mnist`, [at("one,two"), "mnist"]],
  ["a folder with several", at("x,y,z"), [at("x,y,z")]],
  ["a folder that is not there, which is said later", `${at("none")},mnist`, [at("none"), "mnist"]],
])("%s", (_, text, entries) => {
  expect(parse(text)).toEqual(entries);
});

test.each([
  ["no such folder", at("none,two")],
  ["both are there", at("a,b")],
])("a part of a path is named as that: %s", (_, text) => {
  expect(() => parse(text)).toThrow(
    /^--ood .*: a comma separates entries, and "(two|b)" is none; if it belongs to a path/,
  );
});

test("adds to what the same flag gave before", () => {
  expect(parse("emoji", ["mnist"])).toEqual(["mnist", "emoji"]);
});
