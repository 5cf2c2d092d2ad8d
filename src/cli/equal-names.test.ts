import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-equal-names-"));
const at = (...names: string[]) => join(root, ...names);
afterAll(() => rmSync(root, { recursive: true }));

beforeAll(async () => {
  await tinyImageFolder(at("images"));
  const rows = Array.from({ length: 60 }, (_, i) => `${i},${2 * i + ((i * 37) % 11)}`);
  writeFileSync(at("line.csv"), ["x,y", ...rows].join("\n"));
  const line = [
    "--model",
    "mlp",
    "--task",
    "regression",
    "--csv",
    at("line.csv"),
    "--target",
    "y",
    "--epochs",
    "1",
    "--batch-size",
    "16",
    "--threads",
    "1",
  ];
  for (const [seed, place] of ["first", "second"].entries()) {
    const images = ["train", ...tinyTraining(at("images")), "--seed", String(seed)];
    expect((await anchored([...images, "--out", at(place, "photos")])).code).toBe(0);
    const numbers = ["train", ...line, "--seed", String(seed)];
    expect((await anchored([...numbers, "--out", at(place, "line")])).code).toBe(0);
  }
}, 60_000);

test.each([
  ["photos", ["--suite", "clean"]],
  ["line", []],
])("tables of two runs that are called %s are told apart", async (name, flags) => {
  const { out, code } = await anchored(["evaluate", at("first", name), at("second", name), ...flags]);
  expect(code).toBe(0);
  for (const place of ["first", "second"]) expect(out).toMatch(new RegExp(`^${place}/${name} `, "m"));
  expect((await anchored(["evaluate", at("first", name), ...flags])).out).toMatch(new RegExp(`^${name} `, "m"));
});

test("a page's models of equal names are told apart", async () => {
  const { code, notes } = await anchored(["demo", at("first", "photos"), at("second", "photos"), "--out", at("page")]);
  expect(notes.filter((line) => line.startsWith("anchored:"))).toEqual([]);
  expect(code).toBe(0);
  const { models } = JSON.parse(readFileSync(at("page", "demo.json"), "utf8"));
  expect(models.map(({ title }: { title: string }) => title)).toEqual([
    "Standard (first/photos)",
    "Standard (second/photos)",
  ]);
});
