import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "../src/cli/testing.ts";
import { Random } from "../src/core/index.ts";
import { runPaths, writeNpy } from "../src/files/index.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-cli-"));
const images = join(root, "images");
const standard = join(root, "runs", "standard");
const masked = join(root, "runs", "masked");

beforeAll(() => tinyImageFolder(images));
afterAll(() => rmSync(root, { recursive: true }));

describe("one tiny full run", () => {
  it("trains a standard and an anchored classifier", async () => {
    const first = await anchored(["train", ...tinyTraining(images), "--out", standard, "--json"]);
    expect(first.notes.at(-1)).toContain(`evaluate ${standard}`);
    expect(first.code).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({ finished: true, steps: 2, run: standard });

    const method = ["--method", "anchored", "--mask-probability", "0.5", "--reference-count", "3"];
    const second = await anchored(["train", ...tinyTraining(images), ...method, "--out", masked]);
    expect(second.notes.join("\n")).toMatch(/epoch 1\/1 .*loss .*accuracy .*validation .*images\/s/);
    expect(second.code).toBe(0);
    for (const run of [standard, masked]) {
      expect(existsSync(runPaths(run).checkpoint)).toBe(true);
      const { config } = JSON.parse(readFileSync(runPaths(run).config, "utf8"));
      expect(config.epochs).toBe(1);
      expect(config.augment.map(({ name }: { name: string }) => name)).toEqual(["crop", "flip"]);
    }
  });

  it("judges them", async () => {
    const first = await anchored(["evaluate", standard, "--suite", "clean"]);
    expect(first.out).toMatch(/standard +images +Accuracy .*\nimages\/test +4 /);
    const second = await anchored(["evaluate", masked, "--k", "2", "--json"]);
    expect(second.code).toBe(0);
    const [results, ...others] = JSON.parse(second.out);
    expect(others).toEqual([]);
    expect(results.sets.map((set: { set: string }) => set.set)).toEqual(["images/test", "images/sketch"]);
    expect(results.sets[0]).toMatchObject({ protocol: "k", references: 2, images: 4 });
    expect(results.ood.map((set: { score: string }) => set.score)).toContain("reference-std");
    expect(results.ood.map((set: { score: string }) => set.score)).toContain("energy-scaled");
    expect(results.scalings.map((one: { kind: string }) => one.kind)).toContain("temperature");
    expect(results.conformal.length).toBe(16);
    expect(results.sensitivity.points.map((point: { k: number }) => point.k)).toEqual([1, 2, 3]);
    expect(results).toEqual(JSON.parse(readFileSync(runPaths(masked).results, "utf8")));
    expect(results.command).toContain("--method anchored");
  });

  it("judges a folder that is called as its foreign images are", async () => {
    const [folder, run] = [join(root, "mnist"), join(root, "runs", "mnist")];
    await tinyImageFolder(folder);
    expect((await anchored(["train", ...tinyTraining(folder), "--out", run])).code).toBe(0);
    const ood = `mnist,mine=${join(folder, "sketch")}`;
    const { code, out } = await anchored(["evaluate", run, "--suite", "clean,ood", "--ood", ood, "--json"]);
    expect(code).toBe(0);
    const [results] = JSON.parse(out);
    expect(new Set(results.ood.map((row: { set: string }) => row.set))).toEqual(
      new Set(["mnist/test", "mine/pictures"]),
    );
    expect(results.sets).toMatchObject([{ set: "mnist/test", images: 4 }]);
    expect(results.ood[0]).toMatchObject({ set: "mnist/test", against: "mnist/test" });
    expect(results.ood[0].histogram.ood).not.toEqual(results.ood[0].histogram.id);
  });

  it("takes BatchNorm's statistics anew, into a run that is judged beside the old one", async () => {
    const out = `${masked}-recalibrated`;
    const { code, out: table, notes } = await anchored(["recalibrate", masked, "--batches", "2", "--masked"]);
    expect(code).toBe(0);
    expect(table).toMatch(
      /^layer +kept: mean off by +deviation +masked: mean off by +deviation\nbn1 +[\d.]+ σ +× [\d.]+/,
    );
    expect(notes.at(-1)).toContain(`evaluate ${masked} ${out}`);
    const judged = await anchored(["evaluate", masked, out, "--suite", "clean", "--json"]);
    expect(JSON.parse(judged.out).map(({ run }: { run: string }) => run)).toEqual(["masked", "masked-recalibrated"]);
    const again = await anchored(["recalibrate", masked, "--json"]);
    expect(again).toMatchObject({ code: 2, notes: [`anchored: --out ${out}: it holds a run already; choose another`] });
  });

  it("fits a linear probe on the frozen features, and fine-tunes from the run", async () => {
    const probe = await anchored(["probe", masked, "--threads", "1", "--json"]);
    expect(probe.notes.at(-1)).toContain(`report ${masked}-probe`);
    expect(probe.code).toBe(0);
    const { summary, results } = JSON.parse(probe.out);
    expect(summary).toMatchObject({ run: masked, features: 64, references: 3, data: { classes: 2 }, trainImages: 8 });
    const nlls = summary.tried.map((one: { validationNll: number }) => one.validationNll);
    expect(summary.tried[nlls.indexOf(Math.min(...nlls))].strength).toBe(summary.strength);
    expect(results.sets.map((set: { set: string }) => set.set)).toEqual(["images/test", "images/sketch"]);
    expect((await anchored(["report", masked, `${masked}-probe`, "--out", join(root, "probe.html")])).code).toBe(0);

    const tuned = join(root, "runs", "tuned");
    const from = ["--init", masked, "--references-from", "both", "--trainable", "head", "--method", "anchored"];
    const { code, notes } = await anchored(["train", ...tinyTraining(images), ...from, "--out", tuned]);
    expect(notes.join("\n")).toContain(`normalised as in ${masked}`);
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(runPaths(tuned).config, "utf8")).pretraining.data.name).toBe("folder");
  });

  it("judges both under corruption: images are made once, and what is stored is not predicted again", async () => {
    const argv = ["evaluate", standard, masked, "--suite", "corruptions", "--json"];
    const chosen = ["--corruptions", "fog,frost,jpeg_compression", "--severities", "1,5"];
    const { code, out } = await anchored([...argv, ...chosen]);
    expect(code).toBe(0);
    const [first, second] = JSON.parse(out);
    const cells = (results: { corruptions: { cells: { corruption: string; severity: number }[] } }) =>
      results.corruptions.cells.map(({ corruption, severity }) => `${corruption} ${severity}`);
    expect(cells(first)).toEqual(["frost*", "fog", "jpeg_compression"].flatMap((name) => [`${name} 1`, `${name} 5`]));
    expect(cells(second)).toEqual(cells(first));
    // What was judged before is still there, asked as before, and sets that are incomplete have no mean.
    expect(second.sets[0]).toMatchObject({ protocol: "k" });
    expect(second.corruptions).toMatchObject({ protocol: "single", meanErrors: {} });
    const written = statSync(join(masked, "predictions", "images-test-fog-1.logits.npy")).mtimeMs;
    await anchored([...argv, ...chosen]);
    expect(statSync(join(masked, "predictions", "images-test-fog-1.logits.npy")).mtimeMs).toBe(written);
  });

  it("reads published files in place of making images", async () => {
    const folder = join(root, "published");
    const shape = [20, 8, 8, 3];
    writeNpy(join(folder, "lines.npy"), { shape, data: Uint8Array.from({ length: 20 * 192 }, (_, i) => i % 255) });
    const argv = ["evaluate", standard, "--suite", "corruptions", "--published", folder, "--corruptions", "lines"];
    const { code, out, notes } = await anchored([...argv, "--json"]);
    expect(notes.join()).toContain("no checksum of lines is known");
    expect(code).toBe(0);
    const cells = JSON.parse(out)[0].corruptions.cells.filter(
      (cell: { benchmark: string }) => cell.benchmark === "published",
    );
    expect(cells.map((cell: { severity: number }) => cell.severity)).toEqual([1, 2, 3, 4, 5]);
  });

  it("asks by bilinear transduction, too", async () => {
    const { code, out } = await anchored(["evaluate", masked, "--suite", "clean", "--protocol", "blt", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)[0].sets[0]).toMatchObject({ protocol: "blt", references: 3, images: 4 });
  });

  it("compares them in a page", async () => {
    const page = join(root, "report.html");
    const { code, out } = await anchored(["report", standard, masked, "--out", page]);
    expect(out).toMatch(/^report: file:\/\/.*report\.html$/);
    expect(code).toBe(0);
    const html = readFileSync(page, "utf8");
    const titles = [...html.matchAll(/<h2>([^<]+)<\/h2>/g)].map((match) => match[1]);
    const sections = [
      "Under corruption",
      "After training",
      "Answering only when sure",
      "How much the references matter",
    ];
    expect(titles).toEqual(expect.arrayContaining(sections));
    expect(/NaN|undefined|\[object/.exec(html)?.[0]).toBeUndefined();
  });

  it("judges another program's logits", async () => {
    const random = new Random("external");
    const save = (name: string, rows: number) => {
      // Image n is of class n % 3, and better known than by chance.
      const data = Float32Array.from({ length: rows * 3 }, (_, i) => {
        const [row, k] = [Math.floor(i / 3), i % 3];
        return random.normal() + (row % 3 === k ? 1 : 0);
      });
      writeNpy(join(root, name), { shape: [rows, 3], data });
      return join(root, name);
    };
    const labels = (name: string) => {
      writeNpy(join(root, name), { shape: [60], data: Int32Array.from({ length: 60 }, (_, i) => i % 3) });
      return join(root, name);
    };
    const argv = ["evaluate", "--logits", save("theirs.npy", 60), "--labels", labels("labels.npy")];
    argv.push("--validation-logits", save("v.npy", 60), "--validation-labels", labels("vl.npy"));
    argv.push("--ood", `noise=${save("noise.npy", 40)}`, "--corrupted", `fog=${save("fog.npy", 300)}`);
    const { code, out } = await anchored([...argv, "--out", join(root, "theirs"), "--json"]);
    expect(code).toBe(0);
    const [results] = JSON.parse(out);
    expect(results).toMatchObject({ external: true, model: "theirs", sets: [{ set: "theirs/test", images: 60 }] });
    expect(results.ood[0]).toMatchObject({ set: "noise", against: "theirs/test" });
    expect(results.corruptions.cells.length).toBe(5);
    expect(results.scalings.length).toBe(5);
    const page = join(root, "theirs.html");
    expect((await anchored(["report", join(root, "theirs"), "--out", page])).code).toBe(0);
    expect(/NaN|undefined|\[object/.exec(readFileSync(page, "utf8"))?.[0]).toBeUndefined();
  });

  it("judges averaged and raw weights apart, and says which", async () => {
    const run = join(root, "runs", "averaged");
    const trained = await anchored(["train", ...tinyTraining(images), "--average-decay", "0.5", "--out", run]);
    expect(trained.out).toMatch(/validation accuracy .* %, of the averaged weights .* %$/);
    const judged = async (...options: string[]) => {
      const { out } = await anchored(["evaluate", run, "--suite", "clean", "--json", ...options]);
      return JSON.parse(out)[0];
    };
    const average = await judged();
    const raw = await judged("--weights", "raw");
    expect(average).toMatchObject({ weights: "average", settings: { weights: "average" } });
    expect(raw).toMatchObject({ weights: "raw", settings: { weights: "raw" } });
    expect(raw.sets[0].metrics.nll).not.toBe(average.sets[0].metrics.nll);
    const page = join(root, "averaged.html");
    await anchored(["report", run, "--out", page]);
    expect(readFileSync(page, "utf8")).toContain("<dt>Weights</dt><dd>of the last training step</dd>");
    // Both predictions are kept: neither is made again.
    const files = ["images-test", "images-test-raw"].map((name) => join(run, "predictions", `${name}.logits.npy`));
    const written = files.map((path) => statSync(path).mtimeMs);
    expect((await judged("--weights", "average")).sets).toEqual(average.sets);
    expect(files.map((path) => statSync(path).mtimeMs)).toEqual(written);
    const mirrored = await judged("--mirror");
    expect(mirrored).toMatchObject({ settings: { weights: "average", mirrored: true }, sets: [{ mirrored: true }] });
    expect(mirrored.sets[0].metrics.nll).not.toBe(average.sets[0].metrics.nll);
    await anchored(["report", run, "--out", page]);
    expect(readFileSync(page, "utf8")).toContain("mean logits of each image and its mirror image");
    const { code, notes } = await anchored(["evaluate", standard, "--weights", "average"]);
    expect(notes.at(-1)).toMatch(/--weights average: .* keeps none; train it with --average-decay, or use raw/);
    expect(code).toBe(2);
  });

  it("trains on wrong labels if it is told to, and says so", async () => {
    const run = join(root, "runs", "noisy");
    const { code } = await anchored(["train", ...tinyTraining(images), "--label-noise", "0.25", "--out", run]);
    expect(code).toBe(0);
    const { title } = JSON.parse(readFileSync(runPaths(run).config, "utf8")).data;
    expect(title).toContain("25 % of the training labels wrong (symmetric)");
  });

  it("trains OAT, judges it by prediction batches, and by its stored anchor", async () => {
    const run = join(root, "runs", "oat");
    const oat = "--method oat --output-anchor formula --warm-start-epochs 0.5 --imbalance 2 --learning-rate 0.003";
    const options = oat.split(" ");
    expect((await anchored(["train", ...tinyTraining(images), ...options, "--out", run])).code).toBe(0);
    const argv = ["evaluate", run, "--suite", "clean,prediction-batch", "--prediction-batch", "stored"];
    const { code, out } = await anchored([...argv, "--json"]);
    expect(code).toBe(0);
    const [results] = JSON.parse(out);
    expect(results.data.title).toContain("imbalance 2");
    const [{ set, points }] = results.predictionBatch.sets;
    expect(set).toBe("images/test");
    const batches = points.map(({ batch }: { batch: string }) => batch);
    expect(batches).toEqual(["1", "32", "256", "stored", "sorted 32", "sorted 256"]);
    expect(results.sets[0].metrics.accuracy).toBe(points[3].accuracy);
    expect(results.command).toMatch(/--method oat .*--output-anchor formula --warm-start-epochs 0.5/);
    expect((await anchored(argv)).out).toContain("validation, stored");
    const page = join(root, "oat.html");
    expect((await anchored(["report", run, "--out", page])).code).toBe(0);
    expect(readFileSync(page, "utf8")).toContain("What the anchor of the output does");
    const wrong = await anchored(["train", ...tinyTraining(images), "--output-anchor", "code", "--out", `${run}2`]);
    expect(wrong.notes.at(-1)).toContain("--output-anchor belongs to --method oat, but --method is standard");
  });

  it("stops on Ctrl-C and continues with the command that it names", async () => {
    const run = join(root, "runs", "stopped");
    const stopped = await anchored(["train", ...tinyTraining(images), "--out", run], { interrupted: true });
    expect(stopped.code).toBe(130);
    expect(stopped.notes.at(-1)).toMatch(/^stopped after 0 of 2 steps; continue with: /);
    const words = stopped.notes
      .at(-1)!
      .split(/ (?=train )/)[1]
      .split(" ");
    const resumed = await anchored(words);
    expect(resumed.out).toMatch(/trained .*: 2 steps/);
    expect(resumed.code).toBe(0);
    // The same weights as of the run that was never stopped.
    expect(tensorsOf(run).equals(tensorsOf(standard))).toBe(true);
  });
});

