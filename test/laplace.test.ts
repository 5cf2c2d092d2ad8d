import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "../src/cli/testing.ts";
import { Random } from "../src/core/index.ts";
import { fitLaplace, judge, measure, predictLaplace, rowsOf } from "../src/evaluate/index.ts";
import { readNpy, runPaths, writeNpy } from "../src/files/index.ts";
import { loadCheckpoint, loadPredictions, readResults, storedSets } from "../src/run/index.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-laplace-"));
const at = (name: string) => join(root, name);
afterAll(() => rmSync(root, { recursive: true }));

describe("of a run", () => {
  const run = at("run");
  const judged = ["--suite", "clean,ood", "--ood", "textures", "--ood-count", "8", "--threads", "1"];
  const folder = join(run, "variants", "laplace-kronecker");
  beforeAll(async () => {
    await tinyImageFolder(at("images"));
    const options = ["--method", "anchored", "--reference-count", "2", "--out", run];
    expect((await anchored(["train", ...tinyTraining(at("images")), ...options])).code).toBe(0);
  });
  const featuresOf = (set: string, role: string) => {
    const { slug } = storedSets(run).find((entry) => entry.set === set && entry.role === role)!;
    const { shape, data } = readNpy(join(run, "predictions", `${slug}.features.npy`), "f4");
    return rowsOf(data, shape[1]);
  };

  test("all sets are predicted from what is stored; the plain numbers stay as they are", async () => {
    const { code, out, notes } = await anchored(["evaluate", run, ...judged, "--laplace", "kronecker", "--json"]);
    expect([code, notes.at(-1)]).toEqual([0, expect.stringContaining(`report ${run} ${folder}`)]);
    const [plain, laplace] = JSON.parse(out);
    expect(plain.variant).toBeUndefined();
    expect(JSON.parse(JSON.stringify(readResults(run)))).toEqual(plain);
    expect(laplace).toMatchObject({
      run: "run · kronecker Laplace",
      variant: { name: "laplace-kronecker", title: "kronecker Laplace", passes: 1 },
      passes: 2,
    });
    const roles = (where: string) =>
      storedSets(where).flatMap(({ set, role }) => (role === "train" ? [] : [set + role]));
    expect(roles(folder)).toEqual(roles(run));

    // The answers are those of the plain functions on the plain network's features and logits.
    const test = plain.sets[0].set;
    const train = storedSets(run).find(({ role }) => role === "train")!;
    const { labels } = loadPredictions(run, train.set, undefined, "train");
    const classifier = classifierIn(run);
    const fitted = await fitLaplace(
      { features: featuresOf(train.set, "train"), labels, classifier },
      { kind: "kronecker" },
    );
    const { priorPrecision, logEvidence, logLikelihood, effectiveParameters } = laplace.variant.laplace;
    for (const [found, wanted] of [
      [priorPrecision, fitted.priorPrecision],
      [logEvidence, fitted.logEvidence!],
      [logLikelihood, fitted.logLikelihood!],
      [effectiveParameters, fitted.effectiveParameters],
    ])
      expect(found / wanted).toBeCloseTo(1, 9);
    expect(laplace.variant.laplace).toMatchObject({
      ...{ kind: "kronecker", predictive: "probit", precisionBy: "evidence" },
      ...{ parameters: fitted.parameters, images: labels.length, imagesOf: labels.length },
    });
    const own = loadPredictions(run, test, undefined, "test");
    const { logProbabilities } = await predictLaplace(fitted, {
      features: featuresOf(test, "test"),
      logits: rowsOf(own.logits, own.classes),
    });
    const stored = loadPredictions(folder, test, undefined, "test");
    for (const [i, value] of logProbabilities.entries()) expect(stored.logits[i]).toBeCloseTo(value, 9);
    expect(stored.logits).not.toEqual(own.logits);
    expect(laplace.sets[0].metrics.nll).toBe(measure(judge(stored)).nll);
  });

  test("anchored runs: the mean logits are linear in the mean features", () => {
    const { weight, bias } = classifierIn(run);
    const { set, references } = storedSets(run).find(({ role }) => role === "test")!;
    expect(references).toBe(2);
    const { logits, classes } = loadPredictions(run, set, undefined, "test");
    const features = featuresOf(set, "test");
    const rows = features.block(0, features.count) as Float32Array;
    for (let i = 0; i < features.count; i++)
      for (let k = 0; k < classes; k++) {
        let sum = bias[k];
        for (let d = 0; d < features.width; d++) sum += weight[k * features.width + d] * rows[i * features.width + d];
        expect(logits[i * classes + k]).toBeCloseTo(sum, 4);
      }
  });

  test("samples: a folder of their own, doubts, and an arm of their own in the report", async () => {
    const index = join(run, "predictions", "index.json");
    const before = [readFileSync(index, "utf8"), statSync(index).mtimeMs];
    const asked = ["--laplace", "full", "--laplace-predictive", "samples", "--laplace-samples", "5"];
    const { code, out } = await anchored(["evaluate", run, ...judged, ...asked, "--prior-precision", "3"]);
    expect([code, out]).toEqual([0, expect.stringMatching(/last-layer Laplace {2,}prior precision/)]);
    expect(out).toMatch(/full {2,}3\.000 \(given\)/);
    expect([readFileSync(index, "utf8"), statSync(index).mtimeMs]).toEqual(before);
    const sampled = join(run, "variants", "laplace-full-samples-5-prior-3");
    const { variant, ood } = readResults(sampled);
    expect(variant?.laplace).toMatchObject({
      predictive: "samples",
      samples: 5,
      priorPrecision: 3,
      precisionBy: "given",
    });
    expect(ood.map(({ score }) => score)).toContain("mutual-information");
  });

  test("each is an arm of the report, which says what it is", async () => {
    const page = at("report.html");
    const sampled = join(run, "variants", "laplace-full-samples-5-prior-3");
    expect((await anchored(["report", run, folder, sampled, "--out", page])).code).toBe(0);
    const text = readFileSync(page, "utf8").replaceAll("\u00a0", " ");
    expect(text).toContain("anchored α = 0.25 (label) · kronecker Laplace");
    expect(text).toContain("which has the largest evidence");
    expect(text).toContain("full Laplace, 5 samples, τ = 3");
  });

  test("--out: the plain results there, those of the approximation below", async () => {
    const out = at("out");
    const { code } = await anchored(["evaluate", run, "--suite", "clean", "--laplace", "kronecker", "--out", out]);
    expect(code).toBe(0);
    expect(readResults(out).variant).toBeUndefined();
    expect(readResults(join(out, "variants", "laplace-kronecker")).variant?.name).toBe("laplace-kronecker");
  });

  test.each<[string, string[], string]>([
    [
      "an ensemble",
      [run, "--laplace", "full", "--ensemble", at("both")],
      "an ensemble combines what plain networks answer",
    ],
    [
      "another variant",
      ["--laplace", "full", "--dropout-draws", "3"],
      "a Laplace approximation is of the plain network",
    ],
    ["logits scaled by their spread", ["--laplace", "full", "--calibrate"], "scales each image's logits"],
    ["samples of probit", ["--laplace", "full", "--laplace-samples", "3"], "add --laplace-predictive samples"],
    ["a prior of nothing", ["--prior-precision", "3"], "it serves a Laplace approximation; add --laplace kronecker"],
    ["an unknown kind", ["--laplace", "diagonal"], "--laplace diagonal"],
    ["a prior of 0", ["--laplace", "full", "--prior-precision", "0"], "--prior-precision"],
  ])("%s is refused in one line", async (_, flags, message) => {
    const { code, notes } = await anchored(["evaluate", run, "--suite", "clean", ...flags]);
    expect([code, notes.length, notes.join("\n")]).toEqual([2, 1, expect.stringContaining(message)]);
  });
});

