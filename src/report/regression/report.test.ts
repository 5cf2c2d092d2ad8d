import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../core/index.ts";
import { outside } from "../figures/testing.ts";
import { report } from "../report.ts";
import { type FakeRegression, fakeRegressionRun } from "./testing.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "anchored-regression-report-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
async function page(...fakes: FakeRegression[]): Promise<string> {
  const own = join(folder, String(count++));
  const runs = fakes.map((fake) => fakeRegressionRun(own, fake));
  await report(runs, join(own, "report.html"));
  return readFileSync(join(own, "report.html"), "utf8");
}

const spread = { deviations: true };
const anchored: FakeRegression = { method: "anchored", ...spread, reverse: true };
const seeds = (fake: FakeRegression) => [1, 2, 3].map((seed) => ({ ...fake, seed }));

describe("three seeds of four methods", () => {
  let html: string;
  beforeAll(async () => {
    const members = ["runs/a", "runs/b/", "c"];
    html = await page(
      ...seeds({ error: 3, ...spread }),
      ...seeds({ ...anchored, error: 1.5 }),
      ...seeds({ method: "mc-dropout", error: 3, ...spread, quantiles: true }),
      { method: "ensemble of 3 standard", error: 2, ...spread, facts: { members } },
    );
  }, 90_000);

  test.each([
    "How far predictions are off",
    "What each other arm changes, against standard",
    "Everything else",
    "Comparison of all measures",
    "Differences, with intervals",
    "Predicted against true values",
    "Does its uncertainty point at its errors?",
    "Do its intervals hold what they promise?",
    "Conformal intervals",
    "Risk regimes (PAGER)",
    "What was run",
  ])("has the section: %s", (title) => expect(html).toContain(`<h2>${title}</h2>`));

  test("a clear difference over seeds is the title, and which way", () => {
    expect(html).toMatch(
      /<h1>Anchored α\u00a0=\u00a00\.25 \(mean\): RMSE of mpg on cars\/(test|gap) \d\d\u00a0% lower than standard, which is better<\/h1>/,
    );
    expect(html).toMatch(/RMSE of mpg on cars\/test: mc-dropout .* over 3 seeds, not distinguishable\./);
    expect(html).toMatch(/RMSE of mpg on cars\/test: ensemble of 3 standard .* over the choice of examples, which is/);
  });

  test("fetches nothing, runs nothing, and lets nothing of the user's through", () => {
    expect(html).not.toMatch(/(src|href)\s*=\s*["']?(https?:|\/\/)/i);
    expect(html).not.toMatch(/<(script|link|iframe|object|embed)\b/i);
    expect(html).toContain("Content-Security-Policy");
    expect(html).toContain("Cars &#38; &#60;made up&#62;");
    expect(html).toContain("--out &#34;a &#38; b&#34;");
    expect(html).not.toMatch(/NaN|undefined|\[object|Infinity/);
  });

  test("drawings follow the colour scheme, say what they show, keep their words inside and share no id", () => {
    const inks = [...html.matchAll(/\b(?:fill|stroke)="([^"]*)"/g)].map((match) => match[1]);
    expect(inks.filter((ink) => !/^(var\(--[\w-]+\)|none|transparent|currentColor)$/.test(ink))).toEqual([]);
    const drawings = html.match(/<svg [^>]*role="img".*?<\/svg>/gs)!;
    // RMSE 2, differences 6, scatter 8, sparsification 4, calibration 2.
    expect(drawings).toHaveLength(22);
    for (const svg of drawings) {
      expect(svg).toMatch(/aria-label="[^"]{10,}"/);
      expect(outside(svg)).toEqual([]);
    }
    const ids = [...html.matchAll(/\bid="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("tags are balanced", () => {
    const open: string[] = [];
    const isVoid = new Set(["meta", "img", "col", "br", "!doctype"]);
    for (const [, close, name, self] of html.matchAll(/<(\/?)([a-z!][a-z0-9]*)\b(?:"[^"]*"|[^>"])*?(\/?)>/gi))
      if (close) expect(open.pop()).toBe(name);
      else if (!self && !isVoid.has(name)) open.push(name);
    expect(open).toEqual([]);
  });

  test("every line of the contents leads into a closed section", () => {
    const nav = html.slice(html.indexOf("<nav"), html.indexOf("</nav>"));
    const links = [...nav.matchAll(/href="#([\w-]+)"/g)].map((match) => match[1]);
    const inside = [...html.matchAll(/<details class="fold"><summary>.*?<\/summary><div id="([\w-]+)">/g)];
    expect(inside.map((match) => match[1])).toEqual(links);
  });

  test("the best of a row is starred where it is decided; no width and no coverage ever is", () => {
    const row = (title: string) => html.match(new RegExp(`<th scope="row">${title}.*?</tr>`, "s"))![0];
    expect(row("RMSE")).toMatch(/<td class="best"><span>1\.\d\d<\/span>/);
    expect(row("Width of 90 % intervals")).not.toMatch(/class="(best|tied)"/);
    expect(row("Coverage of 90 % intervals")).not.toMatch(/class="(best|tied)"/);
  });

  test("an arm is said in words, and what it cannot give is a dash", () => {
    expect(html).toContain(
      "With probability α = 0.25 the reference is masked while it trains; it then learns toward the",
    );
    expect(html).toContain("Its answer is the mean over 3 networks, each trained from a seed of its own (a, b, c)");
    expect(html).toContain("Its answer is the mean over 10 references");
    const regimes = html.slice(html.indexOf('id="regimes"'), html.indexOf('id="run"'));
    expect(regimes).toContain("validation&#39;s");
    expect(regimes).not.toContain("mc-dropout");
  });
});

test("equal arms are not distinguishable, and have no star", async () => {
  const html = await page(...seeds({}), ...seeds({ method: "other" }));
  expect(html).toMatch(/<h1>RMSE of mpg on cars\/test: other .* over 3 seeds, not distinguishable<\/h1>/);
  expect(html).not.toContain('<td class="best">');
  expect(html).toContain("≈");
});

test("one seed an arm: examples are paired, and the title says that it is not over seeds", async () => {
  const html = await page({ seed: 1, error: 4 }, { ...anchored, seed: 1, error: 1 });
  expect(html).toMatch(/which is better; not over seeds, only over the choice of examples<\/h1>/);
  expect(html).toContain("what another seed of training would change comes on top");
});

test("a single run of means alone has a page, too", async () => {
  const html = await page({ seed: 1 });
  expect(html).toMatch(/<h1>Standard: RMSE of mpg on cars\/test [12]\.\d\d, RMSE of mpg on cars\/gap/);
  for (const absent of ["Risk regimes", "Does its uncertainty", "Do its intervals", 'id="paired"'])
    expect(html).not.toContain(absent);
  expect(html).not.toMatch(/NaN|undefined|\[object/);
});

test("several targets each have their drawings; tables name them", async () => {
  const html = await page(
    { seed: 1, targets: ["mpg", "power"], ...spread },
    { ...anchored, seed: 1, targets: ["mpg", "power"] },
  );
  expect(html).toContain("In distribution: cars/test, power");
  expect(html.match(/<h3>(In distribution|Under shift): cars\/\w+, (mpg|power)<\/h3><svg/g)!.length).toBeGreaterThan(7);
  expect(html).toContain("in standard deviations of each training target, added up");
});

test("of many findings the first are sentences, and the way to the others is said", async () => {
  const targets = ["a", "b", "c"];
  const arms = ["standard", "one", "two"].map((method) => ({ method, seed: 1, targets }));
  const html = await page(...arms);
  expect(html.match(/<li>RMSE of/g)).toHaveLength(6);
  expect(html).toContain("<li>The others stand under “Differences, with intervals”.</li>");
});

test("of many targets the first are drawn, and it is said", async () => {
  const targets = ["a", "b", "c", "d"];
  const html = await page({ seed: 1, targets });
  expect(html).toContain("Drawings show the first 3 of 4 targets, the tables below all of them.");
  expect(html).not.toContain("<h3>In distribution: cars/test, d</h3><svg");
  expect(html).toContain("In distribution: cars/test, d");
});

test("too few validation examples: widths are infinite, and it stands before the numbers", async () => {
  const html = await page({ seed: 1, count: 6 });
  expect(html).toContain("∞");
  expect(html.indexOf("6 calibration examples are too few")).toBeGreaterThan(0);
  expect(html.indexOf("6 calibration examples are too few")).toBeLessThan(html.indexOf("Everything else"));
});

test("runs of different tasks are refused in one line that names them", async () => {
  const run = fakeRegressionRun(join(folder, "mixed"), { seed: 1 });
  const other = fakeRegressionRun(join(folder, "mixed"), { seed: 2 });
  writeFileSync(join(other, "results.json"), JSON.stringify({ version: 1 }));
  const out = join(folder, "mixed.html");
  await expect(report([run, other], out)).rejects.toThrow(UserError);
  await expect(report([run, other], out)).rejects.toThrow(
    `report: ${run} is a regression, ${other} a classification; a report is of one task, so make one of each`,
  );
});

test("others are compared with the standard runs without dropout, wherever these stand", async () => {
  const settings = (dropout: number) => ({ facts: { settings: { model: "mlp", batchSize: 32, dropout } } });
  const html = await page({ seed: 1, ...settings(0.2) }, { seed: 2, ...settings(0) }, { ...anchored, seed: 3 });
  expect(html).toContain("What each other arm changes, against standard · dropout 0</h2>");
});

test("runs of other examples are named before any number", async () => {
  const before = (html: string) => html.slice(html.indexOf("Before you read"), html.indexOf("How far predictions"));
  const said =
    "cars/test holds other examples in some runs than in others, so that numbers on it are not to be compared.";
  expect(before(await page({ seed: 1 }, { ...anchored, seed: 1, count: 119 }))).toContain(said);
  expect(await page({ seed: 1 }, { ...anchored, seed: 1 })).not.toContain("holds other examples");
  const title = { facts: { data: { name: "other", title: "Other" } } };
  expect(before(await page({ seed: 1 }, { ...anchored, seed: 1, ...title }))).toContain(
    "These runs are of different data",
  );
});
