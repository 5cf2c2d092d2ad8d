import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "../src/cli/testing.ts";
import { runPaths } from "../src/files/index.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "anchored-export-"));
const images = join(root, "images");
const run = join(root, "run");
const model = join(root, "model.onnx");
const picture = join(images, "test", "red", "0.png");

beforeAll(async () => {
  await tinyImageFolder(images);
  // Of this seed one validation image of the four is wrong, so that a temperature fits best.
  const method = "--method anchored --reference-count 3 --average-decay 0.5 --seed 0".split(" ");
  const trained = await anchored(["train", ...tinyTraining(images), ...method, "--out", run]);
  expect(trained.code, trained.notes.join("\n")).toBe(0);
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

describe("export", () => {
  it("writes a file that agrees with the run, with a temperature fitted on the validation images", async () => {
    const { code, out, notes } = await anchored(["export", run, "--out", model, "--json"]);
    expect(notes.at(-1)).toMatch(/predict .*model.onnx IMAGE$/);
    expect(code).toBe(0);
    const exported = JSON.parse(out);
    expect(exported).toMatchObject({
      file: model,
      temperatureImages: 4,
      check: { set: "images/validation", images: 4 },
    });
    expect(exported.check.largestDifference).toBeLessThan(1e-5);
    expect(exported.card).toMatchObject({ classes: ["blue", "red"], references: 3, weights: "average" });
    expect(exported.card.temperature).not.toBe(1);
  });

  it("float16 tells what it costs in accuracy", async () => {
    const small = join(root, "small.onnx");
    const { code, out } = await anchored(["export", run, "--out", small, "--precision", "float16", "--k", "2"]);
    expect(out).toMatch(
      /2 references, temperature [\d.e+-]+ \(fitted on 4 validation images\), average weights in float16/,
    );
    expect(out).toMatch(/validation accuracy [\d.]+ % in float16, [\d.]+ % in float32: \d of 4 answers differ/);
    expect(code).toBe(0);
  });

  it("needs no data for a temperature that is given", async () => {
    const moved = join(root, "moved");
    mkdirSync(moved);
    const longer = JSON.parse(readFileSync(runPaths(run).config, "utf8").replaceAll(images, "/nowhere"));
    longer.config.epochs = 5;
    const config = JSON.stringify(longer);
    writeFileSync(runPaths(moved).config, config);
    writeFileSync(runPaths(moved).checkpoint, readFileSync(runPaths(run).checkpoint));
    const argv = ["export", moved, "--out", join(root, "moved.onnx")];
    const refused = await anchored(argv);
    expect(refused.notes.at(-1)).toMatch(/--temperature auto .*\/nowhere.*; or give --temperature 1$/);
    expect(refused.code).toBe(2);
    const written = await anchored([...argv, "--temperature", "2", "--precision", "float16"]);
    expect(written.notes[0]).toMatch(/is not fully trained \(step 2 of 10\); exported as it is$/);
    expect(written.out).toMatch(/temperature 2, .*\n.* 64 images \(noise\) within/);
    expect(written.notes.join("\n")).toMatch(/what float16 costs in accuracy is not measured: .*\/nowhere/);
    expect(written.code).toBe(0);
  });

  it("leaves nothing behind where it is interrupted", async () => {
    const { code } = await anchored(["export", run, "--out", join(root, "no.onnx")], { interrupted: true });
    expect(code).toBe(130);
    expect(() => readFileSync(join(root, "no.onnx"))).toThrow(/ENOENT/);
  });
});

describe("predict", () => {
  const jsonLines = (out: string) => out.split("\n").map((line) => JSON.parse(line));
  const mixed = join(root, "mixed");

  /** The same picture in many guises, and things that are none. */
  beforeAll(async () => {
    mkdirSync(join(mixed, "below"), { recursive: true });
    const big = () => sharp(picture).resize(160, 160, { kernel: "nearest" });
    await big().png().toFile(join(mixed, "alpha.png"));
    await big().ensureAlpha().png().toFile(join(mixed, "a.png"));
    await big().toColourspace("cmyk").jpeg({ quality: 100 }).toFile(join(mixed, "cmyk.jpg"));
    await big()
      .tiff()
      .toFile(join(mixed, "below", "b.tiff"));
    await big()
      .gif()
      .toFile(join(mixed, "below", "c.gif"));
    await big().greyscale().webp().toFile(join(mixed, "grey.webp"));
    await big().rotate(90).withMetadata({ orientation: 8 }).png().toFile(join(mixed, "turned.png"));
    writeFileSync(join(mixed, "notes.txt"), "not an image");
    writeFileSync(join(mixed, ".hidden"), "not even looked at");
    writeFileSync(join(mixed, "cut.png"), readFileSync(picture));
    truncateSync(join(mixed, "cut.png"), 60);
  });

  it("by a run and by its file: the same classes and uncertainties, a line an image", async () => {
    const pictures = ["red", "blue"].map((name) => join(images, "test", name));
    const byRun = await anchored(["predict", run, ...pictures, "--json"]);
    const byFile = await anchored(["predict", model, ...pictures, "--json"]);
    expect([byRun.code, byFile.code]).toEqual([0, 0]);
    const [a, b] = [jsonLines(byRun.out), jsonLines(byFile.out)];
    expect(a.map(({ path }) => path)).toEqual(pictures.flatMap((path) => [join(path, "0.png"), join(path, "1.png")]));
    b.forEach((answer, i) => {
      expect(answer.class).toBe(a[i].class);
      expect(answer.confidence).toBeCloseTo(a[i].confidence, 6);
      expect(answer.uncertainty).toBeCloseTo(a[i].uncertainty, 5);
      expect(answer.uncertaintyRank).toBe(a[i].uncertaintyRank);
      expect(answer.top[0].std).toBeCloseTo(a[i].top[0].std, 5);
    });
    const words = await anchored(["predict", model, picture, "--top", "2"]);
    expect(words.out).toMatch(
      /^.*0\.png\t(red|blue)\t[\d.]+ %\tuncertainty [\d.]+, more unsure than on (any|almost no|\d+\u00a0% of) validation images?\t(red|blue) [\d.]+ %$/,
    );
  });

  it("a run is fitted once, and answers without its data from then on; a temperature may be given", async () => {
    const own = join(root, "own");
    cpSync(run, own, { recursive: true });
    rmSync(runPaths(own).calibration);
    const of = async (...options: string[]) => {
      const { code, out, notes } = await anchored(["predict", own, picture, "--json", ...options]);
      expect(code, notes.join("\n")).toBe(0);
      return { answer: JSON.parse(out), notes: notes.join("\n") };
    };
    const first = await of();
    expect(first.notes).toMatch(/^temperature [\d.]+, fitted on 4 validation images; kept in .*own.calibration\.json$/);
    const exported = JSON.parse((await anchored(["predict", model, picture, "--json"])).out);
    expect(first.answer).toEqual(exported);
    const elsewhere = join(root, "elsewhere");
    renameSync(images, elsewhere);
    try {
      const moved = join(elsewhere, "test", "red", "0.png");
      const { out, notes } = await anchored(["predict", own, moved, "--json"]);
      expect(notes).toEqual([]);
      expect(JSON.parse(out)).toEqual({ ...first.answer, path: moved });
      const other = await anchored(["predict", own, moved, "--k", "2"]);
      expect(other.notes).toEqual([
        expect.stringMatching(
          /^anchored: --temperature auto is fitted on the run's data: .*; or give --temperature 1$/,
        ),
      ]);
      expect(other.code).toBe(2);
      const given = await anchored(["predict", own, moved, "--k", "2", "--temperature", "1", "--json"]);
      expect(given.notes).toEqual([
        expect.stringMatching(/^where uncertainties stand among known images is not told: /),
      ]);
      expect(JSON.parse(given.out)).not.toHaveProperty("uncertaintyRank");
      const found = await anchored(["predict", own, moved, "--k", "2", "--folder", elsewhere]);
      expect(found.code).toBe(0);
    } finally {
      renameSync(elsewhere, images);
    }
    const sure = (await of("--temperature", "0.01")).answer;
    expect(sure.confidence).toBeGreaterThan(first.answer.confidence);
    expect(sure.uncertainty).toBe(first.answer.uncertainty);
  });

  it("a run that was trained on is fitted anew", async () => {
    const own = join(root, "trained-on");
    cpSync(run, own, { recursive: true });
    const stored = JSON.parse(readFileSync(runPaths(own).calibration, "utf8"));
    writeFileSync(runPaths(own).calibration, JSON.stringify({ ...stored, checkpointSha256: "another" }));
    const { notes } = await anchored(["predict", own, picture]);
    expect(notes.join()).toMatch(/fitted on 4 validation images/);
    writeFileSync(runPaths(own).calibration, "{");
    const damaged = await anchored(["predict", own, picture]);
    expect([damaged.code, damaged.notes.length]).toEqual([2, 1]);
    expect(damaged.notes[0]).toMatch(/calibration\.json: not valid JSON.*; remove it, and it is made anew$/);
  });

  it("tells where an uncertainty stands among the validation images", async () => {
    const standard = join(root, "standard");
    const seed = ["--seed", "0"];
    expect((await anchored(["train", ...tinyTraining(images), ...seed, "--out", standard])).code).toBe(0);
    for (const [path, options] of [
      [standard, ["--temperature", "0.5"]],
      [run, []],
    ] as const) {
      const held = join(images, "validation");
      const { out } = await anchored(["predict", path, held, ...options, "--json"]);
      const answers = jsonLines(out).sort((a, b) => a.uncertainty - b.uncertainty);
      expect(answers).toHaveLength(4);
      // Four known images divide the ranks in thirds; none is above all.
      expect(answers[0].uncertaintyRank).toBe(0);
      expect(answers[1].uncertaintyRank).toBeCloseTo(0.33, 1);
      expect(answers[2].uncertaintyRank).toBeCloseTo(0.66, 1);
      expect(answers[3].uncertaintyRank).toBeGreaterThanOrEqual(0.98);
    }
  });

  it("any format, colour space and orientation; files that are no images are named and the rest go on", async () => {
    const { code, out, notes } = await anchored(["predict", model, mixed, join(root, "none.jpg"), "--json"]);
    expect(code).toBe(2);
    expect(notes.filter((line) => line.startsWith("anchored: ")).map((line) => line.slice(10).split(":")[0])).toEqual([
      join(mixed, "cut.png"),
      join(mixed, "notes.txt"),
      join(root, "none.jpg"),
    ]);
    expect(notes.at(-1)).toBe("3 of 10 files could not be read as images");
    const answers = new Map(jsonLines(out).map((answer) => [answer.path.slice(mixed.length + 1), answer]));
    expect([...answers.keys()]).toEqual([
      "a.png",
      "alpha.png",
      "below/b.tiff",
      "below/c.gif",
      "cmyk.jpg",
      "grey.webp",
      "turned.png",
    ]);
    const [whole] = jsonLines((await anchored(["predict", model, picture, "--json"])).out);
    for (const name of ["a.png", "alpha.png", "below/b.tiff", "turned.png"])
      expect(Math.abs(answers.get(name).confidence - whole.confidence), name).toBeLessThan(0.02);
  });

  it("- is one image from standard input", async () => {
    const { code, out } = await anchored(["predict", model, "-", "--json"], { input: readFileSync(picture) });
    expect(code).toBe(0);
    const [fromFile] = jsonLines((await anchored(["predict", model, picture, "--json"])).out);
    expect(JSON.parse(out)).toEqual({ ...fromFile, path: "-" });
    const empty = await anchored(["predict", model, "-"]);
    expect(empty.notes.join()).toMatch(/standard input: not a readable image/);
    expect(empty.code).toBe(2);
  });

  const wrong: [string, () => string[], RegExp][] = [
    [
      "a model that is not there",
      () => ["predict", "none.onnx", picture],
      /none.onnx: no such run folder or .onnx file/,
    ],
    ["a file that is no model", () => ["predict", picture, picture], /0.png: no readable ONNX model/],
    ["a choice that is settled", () => ["predict", model, picture, "--k", "2"], /model.onnx: its k was settled/],
    ["more references than kept", () => ["predict", run, picture, "--k", "9"], /--k 9: the checkpoint keeps 3/],
    ["a folder without a run", () => ["predict", images, picture], /holds no run/],
    [
      "a temperature below 0",
      () => ["predict", run, picture, "--temperature", "-1"],
      /--temperature -1: neither auto nor/,
    ],
    ["an unknown precision", () => ["export", run, "--out", "x", "--precision", "int8"], /--precision int8: unknown/],
    ["no place to write to", () => ["export", run], /--out/],
  ];
  it.each(wrong)("bad input: %s", async (_, argv, line) => {
    const { code, notes } = await anchored(argv());
    expect(notes.at(-1)).toMatch(line);
    expect(code).toBe(2);
  });
});

describe("the README's lines, in plain onnxruntime-node without any of our code", () => {
  const place = join(root, "snippet");
  const lines = /```js\n(import[^`]*onnxruntime-node[^`]*)```/.exec(
    readFileSync(join(repository, "README.md"), "utf8"),
  )!;
  const [, snippet] = lines;
  beforeAll(() => {
    mkdirSync(place);
    symlinkSync(join(repository, "node_modules"), join(place, "node_modules"));
    symlinkSync(model, join(place, "model.onnx"));
    writeFileSync(join(place, "snippet.mjs"), snippet);
  });

  const size = { width: 24, height: 16 };
  /** Red to blue and black to white across the picture, alpha too, so that no turn or background leaves it as it was. */
  const ramp = sharp(
    Uint8Array.from({ length: 24 * 16 * 4 }, (_, i) => {
      const [x, y] = [(i >> 2) % 24, Math.floor((i >> 2) / 24)];
      return [255 - 11 * x, 17 * y, 11 * x, 255 - 8 * (x + y)][i % 4];
    }),
    { raw: { ...size, channels: 4 } },
  );
  const opaque = () => ramp.clone().removeAlpha();
  const pictures: [string, () => Sharp][] = [
    ["a plain one", () => opaque().png()],
    ["turned by EXIF", () => opaque().jpeg({ quality: 100 }).withMetadata({ orientation: 6 })],
    ["mirrored by EXIF", () => opaque().tiff().withMetadata({ orientation: 2 })],
    ["transparent", () => ramp.clone().png()],
    ["transparent with a palette", () => ramp.clone().png({ palette: true })],
    ["transparent grey", () => ramp.clone().toColourspace("b-w").png()],
    ["transparent WebP, turned by EXIF", () => ramp.clone().webp({ lossless: true }).withMetadata({ orientation: 8 })],
    ["16 bits a channel", () => opaque().toColourspace("rgb16").png()],
    ["CMYK", () => opaque().toColourspace("cmyk").jpeg({ quality: 100 })],
  ];

  it("are few", () => {
    expect(snippet.trim().split("\n").length).toBeLessThanOrEqual(10);
    expect(snippet).not.toContain("anchored");
  });

  it.each(pictures)("answer as predict does: %s", async (_, make) => {
    const cat = join(place, "cat.jpg");
    writeFileSync(cat, await make().toBuffer());
    const printed = execFileSync(process.execPath, ["snippet.mjs"], { cwd: place, encoding: "utf8" });
    const { out } = await anchored(["predict", model, cat, "--json"]);
    const answer = JSON.parse(out);
    const [label, confidence, uncertainty] = printed.trim().split(/\s+/);
    expect(label).toBe(answer.class);
    expect(Number(confidence)).toBeCloseTo(answer.confidence, 6);
    expect(Number(uncertainty)).toBeCloseTo(answer.uncertainty, 6);
  });

  it("would answer otherwise without turning and without white below", async () => {
    const naive = async (make: () => Sharp, name: string) => {
      writeFileSync(join(place, `${name}.png`), await make().toBuffer());
      await sharp(join(place, `${name}.png`))
        .resize(8, 8)
        .removeAlpha()
        .png()
        .toFile(join(place, `${name}-naive.png`));
      const { out } = await anchored([
        "predict",
        model,
        join(place, `${name}.png`),
        join(place, `${name}-naive.png`),
        "--json",
      ]);
      const [right, wrong] = out.split("\n").map((line) => JSON.parse(line).confidence);
      return Math.abs(right - wrong);
    };
    expect(await naive(pictures[1][1], "turned")).toBeGreaterThan(5e-6);
    expect(await naive(pictures[3][1], "transparent")).toBeGreaterThan(5e-6);
  });
});

/** Debian's package python3-onnx brings its own interpreter's module. */
const python = ["python3", "/usr/bin/python3"].find(
  (command) => spawnSync(command, ["-c", "import onnx"], { stdio: "ignore" }).status === 0,
);

it.skipIf(!python)(`ONNX's own checker accepts it${python ? "" : " (skipped: no python3-onnx here)"}`, () => {
  const script = `
import onnx, sys
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
for value in onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True).graph.output:
    print(value.name, [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim])`;
  const printed = execFileSync(python!, ["-c", script, model], { encoding: "utf8" });
  expect(printed.trim().split("\n")).toEqual([
    "logits ['N', 2]",
    "probabilities ['N', 2]",
    "label ['N']",
    "uncertainty ['N', 2]",
    "score ['N']",
  ]);
});
