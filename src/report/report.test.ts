import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random, UserError } from "../core/index.ts";
import type { Predictions } from "../evaluate/index.ts";
import { evaluateStored } from "../judge/index.ts";
import { saveGallery, savePredictions } from "../run/index.ts";
import { saveCorruptionStrips } from "../run/internal.ts";
import { report } from "./report.ts";
import { readReportedRun, study } from "./study.ts";
import { summaryLines } from "./summary.ts";

const IMAGES = 60;
const CLASSES = ["cat & mouse", "<script>alert(1)</script>", "dog"];

interface Fake {
  readonly method?: { name: string; maskProbability?: number; maskTarget?: string };
  readonly seed: number;
  readonly title?: string;
  readonly ood?: boolean;
  readonly gallery?: boolean;
  readonly corrupted?: boolean;
  readonly accuracy?: number;
}

let folder: string;
let count = 0;

/** A run folder with made-up predictions, right in the given share of the images. */
async function fakeRun({
  method = { name: "standard" },
  seed,
  title = "Toy",
  ood,
  gallery,
  corrupted,
  accuracy = 0.7,
}: Fake) {
  const run = join(folder, `run ${count++}`);
  mkdirSync(run);
  const config = { data: { name: "toy" }, model: "resnet20", method, seed, epochs: 3 };
  writeFileSync(join(run, "config.json"), JSON.stringify({ config, data: { name: "toy", title } }));
  const lines = [1, 2, 3].map((epoch) => ({
    event: "epoch",
    epoch,
    step: epoch * 10,
    loss: 2 / epoch,
    validationAccuracy: 0.3 * epoch,
    imagesPerSecond: 500,
    seconds: 40 * epoch,
  }));
  writeFileSync(join(run, "metrics.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const predict = (set: string, share: number): Predictions => {
    const random = new Random(set, seed);
    const labels = Int32Array.from({ length: IMAGES }, (_, i) => i % 3);
    const logits = Float32Array.from({ length: IMAGES * 3 }, () => 0.3 * random.normal());
    for (let i = 0; i < IMAGES; i++)
      logits[3 * i + (((i % 3) + (i / IMAGES < share ? 0 : 1)) % 3)] += 2 + random.uniform();
    const uncertainty = Float32Array.from({ length: IMAGES * 3 }, () => 0.02 * random.uniform());
    return { set, labels, logits, classes: 3, ...(method.name === "anchored" && { uncertainty }) };
  };
  const test = predict("toy/test", accuracy);
  savePredictions(run, test, { role: "test" });
  savePredictions(run, predict("toy/shift", accuracy - 0.2), { role: "shift" });
  if (ood) savePredictions(run, predict("foreign", 0.3), { role: "ood" });
  if (corrupted) {
    savePredictions(run, predict("toy/validation", accuracy), { role: "validation" });
    for (const name of ["fog", "frost"])
      for (const severity of [1, 2]) {
        const corruption = { name, severity, benchmark: "cifar", ...(name === "frost" && { standIn: true }) };
        const predictions = predict(`toy/test/${name}-${severity}`, accuracy - 0.1 * severity);
        savePredictions(run, predictions, { role: "corruption", corruption });
      }
    const image = Uint8Array.from({ length: 48 }, (_, i) => 5 * i);
    const images = [image, image.map((value) => 255 - value), image.map(() => 9)];
    await saveCorruptionStrips(run, [
      { corruption: "fog", severities: [1, 2], height: 4, width: 4, channels: 3, images },
    ]);
  }
  if (gallery) {
    const images = Uint8Array.from({ length: IMAGES * 4 * 4 }, (_, i) => i % 256);
    await saveGallery(
      run,
      { images, height: 4, width: 4, channels: 1, labels: test.labels, classNames: CLASSES },
      test,
      3,
    );
  }
  evaluateStored(run, { command: `anchored train --out "a & b"` });
  return run;
}

async function page(...fakes: Fake[]): Promise<string> {
  const runs: string[] = [];
  for (const fake of fakes) runs.push(await fakeRun(fake));
  const out = join(folder, "out", "report.html");
  await report(runs, out);
  return readFileSync(out, "utf8");
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "anchored-report-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const anchored = { name: "anchored", maskProbability: 0.25, maskTarget: "label" };

describe("the summary in plain text", () => {
  const linesOf = async (...fakes: Fake[]) => {
    const runs: string[] = [];
    for (const fake of fakes) runs.push(await fakeRun(fake));
    return summaryLines(study(runs.map(readReportedRun)));
  };
  const name = "anchored α\u00a0=\u00a00.25 (label)";

  test("says which is better where the interval leaves out 0", async () => {
    const lines = await linesOf(
      { seed: 1, corrupted: true, ood: true, accuracy: 0.5 },
      { seed: 1, corrupted: true, ood: true, accuracy: 0.9, method: anchored },
    );
    expect(lines[0]).toBe(`Right on clean test images: standard 50.0 %, ${name} 90.0 %`);
    // Severities 1 and 2 of two corruptions cost 10 and 20 points.
    expect(lines[1]).toBe(`Right on damaged ones, mean over all damages: standard 35.0 %, ${name} 75.0 %`);
    expect(lines).toContain(`Of 2 kinds of damage ${name} is better than standard on 2, worse on 0, undecided on 0`);
    expect(lines.at(-1)).toMatch(
      /^Verdict: anchored α\s=\s0.25 \(label\) is better than standard under damage: \+40\.0 points \[/,
    );
    const foreign = lines.find((line) =>
      line.startsWith("Foreign pictures told by confidence (guessing is 50 %): foreign: standard "),
    )!;
    const scores = [...foreign.matchAll(/([\d.]+) %( \(surer of foreign pictures than of known ones\))?(?:[,;]|$)/g)];
    expect(scores).toHaveLength(2);
    for (const [, auroc, words] of scores) expect(words !== undefined).toBe(Number(auroc) < 50);
  });

  test("never ranks what the interval does not tell apart", async () => {
    const lines = await linesOf(
      { seed: 1, corrupted: true, accuracy: 0.7 },
      { seed: 1, corrupted: true, accuracy: 0.7, method: anchored },
    );
    expect(lines).toContain(`Of 2 kinds of damage ${name} is better than standard on 0, worse on 0, undecided on 2`);
    expect(lines.at(-1)).toContain(`Verdict: under damage ${name} and standard are not distinguishable: 0.0 points`);
  });

  test("judges by clean images where nothing was damaged, and says nothing of damage", async () => {
    const lines = await linesOf({ seed: 1, accuracy: 0.9 }, { seed: 1, accuracy: 0.5, method: anchored });
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain("is worse than standard on toy/test: ");
  });
});

describe("a full comparison", () => {
  let html: string;
  beforeAll(async () => {
    const more = { ood: true, gallery: true, corrupted: true, title: `Toy <b>"set"</b>` };
    html = await page(
      { seed: 1, ...more },
      { seed: 2, ...more },
      { seed: 1, method: anchored, ...more },
      { seed: 2, method: anchored, ...more },
    );
  });

  test.each([
    "How accuracy falls as pictures get worse",
    "What anchored α\u00a0=\u00a00.25 (label) changes, against standard",
    "Does it notice foreign pictures?",
    "Everything else",
    "What came out, in sentences",
    "At a glance: main measures, arm by arm",
    "Comparison of all measures",
    "Which classes are mistaken for which",
    "Is it as unsure as it should be under corruption?",
    "Learning curves",
    "Reliability",
    "Differences, with intervals",
    "Answering only when sure",
    "After training",
    "Under corruption",
    "Known and foreign images",
    "Images it is sure of, and images it is not",
    "What was run",
  ])("has the section: %s", (title) => expect(html).toContain(`<h2>${title}</h2>`));

  test("fetches nothing and runs nothing", () => {
    expect(html).not.toMatch(/(src|href)\s*=\s*["']?(https?:|\/\/)/i);
    expect(html).not.toMatch(/<(script|link|iframe|object|embed)\b/i);
    expect(html).not.toMatch(/@import|url\((?!#)/);
    expect(html).toContain("Content-Security-Policy");
  });

  test("works in both colour schemes and on a phone", () => {
    expect(html).toContain("prefers-color-scheme: dark");
    expect(html).toContain('name="viewport"');
    // Drawings are inked with variables alone, so that they follow the scheme.
    const inks = [...html.matchAll(/\b(?:fill|stroke)="([^"]*)"/g)].map((match) => match[1]);
    const defined = new Set([...html.matchAll(/(--[\w-]+):/g)].map((match) => match[1]));
    const used = new Set([...html.matchAll(/var\((--[\w-]+)\)/g)].map((match) => match[1]));
    expect(Math.min(inks.length, used.size)).toBeGreaterThan(0);
    expect([...used].filter((name) => !defined.has(name))).toEqual([]);
    expect(inks.filter((ink) => !/^(var\(--[\w-]+\)|none|transparent|currentColor)$/.test(ink))).toEqual([]);
  });

  test("every drawing says what it shows, and no two share an id", () => {
    const drawings = html.match(/<svg [^>]*>/g)!.filter((svg) => !svg.includes("aria-hidden"));
    expect(drawings.length).toBeGreaterThanOrEqual(4 + 2 + 2 + 3);
    for (const svg of drawings) expect(svg).toMatch(/viewBox=.*role="img" aria-label="[^"]{10,}"/);
    const ids = [...html.matchAll(/\bid="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("stand-ins are starred wherever they are named, and incomplete sets have no mean", () => {
    expect(html).toContain(">frost*</text>");
    expect(html).toContain("a procedural texture stands in");
    expect(html).not.toMatch(/>frost<|Mean corruption error, C/);
    expect(html).toMatch(/all 2 corruptions<\/th><td>\d/);
  });

  test("nothing of the user's reaches the page unescaped", () => {
    expect(html).not.toContain("<script");
    expect(html).not.toContain('Toy <b>"set"');
    expect(html).toContain("Toy &#60;b&#62;&#34;set&#34;&#60;/b&#62;");
    expect(html).toContain("cat &#38; mouse");
    expect(html).toContain("anchored train --out &#34;a &#38; b&#34;");
  });

  test("tags are balanced", () => {
    const open: string[] = [];
    const isVoid = new Set(["meta", "img", "col", "br", "!doctype"]);
    for (const [, close, name, self] of html.matchAll(/<(\/?)([a-z!][a-z0-9]*)\b(?:"[^"]*"|[^>"])*?(\/?)>/gi))
      if (close) expect(open.pop()).toBe(name);
      else if (!self && !isVoid.has(name)) open.push(name);
    expect(open).toEqual([]);
  });

  test("equal arms are not distinguishable, and have no star", () => {
    expect(html).toMatch(/<h1>Accuracy under corruption .*, not distinguishable<\/h1>/);
    expect(html).toContain("Of 2 corruptions anchored");
    expect(html).not.toContain('<td class="best">');
  });

  test("the page opens with its figures; everything else is closed below the contents", () => {
    const at = (text: string) => html.indexOf(text);
    const order = ["<h1>", 'id="severity"', 'id="differences"', 'id="foreign"', "<nav", '<details class="fold">'];
    const found = order.map(at);
    expect(found).not.toContain(-1);
    expect([...found].sort((a, b) => a - b)).toEqual(found);
  });

  test("every line of the contents leads into a closed section, and every section has one", () => {
    const nav = html.slice(html.indexOf("<nav"), html.indexOf("</nav>"));
    const links = [...nav.matchAll(/href="#([\w-]+)"/g)].map((match) => match[1]);
    const inside = [...html.matchAll(/<details class="fold"><summary>.*?<\/summary><div id="([\w-]+)">/g)];
    expect(links.length).toBeGreaterThan(9);
    expect(inside.map((match) => match[1])).toEqual(links);
  });

  test("arms are said in words, from their configuration", () => {
    expect(html).toContain("The usual training: the network sees each image as it is.");
    expect(html).toMatch(/With probability α = 0\.25 the references of a batch are masked.*must still give the right/);
  });
});

test("a clear difference over seeds is named in the title, and which way", async () => {
  const html = await page(
    { seed: 1, accuracy: 0.5 },
    { seed: 2, accuracy: 0.51 },
    { seed: 3, accuracy: 0.5 },
    { seed: 1, accuracy: 0.9, method: anchored },
    { seed: 2, accuracy: 0.91, method: anchored },
    { seed: 3, accuracy: 0.9, method: anchored },
  );
  expect(html).toMatch(
    /<h1>Anchored α\u00a0=\u00a00.25 \(label\): calibration error under shift \(toy\/shift\) 40\.2 points lower than standard, which is better<\/h1>/,
  );
});

test("one seed an arm establishes nothing, and says so", async () => {
  const html = await page({ seed: 1 }, { seed: 1, method: anchored });
  expect(html).toMatch(/<h1>(On toy\/test )?[^<]* over the choice of images; one seed an arm<\/h1>/);
  expect(html).toContain("With one seed an arm, nobody can say which of these differences another seed would keep");
  expect(html).not.toContain("within seed noise");
});

test("a single run without uncertainty, OOD set or gallery has a page, too", async () => {
  const html = await page({ seed: 1 });
  expect(html).toContain("<h2>Comparison of all measures</h2>");
  expect(html).not.toContain("Known and foreign");
  expect(html).not.toContain("Images it is sure of");
  expect(html).not.toMatch(/NaN|undefined|\[object/);
});

test("what is missing or damaged is named in one line", async () => {
  await expect(report([], "x.html")).rejects.toThrow(UserError);
  await expect(report([join(folder, "nowhere")], "x.html")).rejects.toThrow(
    "results.json is missing; evaluate the run first",
  );
  const run = await fakeRun({ seed: 1, gallery: true });
  writeFileSync(join(run, "predictions", "gallery.json"), '{"version":1,"set":"x","images":[{}]}');
  await expect(report([run], "x.html")).rejects.toThrow("gallery.json: images.0.strip");
});

test("what judging had to say stands before the numbers, once an arm", async () => {
  const runs = [await fakeRun({ seed: 0 }), await fakeRun({ seed: 1 })];
  const path = join(folder, "notices.html");
  await report(runs, path);
  expect(readFileSync(path, "utf8")).not.toContain("Before you read the numbers");
  for (const run of runs) {
    const file = join(run, "results.json");
    const results = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...results, notices: ["no scaling is applied"] }));
  }
  await report(runs, path);
  const page = readFileSync(path, "utf8");
  expect(page.match(/<li><strong>standard<\/strong>: no scaling is applied<\/li>/g)).toHaveLength(1);
  expect(page.indexOf("Before you read the numbers")).toBeLessThan(page.indexOf("Everything else"));
});
