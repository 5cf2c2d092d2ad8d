import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeSmallClipFolder } from "../train/dual-encoder/test-clip-folder.ts";
import { tinyConfig, tinyDataSet, untrainedRun } from "../train/testing.ts";
import { anchored } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-anchors-"));
const at = (...names: string[]) => join(root, ...names);
afterAll(() => rmSync(root, { recursive: true }));

beforeAll(async () => {
  untrainedRun(at("vit"), tinyConfig({ model: "vit-tiny" }), tinyDataSet());
  untrainedRun(at("anchored"), tinyConfig({ model: "vit-tiny", method: { name: "anchored" } }), tinyDataSet());
  untrainedRun(at("mean"), tinyConfig({ model: "vit-tiny-patch4-depth6" }), tinyDataSet());
  untrainedRun(at("resnet"), tinyConfig({ model: "resnet20" }), tinyDataSet());
  writeSmallClipFolder(at("clip"));
  for (const [folder, blue] of [
    ["a", 0],
    ["b", 200],
  ] as const) {
    mkdirSync(at(folder));
    const pixels = Buffer.from(Array.from({ length: 40 * 30 * 3 }, (_, i) => (i % 3 === 2 ? blue : (i / 3) % 256)));
    await sharp(pixels, { raw: { width: 40, height: 30, channels: 3 } })
      .png()
      .toFile(at(folder, "one.png"));
  }
  writeFileSync(at("none.png"), "no picture");
});

const ask = (model: string, ...more: string[]) =>
  anchored(["anchors", at("a", "one.png"), "--model", at(model), "--out", at("out"), "--threads", "1", ...more]);

describe("anchored anchors", () => {
  test.each(["vit", "anchored"])("%s: indices with the class token's, and a drawing", async (model) => {
    const { code, out, notes } = await ask(model, "--per-head", "1");
    expect([code, notes]).toEqual([0, []]);
    const [path, indices, drawing] = out.split("\t");
    expect([path, drawing]).toEqual([at("a", "one.png"), at("out", "one.png")]);
    // Three heads take three of four patches.
    const numbers = indices.split(" ").map(Number);
    expect(numbers[0]).toBe(0);
    expect(new Set(numbers).size).toBe(4);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    const { width, height } = await sharp(at("out", "one.png")).metadata();
    expect([width, height]).toEqual([448, 448]);
  });

  test("in a drawing the patches that are left out are paled, the others are as they were", async () => {
    const white = at("black.png");
    await sharp({ create: { width: 64, height: 64, channels: 3, background: "black" } })
      .png()
      .toFile(white);
    const given = ["anchors", white, "--model", at("vit"), "--out", at("pale"), "--rule", "norm", "--count", "1"];
    const { out } = await anchored([...given, "--json"]);
    const { patches, across, drawing } = JSON.parse(out);
    const { data, info } = await sharp(drawing).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const cell = info.width / across;
    const middles = Array.from({ length: across ** 2 }, (_, patch) => {
      const [row, column] = [Math.floor(patch / across), patch % across].map((i) => Math.floor((i + 0.5) * cell));
      return data[(row * info.width + column) * 3];
    });
    expect(middles.map((value) => value > 100)).toEqual(middles.map((_, patch) => !patches.includes(patch)));
  });

  test("--json says by which network, block and rule; CLIP's folders are asked, and networks without a class token", async () => {
    const clip = JSON.parse((await ask("clip", "--count", "4", "--json", "--layer", "0")).out);
    expect(clip).toMatchObject({ layer: "visual.transformer.resblocks.0", rule: "heads", classToken: true });
    expect(clip.indices).toEqual([
      0,
      ...clip.patches.map((patch: number) => patch + 1).sort((a: number, b: number) => a - b),
    ]);
    const mean = JSON.parse((await ask("mean", "--json")).out);
    expect(mean).toMatchObject({ layer: "blocks.4", rule: "received", classToken: false, across: 2 });
    expect(mean.indices).toHaveLength(3);
    const drawn = async (seed: string) => (await ask("vit", "--rule", "random", "--count", "2", "--seed", seed)).out;
    expect(await drawn("1")).toBe(await drawn("1"));
  });

  test("equal names in two folders get two drawings; what is no image is named, and the others go on", async () => {
    const given = [at("a"), at("none.png"), at("b")];
    const { code, out, notes } = await anchored(["anchors", ...given, "--model", at("vit"), "--out", at("two")]);
    expect(code).toBe(2);
    expect(out.split("\n")).toHaveLength(2);
    expect(notes.join("\n")).toContain("none.png: not a readable image");
    expect(readdirSync(at("two")).sort()).toEqual(["one-2.png", "one.png"]);
  });

  test.each([
    ["resnet", [], "resnet20 makes no tokens that each attend to all"],
    ["vit", ["--count", "5"], "--count 5: "],
    ["vit", ["--per-head", "2"], "--count 6: there are 4 patches"],
    ["vit", ["--layer", "12"], "--layer 12: there are 12 blocks; use 0 to 11"],
    ["vit", ["--per-head", "1", "--count", "3"], "--count 3 says already how many"],
    ["vit", ["--rule", "objects"], "--rule objects: unknown"],
    ["vit", ["--activation", "gelu"], "--activation gelu: "],
    ["mean", ["--rule", "heads"], "--rule heads: the network has no class token; use received"],
    ["nowhere", [], "no run folder, and no folder of CLIP's weights"],
  ])("%s %j is refused in one line, and nothing is written", async (model, more, message) => {
    rmSync(at("out"), { recursive: true, force: true });
    const { code, out, notes } = await ask(model, ...more);
    expect([code, out, notes.length]).toEqual([2, "", 1]);
    expect(notes[0]).toContain(message);
    expect(existsSync(at("out"))).toBe(false);
  });
});
