import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type DataSet, imageCount } from "../core/index.ts";
import { dataSetNames, dataSetTable } from "../data/index.ts";
import { type RunConfigInput, resolveConfig } from "../run/index.ts";
import { tinyImages } from "../train/testing.ts";
import { foreignSource } from "./foreign-sets.ts";
import type { OpenRun } from "./open-run.ts";
import type { JudgeOptions } from "./options.ts";
import { setsOf } from "./sets-of-run.ts";

const dataDir = mkdtempSync(join(tmpdir(), "anchored-sets-of-run-"));
afterAll(() => rmSync(dataDir, { recursive: true }));

const sets = { train: tinyImages("train", 9), validation: tinyImages("validation", 3), test: tinyImages("test", 6) };
const own: DataSet = { name: "own", title: "", ...sets, shifts: [], normalization: { mean: [0], std: [1] } };
/** Other data sets are as tiny. */
const load = async ({ name }: { name: string }): Promise<DataSet> => ({ ...own, test: tinyImages(`${name}/test`, 6) });

async function foreignOf(data: RunConfigInput["data"], more: Partial<RunConfigInput> = {}, options: JudgeOptions = {}) {
  const notices: string[] = [];
  const run = { run: "runs/own", record: { config: resolveConfig({ data, ...more }), data } } as unknown as OpenRun;
  const heldOut = data.holdOut ? { heldOut: [sets.validation] } : {};
  const asked = { dataDir, onNotice: (line: string) => notices.push(line), ...options };
  const roled = await setsOf(run, { ...own, ...heldOut }, load, asked);
  const names = (group?: string) =>
    roled.filter((one) => one.role === "ood" && one.group === group).map(({ set }) => set.name);
  return { near: names("near"), far: names("far"), other: names(), notices };
}

test.each<[string, string[], string[], string[]]>([
  ["emoji", ["flags"], ["mnist/test", "mnist-inverted/test", "textures"], []],
  ["mnist", ["letters"], ["emoji/test", "emoji-inverted/test", "textures"], ["fashion-mnist"]],
  ["fashion-mnist", ["mnist/test"], ["emoji/test", "emoji-inverted/test", "textures"], []],
  ["cifar10", [], ["mnist/test", "mnist-inverted/test", "emoji/test", "textures"], []],
  ["folder", [], ["emoji/test", "textures"], []],
])("a run on %s is judged by the sets that its data set names and that are here", async (name, near, far, missing) => {
  const found = await foreignOf({ name, imageSize: 8 });
  expect(found).toMatchObject({ near, far, other: [] });
  expect(found.notices).toEqual(
    missing.map((set) => expect.stringMatching(`^not judged by ${set}, which are not here`)),
  );
});

test("held-out classes come first; a set that is named keeps what the data set says of it; of others nothing is said", async () => {
  expect(await foreignOf({ name: "folder", holdOut: ["dark"] })).toMatchObject({
    near: ["held-out"],
    far: ["emoji/test", "textures"],
  });
  const named = { ood: ["cifar10", "textures", "held-out"] };
  expect(await foreignOf({ name: "folder", holdOut: ["dark"] }, {}, named)).toMatchObject({
    near: ["held-out"],
    far: ["textures"],
    other: ["cifar10/test"],
  });
  expect(
    await foreignOf({ name: "folder" }, {}, { ...named, ood: ["cifar10", "textures"], oodNear: ["cifar10"] }),
  ).toMatchObject({ near: ["cifar10/test"], far: ["textures"] });
});

test("textures are left out where pixMix trained on fractals, and a line says so", async () => {
  const { far, notices } = await foreignOf({ name: "folder" }, { augment: [{ name: "pixMix", options: {} }] });
  expect([far, notices]).toEqual([["emoji/test"], [expect.stringMatching(/^not judged by textures: pixMix/)]]);
});

test("every set that a data set names is one that --ood takes", () => {
  for (const name of dataSetNames) {
    const { near, far } = dataSetTable[name].foreign;
    for (const text of [...near, ...far]) expect(() => foreignSource(text)).not.toThrow();
    expect([...near, ...far]).not.toContain(name);
  }
  expect(imageCount(own.test)).toBe(6);
});