/** The bytes after the header, which holds the time that training took. */
function tensorsOf(run: string): Buffer {
  const bytes = readFileSync(runPaths(run).checkpoint);
  return bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
}

describe("bad input: one line on what, why and the way out; exit code 2", () => {
  const config = join(root, "config.json");
  const corrupt = join(root, "corrupt-images");
  const damaged = join(root, "runs", "damaged");
  const otherModel = join(root, "runs", "other-model");

  beforeAll(async () => {
    writeFileSync(config, JSON.stringify({ data: { name: "emoji" }, epochs: 0 }));
    await tinyImageFolder(corrupt);
    writeFileSync(join(corrupt, "train", "red", "1.png"), "not an image");
    for (const run of [damaged, otherModel]) {
      mkdirSync(run);
      writeFileSync(runPaths(run).config, readFileSync(runPaths(standard).config));
    }
    const checkpoint = readFileSync(runPaths(standard).checkpoint);
    checkpoint[checkpoint.length - 1] ^= 1;
    writeFileSync(runPaths(damaged).checkpoint, checkpoint);
    writeFileSync(runPaths(otherModel).checkpoint, readFileSync(runPaths(masked).checkpoint));
  });

  const words = (line: string) => line.split(" ").filter(Boolean);
  const cases: [string, () => string[], RegExp][] = [
    ["an unknown command", () => ["tain"], /unknown command 'tain'.*train/],
    ["an unknown option", () => words("train --epoch 3"), /unknown option '--epoch'.*--epochs/],
    ["an option without its value", () => words("train --epochs"), /--epochs.*argument missing/],
    ["an unknown data set", () => words("train --data imagnet"), /--data imagnet: unknown; known: emoji, cifar10/],
    ["an unknown model", () => words("train --model vgg"), /--model vgg: unknown; known: resnet20/],
    ["an unknown method", () => words("train --method x"), /--method x: unknown; known: standard, anchored/],
    ["an unknown suite", () => words("evaluate r --suite clean,x"), /--suite x: unknown; known: clean/],
    ["statistics of no run", () => words("recalibrate nowhere"), /nowhere holds no run/],
    [
      "masked batches of a run that masks nothing",
      () => ["recalibrate", standard, "--masked", "--out", join(root, "never")],
      /--masked: .* was trained by standard, which masks nothing; leave it out/,
    ],
    ["a probe of no run", () => words("probe nowhere"), /nowhere holds no run/],
    ["a probe of unknown data", () => ["probe", standard, ...words("--data x")], /--data x: unknown; known: emoji/],
    [
      "a probe that would lie in a run",
      () => ["probe", standard, "--out", masked],
      /a run lies there; choose another folder/,
    ],
    [
      "references from a pre-training that there was not",
      () => ["train", ...tinyTraining(images), ...words("--method anchored --references-from both --out x")],
      /--references-from both: there is no --init/,
    ],
    ["a share of no concepts", () => words("train --concept-share 1,0"), /--concept-share 1,0: two rising shares/],
    ["nothing to judge", () => ["evaluate"], /nothing to judge: name a run folder, or give --logits/],
    ["logits without labels", () => words("evaluate --logits x.npy"), /without labels .*add --labels/],
    ["logits beside a run", () => ["evaluate", standard, ...words("--logits x.npy")], /either run folders or --logits/],
    [
      "logits, asked like a run",
      () => words("evaluate --logits x.npy --mirror"),
      /--logits <file>' cannot be used with option '--mirror'/,
    ],
    [
      "a run with another's labels",
      () => ["evaluate", standard, ...words("--labels y.npy")],
      /--labels y.npy: it belongs/,
    ],
    [
      "an unknown corruption",
      () => words("evaluate r --corruptions rain"),
      /--corruptions rain: unknown; known: gauss/,
    ],
    ["a severity of 6", () => words("evaluate r --severities 6"), /--severities 6: outside \[1, 5\]/],
    [
      "an OOD file without a name",
      () => [
        "evaluate",
        ...words(`--logits ${join(root, "theirs.npy")} --labels ${join(root, "labels.npy")} --ood x.npy`),
      ],
      /--ood x.npy: a name and a file belong here/,
    ],
    [
      "published files that are not there",
      () => ["evaluate", standard, ...words("--suite corruptions --published /nowhere")],
      /\/nowhere\/.*\.npy is missing; unpack/,
    ],
    ["an unknown set to fetch", () => words("data fetch x"), /unknown data set "x"; known: emoji/],
    [
      "α above 1",
      () => words("train --method anchored --mask-probability 1.5"),
      /--mask-probability 1.5: outside \[0, 1\].*0.25/,
    ],
    ["α that is no number", () => words("train --mask-probability half"), /--mask-probability half: not a number/],
    ["α without the method", () => words("train --mask-probability 0.2"), /--mask-probability .*add --method anchored/],
    ["epochs that are not whole", () => words("train --epochs 1.5"), /--epochs 1.5: not a whole number; e.g. 10/],
    ["a schedule without its rate", () => words("train --schedule cosine"), /add e.g. --learning-rate 0.1/],
    ["a missing config", () => words("train --config none.json"), /--config none.json: no such file/],
    ["a config out of range", () => ["train", "--config", config], /config.json: epochs is 0: /],
    ["a folder that isn't there", () => words("train --folder /nowhere"), /\/nowhere: .*no such/i],
    ["a corrupt image", () => ["train", ...tinyTraining(corrupt)], /red\/1.png: not a readable image.*remove it/],
    [
      "more references than images",
      () => ["train", ...tinyTraining(images), ...words("--method anchored --references 99 --out"), join(root, "x")],
      /--references 99: more than the 8/,
    ],
    [
      "a batch larger than the data",
      () => ["train", ...tinyTraining(images), "--batch-size", "99", "--out", join(root, "y")],
      /--batch-size 99: more than the 8 training images/,
    ],
    ["a run folder in use", () => ["train", ...tinyTraining(images), "--out", standard], /already holds.*--resume/],
    [
      "nothing to resume",
      () => ["train", "--resume", "--out", join(root, "no")],
      /no run to resume; leave out --resume/,
    ],
    ["resuming by other settings", () => ["train", "--resume", "--out", standard, "--seed", "7"], /seed is 7, but/],
    ["a folder without a run", () => ["evaluate", images], /holds no run/],
    ["a damaged checkpoint", () => ["evaluate", damaged], /damaged\/checkpoint.safetensors: .*checksum/],
    ["a checkpoint of another model", () => ["evaluate", otherModel], /conv1.weight is .*another model/],
    ["more references than kept", () => ["evaluate", masked, "--k", "9"], /--k 9: the checkpoint keeps 3/],
    ["a report before evaluation", () => ["report", damaged], /results.json is missing; evaluate the run first/],
  ];
  for (const [what, argv, line] of cases)
    it(what, async () => {
      const { code, notes } = await anchored(argv());
      expect(notes.at(-1)).toMatch(line);
      expect(notes.at(-1)).toMatch(/^anchored: [^\n]+$/);
      expect(code).toBe(2);
    });
});

it("every command explains itself with examples", async () => {
  for (const command of [
    "quickstart",
    "train",
    "evaluate",
    "recalibrate",
    "swag",
    "report",
    "export",
    "predict",
    "study",
    "serve",
    "data list",
    "data fetch",
    "bench engine",
    "bench corrupt",
  ]) {
    const { code, out } = await anchored([...command.split(" "), "--help"]);
    expect(out).toContain("Examples:");
    expect(code).toBe(0);
  }
});

it("lists the data sets as JSON", async () => {
  const { out } = await anchored(["data", "list", "--json"]);
  expect(JSON.parse(out).map(({ name }: { name: string }) => name)).toContain("emoji");
});