/** The last layer, from the checkpoint. */
function classifierIn(run: string) {
  const checkpoint = loadCheckpoint(runPaths(run).checkpoint).params;
  return { weight: checkpoint["fc.weight"].data as Float32Array, bias: checkpoint["fc.bias"].data as Float32Array };
}

describe("of another program's files", () => {
  const [d, k] = [4, 3];
  const random = new Random("laplace files");
  const normals = (length: number) => Float32Array.from({ length }, () => random.normal());
  const [weight, bias] = [normals(k * d), normals(k)];
  const file = (name: string, shape: number[], data: Float32Array | Int32Array) => {
    writeNpy(at(`${name}.npy`), { shape, data });
    return at(`${name}.npy`);
  };
  const set = (name: string, n: number, scale = 1) => {
    const features = normals(n * d).map((value) => scale * value);
    const logits = Float32Array.from({ length: n * k }, (_, i) => {
      let sum = bias[i % k];
      for (let e = 0; e < d; e++) sum += weight[(i % k) * d + e] * features[Math.floor(i / k) * d + e];
      return sum;
    });
    return {
      features: file(`${name}-features`, [n, d], features),
      logits: file(name, [n, k], logits),
      labels: file(
        `${name}-labels`,
        [n],
        Int32Array.from({ length: n }, () => random.integer(k)),
      ),
    };
  };
  const [train, own, far] = [set("train", 60), set("test", 20), set("far", 15, 30)];
  const classifier = [
    ...["--classifier-weight", file("w", [k, d], weight), "--classifier-bias", file("b", [k], bias)],
    ...["--train-features", train.features],
  ];
  const flags = [
    ...["--logits", own.logits, "--labels", own.labels, "--features", own.features, "--threads", "1"],
    ...["--ood", `far=${far.logits}`, "--ood-features", `far=${far.features}`, "--ood-scores", "gen"],
  ];

  test("judged beside the plain network, and surer of what is near", async () => {
    const out = at("external");
    const asked = ["--train-labels", train.labels, "--laplace", "full", "--out", out];
    const { code, notes, out: text } = await anchored(["evaluate", ...flags, ...classifier, ...asked, "--json"]);
    expect([code, code === 0 ? "" : notes.join()]).toEqual([0, ""]);
    const [plain, laplace] = JSON.parse(text);
    expect([plain.variant, laplace.variant.laplace.kind]).toEqual([undefined, "full"]);
    expect(laplace.variant.laplace.logEvidence).toBeLessThan(laplace.variant.laplace.logLikelihood);
    const folder = join(out, "variants", "laplace-full");
    const confidenceOf = (where: string, name: string) => {
      const { logits, classes } = loadPredictions(where, name);
      const { confidence } = judge({ set: name, logits, classes, labels: new Int32Array(logits.length / classes) });
      return confidence.reduce((sum, value) => sum + value, 0) / confidence.length;
    };
    const loss = (name: string) => confidenceOf(out, name) - confidenceOf(folder, name);
    expect(loss("far")).toBeGreaterThan(2 * loss("test/test"));
    expect(existsSync(join(folder, "results.json"))).toBe(true);
  });

  test("training labels are not needed: the evidence is not said", async () => {
    const { code, out } = await anchored(["evaluate", ...flags, ...classifier, "--laplace", "kronecker", "--json"]);
    expect(code).toBe(0);
    const { laplace } = JSON.parse(out)[1].variant;
    expect([laplace.logEvidence, laplace.logLikelihood, laplace.priorPrecision > 0]).toEqual([
      undefined,
      undefined,
      true,
    ]);
  });

  test.each<[string, string[], string]>([
    ["without training features", classifier.slice(0, 4), "add --train-features FILE.npy"],
    ["without the last layer", classifier.slice(4), "add --classifier-weight FILE.npy"],
    ["probabilities", [...classifier, "--probabilities"], "it needs logits"],
  ])("%s: refused in one line", async (_, more, message) => {
    const { code, notes } = await anchored(["evaluate", ...flags, ...more, "--laplace", "full", "--out", at("no")]);
    expect([code, notes.length, notes.join("\n")]).toEqual([2, 1, expect.stringContaining(message)]);
  });
});
