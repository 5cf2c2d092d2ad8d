import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../core/index.ts";
import { loadRegressionPredictor } from "../train/index.ts";
import { runCli } from "./run-cli.ts";
import { anchored } from "./testing.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "anchored-export-regression-"));
const at = (name: string) => join(root, name);
afterAll(() => rmSync(root, { recursive: true }));

/** Price = 2 · size + 30 in town, with noise. */
function table(count: number): string {
  const random = new Random("flats");
  const rows = Array.from({ length: count }, () => {
    const [size, kind] = [20 + 80 * random.uniform(), random.integer(2) === 0 ? "town" : "land"];
    return `${size},${kind},${2 * size + (kind === "town" ? 30 : 0) + 3 * random.normal()},no number`;
  });
  return ["size,kind,price,note", ...rows].join("\n");
}

async function ok(...argv: string[]): Promise<{ readonly out: string; readonly notes: string }> {
  const { code, out, notes } = await anchored(argv);
  expect(code, notes.join("\n")).toBe(0);
  return { out, notes: notes.join("\n") };
}
const jsonLines = (out: string) => out.split("\n").map((line) => JSON.parse(line));

const flats = ["--csv", at("flats.csv"), "--target", "price", "--categorical", "kind"];
const train = (run: string, ...flags: string[]) =>
  ok(..."train --task regression --epochs 12 --batch-size 32 --threads 1".split(" "), "--out", at(run), ...flags);

beforeAll(async () => {
  writeFileSync(at("flats.csv"), table(300));
  writeFileSync(at("new.csv"), "note,kind,size\nx,town,50\ny,sea,60\nz,land,\nz,land,80\n");
  await train("anchored", ...flats, ..."--method anchored --mask-target mean --reference-count 4".split(" "));
  await train("quantile", ...flats, "--loss", "quantile");
  await train("dropout", ...flats, ..."--dropout 0.1 --dropout-draws 3".split(" "));
}, 120_000);

describe("a table", () => {
  test("is exported, checked on the validation examples, and predicted from by run and file alike", async () => {
    const exported = JSON.parse((await ok("export", at("anchored"), "--out", at("a.onnx"), "--json")).out);
    expect(exported.card).toMatchObject({
      inputs: { kind: "numbers", names: ["size", "kind=land", "kind=town"], categorical: ["kind"] },
      targets: { names: ["price"] },
      references: 4,
      standardDeviation: true,
    });
    expect(exported.check).toMatchObject({ set: "flats/validation", examples: 24 });
    expect(exported.check.largestDifference).toBeLessThan(1e-4);

    const [byRun, byFile] = [
      await anchored(["predict", at("anchored"), at("new.csv"), "--json"]),
      await anchored(["predict", at("a.onnx"), at("new.csv"), "--json"]),
    ];
    expect(byFile).toEqual(byRun);
    expect(byFile.code).toBe(2);
    expect(byFile.notes).toEqual([
      expect.stringMatching(/new.csv: not what the model predicts from, so left out: "note"$/),
      expect.stringMatching(/anchored: .*new.csv, line 3, column "kind": "sea" was in no training example/),
      expect.stringMatching(/anchored: .*new.csv, line 4, column "size": no value$/),
      "2 rows could not be predicted from",
    ]);
    const answers = jsonLines(byFile.out);
    expect(answers.map(({ place }) => place)).toEqual(["line 2", "line 5"]);

    const predictor = loadRegressionPredictor(at("anchored"), { threads: 1 });
    const { mean, standardDeviation } = await predictor.predict({
      name: "new",
      count: 2,
      inputs: { kind: "numbers", names: ["size", "kind=land", "kind=town"], data: Float64Array.of(50, 0, 1, 80, 1, 0) },
      targets: { names: ["price"], data: new Float64Array(2) },
    });
    await predictor.dispose();
    for (const [i, { targets }] of answers.entries()) {
      expect(targets.price.mean / mean[i]).toBeCloseTo(1, 4);
      expect(targets.price.standardDeviation / standardDeviation![i]).toBeCloseTo(1, 3);
    }
    const words = await anchored(["predict", at("a.onnx"), at("new.csv")]);
    expect(words.out).toMatch(/^.*new.csv line 2\tprice [\d.]+ ± [\d.e-]+\n.*new.csv line 5\tprice [\d.]+ ± [\d.e-]+$/);
  });

  test("conformal intervals hold the share of new examples that was asked for", async () => {
    const argv = ["export", at("quantile"), "--out", at("q.onnx"), "--conformal", "0.8"];
    expect((await ok(...argv)).out).toMatch(/intervals of 80.0 % \(cqr\), calibrated on 24 validation examples/);
    writeFileSync(at("fresh.csv"), table(300));
    const answers = jsonLines((await ok("predict", at("q.onnx"), at("fresh.csv"), "--json")).out);
    const prices = table(300)
      .split("\n")
      .slice(1)
      .map((line) => Number(line.split(",")[2]));
    const inside = answers.filter(({ targets: { price } }, i) => price.lower <= prices[i] && prices[i] <= price.upper);
    expect(inside.length / 300).toBeGreaterThan(0.65);
    expect(Object.keys(answers[0].targets.price.quantiles)).toEqual(["0.05", "0.5", "0.95"]);
    const byRun = ["predict", at("quantile"), at("fresh.csv"), "--conformal", "0.8", "--json"];
    expect(jsonLines((await ok(...byRun)).out)).toEqual(answers);
    const normalised = JSON.parse(
      (await ok("export", at("anchored"), "--out", at("n.onnx"), "--conformal", "0.9", "--json")).out,
    );
    expect(normalised.card.conformal).toMatchObject({ level: 0.9, method: "normalised", examples: 24 });
    const one = await ok(
      "predict",
      at("anchored"),
      at("fresh.csv"),
      "--conformal",
      "0.9",
      "--conformal-by",
      "absolute",
    );
    expect(one.out.split("\n")[0]).toMatch(/price [\d.]+ ± [\d.e-]+ \[[\d.]+, [\d.]+\]$/);
  });

  test("the lines of docs/regression.md, in plain onnxruntime-node without any of our code", async () => {
    await ok("export", at("anchored"), "--out", at("flats.onnx"), "--conformal", "0.9");
    const page = readFileSync(join(repository, "docs/regression.md"), "utf8");
    const [, snippet] = /```js\n(import[^`]*onnxruntime-node[^`]*)```/.exec(page)!;
    writeFileSync(at("snippet.mjs"), snippet);
    symlinkSync(join(repository, "node_modules"), at("node_modules"));
    const printed = execFileSync(process.execPath, ["snippet.mjs"], { cwd: root, encoding: "utf8" });
    writeFileSync(at("one.csv"), "size,kind\n54.1,town\n");
    const [answer] = jsonLines((await ok("predict", at("flats.onnx"), at("one.csv"), "--json")).out);
    const { mean, standardDeviation, lower, upper } = answer.targets.price;
    expect(printed.trim().split(" ").map(Number)).toEqual([mean, standardDeviation, lower, upper]);
  });

  test("is served over HTTP, with the numbers of predict, from where its table lies now", async () => {
    renameSync(at("flats.csv"), at("moved.csv"));
    const stop = new AbortController();
    let ended: Promise<number> | undefined;
    const url = await new Promise<string>((resolve) => {
      ended = runCli(
        ["serve", at("quantile"), "--conformal", "0.8", "--csv", at("moved.csv"), "--port", "0", "--json"],
        {
          out: (text) => resolve(JSON.parse(text).address),
          note: () => {},
          interactive: false,
          input: async () => new Uint8Array(),
          interruptible: (work) => work(stop.signal),
        },
      );
    });
    const body = JSON.stringify({ rows: [{ size: 50, kind: "town" }] });
    const answer = await fetch(`${url}/v1/predict`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const { predictions } = (await answer.json()) as { predictions: { targets: object }[] };
    stop.abort();
    await ended;
    renameSync(at("moved.csv"), at("flats.csv"));
    writeFileSync(at("one.csv"), "size,kind\n50,town\n");
    const argv = ["predict", at("quantile"), at("one.csv"), "--conformal", "0.8", "--json"];
    expect(predictions).toEqual([{ file: null, targets: jsonLines((await ok(...argv)).out)[0].targets }]);
  });

  test("float16 tells what it costs", async () => {
    const { out } = await ok("export", at("anchored"), "--out", at("h.onnx"), "--precision", "float16", "--k", "2");
    expect(out).toMatch(/2 references, raw weights in float16/);
    expect(out).toMatch(/RMSE of 24 validation examples [\d.]+ in float16, [\d.]+ in float32/);
  });

  test("draws of dropout are no part of a file", async () => {
    const { out } = await ok("export", at("dropout"), "--out", at("d.onnx"), "--without-draws");
    expect(out).toMatch(/→ mean of price/);
  });

  test.each<[string, string[], RegExp]>([
    ["dropout", ["export", "dropout", "--out", "x.onnx"], /over 3 draws of dropout, .*--without-draws/],
    [
      "no draws",
      ["export", "anchored", "--out", "x.onnx", "--without-draws"],
      /--without-draws: the run's answers are/,
    ],
    [
      "temperature",
      ["export", "anchored", "--out", "x.onnx", "--temperature", "1"],
      /--temperature: it is about classes/,
    ],
    ["protocol", ["predict", "anchored", "new.csv", "--protocol", "single"], /--protocol: it is about classes/],
    ["temperature of a server", ["serve", "anchored", "--temperature", "1"], /--temperature: it is about classes/],
    ["classes to tell", ["predict", "anchored", "new.csv", "--top", "2"], /--top: it is about classes/],
    ["too sure", ["export", "anchored", "--out", "x.onnx", "--conformal", "0.99"], /it needs 99 .* the run has 24;/],
    ["certain", ["export", "anchored", "--out", "x.onnx", "--conformal", "1"], /--conformal 1: the share of targets/],
    ["no share", ["export", "anchored", "--out", "x.onnx", "--conformal-by", "absolute"], /add --conformal 0.9$/],
    ["no quantiles", ["export", "anchored", "--out", "x.onnx", "--conformal", "0.9", "--conformal-by", "cqr"], /cqr: /],
    [
      "no deviations",
      ["export", "quantile", "--out", "x.onnx", "--conformal", "0.9", "--conformal-by", "normalised"],
      /normalised: the run gives no standard deviation; use absolute/,
    ],
    ["settled in a file", ["predict", "a.onnx", "new.csv", "--k", "2"], /a.onnx: its k was settled at its export/],
    ["a missing column", ["predict", "a.onnx", "other.csv"], /other.csv: no column "size", which the model predicts/],
    ["an image", ["predict", "a.onnx", "cat.jpg"], /cat.jpg: a table's name must end in/],
  ])("refused in one line: %s", async (_, argv, message) => {
    writeFileSync(at("other.csv"), "kind\ntown\n");
    const { code, notes } = await anchored(
      argv.map((arg) => (/^(anchored|quantile|dropout)$|\.(onnx|csv|jpg)$/.test(arg) ? at(arg) : arg)),
    );
    expect(notes).toEqual([expect.stringMatching(message)]);
    expect(code).toBe(2);
  });
});

test("images: the answer for the same pixels by run and file, in degrees", async () => {
  const flags =
    "--data emoji-rotation --image-size 16 --model resnet20 --epochs 1 --method anchored --mask-target mean";
  await train("rotation", ...flags.split(" "), "--reference-count", "2", "--batch-size", "64", "--max-steps", "3");
  const { notes } = await ok("export", at("rotation"), "--out", at("r.onnx"));
  expect(notes).toMatch(/rotation is not fully trained \(step 3 of \d+\); exported as it is/);
  expect(notes).toMatch(/predict .*r.onnx IMAGE$/);
  const picture = at("picture.png");
  await sharp({ create: { width: 40, height: 40, channels: 3, background: "red" } })
    .png()
    .toFile(picture);
  const [byRun, byFile] = [
    await ok("predict", at("rotation"), picture, "--json"),
    await ok("predict", at("r.onnx"), picture, "--json"),
  ];
  expect(byFile.out).toBe(byRun.out);
  const [{ path, targets }] = jsonLines(byFile.out);
  expect(path).toBe(picture);
  expect(targets.angle.mean).toBeGreaterThan(-200);
  expect(targets.angle.standardDeviation).toBeGreaterThan(0);
}, 120_000);

test("flags about regressions are refused of others", async () => {
  const { code, notes } = await anchored(["predict", at("nowhere"), at("new.csv"), "--conformal", "0.9"]);
  expect(notes).toEqual([expect.stringMatching(/--conformal: it is about regressions, and .*nowhere is none/)]);
  expect(code).toBe(2);
});
