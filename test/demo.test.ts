import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "../src/cli/testing.ts";
import { type ImageSet, imageAt, Random } from "../src/core/index.ts";
import { corruptImage, corruptionNames, type Severity } from "../src/corrupt/index.ts";
import { softmax } from "../src/evaluate/index.ts";
import { openModel, verdictAt } from "../src/export/index.ts";
import { createEmbedder, loadDualEncoder, loadPredictor, type Predictor, zeroShot } from "../src/train/index.ts";
import { checkManifest } from "../src/web/check-manifest.ts";
import type { Manifest, Opening } from "../src/web/manifest.ts";
import { browserFlags, browserPath, browserRequired, serveFolder } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-demo-"));
const images = join(root, "images");
const runs = [join(root, "anchored"), join(root, "standard")];
/** Dual encoders, which rank words. */
const pairs = [join(root, "anchored-pairs"), join(root, "standard-pairs")];
const site = join(root, "site");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let manifest: Manifest;
beforeAll(async () => {
  // As many as a threshold that keeps 95 % of them needs.
  await tinyImageFolder(images, undefined, { validation: 10 });
  const [method, ...rest] = ["--method anchored --reference-count 3".split(" "), []];
  for (const [i, options] of [method, ...rest].entries())
    await anchored(["train", ...tinyTraining(images), ...options, "--out", runs[i]]);
  const said = "--task contrastive --texts classes --model mlp --embedding 16 --max-steps 2".split(" ");
  for (const [i, options] of [method, ...rest].entries())
    await anchored(["train", ...tinyTraining(images), ...said, ...options, "--out", pairs[i]]);
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

test("the command writes a page, and says in one line what it cannot do", async () => {
  const { code, out, notes } = await anchored(["demo", ...runs, ...pairs, "--out", site, "--threads", "1", "--json"]);
  const titles = ["Anchored, masked", "Standard", "Anchored dual encoder", "Standard dual encoder"];
  expect(notes).toEqual([...runs, ...pairs].map((run, i) => `${titles[i]}: ${run}`));
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ page: join(site, "index.html"), models: titles });
  manifest = checkManifest(JSON.parse(readFileSync(join(site, "demo.json"), "utf8")));
  expect(manifest.models.map(({ references }) => references)).toEqual([3, 1]);
  expect(manifest.words!.suggested).toEqual(["blue", "red"]);

  const filled = await anchored(["demo", ...runs, "--out", images]);
  expect(filled).toMatchObject({
    code: 2,
    notes: [expect.stringMatching(/^anchored: --out .*: it holds other files/)],
  });
  const many = await anchored(["demo", ...runs, ...runs, ...runs, "--out", join(root, "many")]);
  expect(many).toMatchObject({ code: 2, notes: [expect.stringMatching(/^anchored: 6 runs: a page shows 4 models/)] });
  const alone = await anchored(["demo", ...pairs, "--out", join(root, "alone")]);
  expect(alone).toMatchObject({ code: 2, notes: [expect.stringMatching(/the page needs a classifier beside dual/)] });
  const three = await anchored(["demo", runs[0], ...pairs, pairs[0], "--out", join(root, "three")]);
  expect(three).toMatchObject({
    code: 2,
    notes: [expect.stringMatching(/^anchored: 3 dual encoders: a page shows 2/)],
  });
  const few = await anchored(["demo", runs[0], "--k", "4", "--out", join(root, "few")]);
  expect(few).toMatchObject({
    code: 2,
    notes: [expect.anything(), expect.stringMatching(/--k 4: .* keeps 3 references/)],
  });
}, 120_000);

test("the page's code asks nothing of Node", () => {
  const page = readFileSync(join(site, "index.html"), "utf8");
  const script = readFileSync(join(site, /src="\.\/(assets\/[^"]+\.js)"/.exec(page)![1]), "utf8");
  // ONNX Runtime's own code has a way through Node that no browser takes.
  expect([...script.matchAll(/["'`]node:(\w+)/g)].map(([, name]) => name)).toEqual(["os"]);
});

/** A green picture, which is of no class of the data. */
const green = (i: number): Promise<Buffer> => {
  const random = new Random("green", i);
  const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) => random.integer(at % 3 === 1 ? 256 : 64));
  return sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } })
    .png()
    .toBuffer();
};

if (!browserPath)
  test.skipIf(!browserRequired)("skipped: no browser; install Chromium, or name it in CHROMIUM", () => {
    expect.unreachable(
      "no browser: the page is not tested; install Chromium, name it in CHROMIUM, or set REQUIRE_BROWSER=0",
    );
  });

describe.runIf(browserPath)("in Chromium", () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let host: Awaited<ReturnType<typeof serveFolder>>;
  const predictors: Predictor[] = [];
  /** Whatever the page complains about. */
  const complaints: string[] = [];

  const watched = async (within = context): Promise<Page> => {
    const opened = await within.newPage();
    opened.setDefaultTimeout(60_000);
    opened.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    opened.on("pageerror", ({ message }) => complaints.push(message));
    return opened;
  };
  const ready = (opened: Page) => opened.waitForSelector("html[data-ready]", { state: "attached" });
  const doubts = (opened: Page) =>
    opened.$$eval(".verdict", (all: any[]) => all.map(({ dataset }) => Number(dataset.doubt)));
  /** Waits until the page has judged what it shows. */
  const settled = (opened: Page) => opened.waitForSelector("main[data-busy=false]");

  /** [model] */
  const verdictsOf = async (opened: Page): Promise<object[]> => {
    await settled(opened);
    return opened.$$eval(".verdict .known", (all: any[]) =>
      all.map((one) => ({
        known: one.dataset.known,
        score: Number(one.dataset.score),
        line: one.querySelector(".verdict-line").textContent,
        reason: one.querySelector(".reason").textContent,
        nearest: [...one.querySelectorAll(".nearest span")].map(({ textContent }: any) => textContent),
      })),
    );
  };

  const samples = (): ImageSet => {
    const { classNames, shape } = manifest;
    const bytes = new Uint8Array(readFileSync(join(site, manifest.samples.images)));
    return { name: "samples", classNames, ...shape, images: bytes, labels: Int32Array.from(manifest.samples.labels) };
  };
  const firstSample = (set: ImageSet) => {
    const { height, width, channels } = set;
    return { height, width, channels, data: imageAt(set, 0) };
  };
  /** What Node doubts of images, by the way of `anchored predict`: [model][image]. */
  const nodeDoubts = (set: ImageSet) =>
    Promise.all(
      predictors.map(async (predictor) => {
        const { logits, classes } = await predictor.predict(set);
        return [...softmax(logits, classes).confidence].map((confidence) => 1 - confidence);
      }),
    );

  beforeAll(async () => {
    for (const run of runs) predictors.push(await loadPredictor(run, { threads: 1 }));
    host = await serveFolder(site, "/any/path/");
    browser = await chromium.launch({ executablePath: browserPath, args: browserFlags });
    context = await browser.newContext({ reducedMotion: "reduce" });
    page = await watched();
    await page.goto(host.url);
    await ready(page);
    if (manifest.opening) await page.click("text=Undo all");
  }, 120_000);
  afterAll(async () => {
    for (const predictor of predictors) await predictor.dispose();
    await browser?.close();
    await host?.close();
  });

  test("predicts what Node predicts", async () => {
    const expected = await nodeDoubts(samples());
    for (const i of manifest.samples.labels.keys()) {
      await page.click(`.samples button:nth-child(${i + 1})`);
      await settled(page);
      const found = await doubts(page);
      for (const model of runs.keys()) expect(Math.abs(found[model] - expected[model][i])).toBeLessThan(1e-4);
    }
    expect(Number(await page.getAttribute("#check", "data-difference"))).toBeLessThan(1e-4);
    expect(await page.textContent("#engine")).toMatch(/^WebAssembly, 1 thread$/);
  });

  test("says of known and of foreign pictures what an exported file says, and shows the nearest of the training", async () => {
    const set = samples();
    const damaged = ["contrast", "brightness", "saturate", "impulse_noise"];
    const pictures = [...set.labels.keys()].map((i) => imageAt(set, i));
    for (const name of damaged)
      pictures.push((await corruptImage(firstSample(set), { name, severity: 5, index: 0 })).data);
    const said: object[][] = [];
    for (const i of set.labels.keys()) {
      await page.click(`.samples button:nth-child(${i + 1})`);
      said.push(await verdictsOf(page));
    }
    await page.click(".samples button:nth-child(1)");
    for (const name of damaged) {
      await page.fill(`#slider-${name}`, "5");
      said.push(await verdictsOf(page));
      await page.fill(`#slider-${name}`, "0");
    }
    const known = new Set<boolean>();
    for (const [m, run] of runs.entries()) {
      const exported = { verdict: true, nearest: manifest.nearest.labels.length, temperature: 1 } as const;
      const model = await openModel(run, { threads: 1, exported });
      const answers = await model.predict(Buffer.concat(pictures));
      for (const i of pictures.keys()) {
        const verdict = verdictAt(answers, i, model.card)!;
        known.add(verdict.known);
        expect(said[i][m], `${run}, picture ${i}`).toEqual({
          known: String(verdict.known),
          score: expect.closeTo(verdict.score, 2),
          line: verdict.known ? "I have seen pictures like this." : "I have never seen anything like this.",
          reason: expect.stringMatching(
            verdict.known ? /^The nearest/ : verdict.by === "distance" ? /^It looks less like/ : /^No class fits/,
          ),
          nearest: verdict.nearest!.map(({ class: name }) => name),
        });
      }
      await model.dispose();
    }
    expect(known).toEqual(new Set([true, false]));
  });

  test("ranks whatever words are typed as Node does, and says which ones it does not know", async () => {
    await page.click(".samples button:nth-child(3)");
    const words = ["photo of red", "blue", "one large drawing", "xylophone"];
    await page.fill("#words", ` ${words.join(" ,")}, blue,`);
    await page.waitForSelector(`.ranking li:nth-child(${words.length})`);
    await settled(page);
    const found = await page.$$eval(".ranking", (all: any[]) =>
      all.map((one) => ({
        ranked: JSON.parse(one.dataset.ranked),
        shares: [...one.querySelectorAll("li")].map(({ dataset }: any) => Number(dataset.share)),
        note: one.querySelector(".note").textContent,
      })),
    );
    for (const [i, run] of pairs.entries()) {
      const embedder = createEmbedder(loadDualEncoder(run), { threads: 1 });
      const { logits } = await zeroShot(embedder, words);
      const { data } = await logits([imageAt(samples(), 2)]);
      await embedder.dispose();
      const { probabilities } = softmax(data, words.length);
      const order = [...words.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
      expect(found[i].ranked).toEqual(order.map((k) => words[k]));
      for (const [place, k] of order.entries()) expect(found[i].shares[place]).toBeCloseTo(probabilities[k], 4);
      expect(found[i].note).toBe("It never read “xylophone”, and can only guess there.");
    }
    await page.fill("#words", " , ");
    await page.waitForSelector(".ranking .answer:has-text('Type a word')");
    await page.fill("#words", Array.from({ length: 26 }, (_, i) => `red ${i}`).join());
    await page.waitForSelector(".words .note:has-text('2 are left out')");
    await page.fill("#words", manifest.words!.suggested.join(", "));
    await page.click(".samples button:nth-child(1)");
  });

  test("corrupts as Node does, by keyboard, and traces the doubt over severities", async () => {
    await page.click(".samples button:nth-child(1)");
    await page.focus("#slider-fog");
    for (const _ of [1, 2, 3]) await page.keyboard.press("ArrowRight");
    expect(await page.getAttribute("#slider-fog", "aria-valuetext")).toBe("severity 3 of 5");
    await page.waitForSelector(".curve[data-points='6']");
    const set = samples();
    const fog = await corruptImage(firstSample(set), { name: "fog", severity: 3, index: 0 });
    const expected = await nodeDoubts({ ...set, images: fog.data, labels: Int32Array.of(0) });
    const found = await doubts(page);
    for (const model of runs.keys()) expect(Math.abs(found[model] - expected[model][0])).toBeLessThan(1e-4);
  });

  test("has a slider for every corruption, which does what Node's does", async () => {
    await page.click("text=Undo all");
    const set = samples();
    const corrupted = await Promise.all(
      corruptionNames.map((name) => corruptImage(firstSample(set), { name, severity: 5, index: 0 })),
    );
    const expected = await nodeDoubts({
      ...set,
      images: Uint8Array.from(corrupted.flatMap(({ data }) => [...data])),
      labels: new Int32Array(corrupted.length),
    });
    const differing: string[] = [];
    for (const [i, name] of corruptionNames.entries()) {
      await page.fill(`#slider-${name}`, "5");
      await settled(page);
      const found = await doubts(page);
      if (runs.some((_, model) => Math.abs(found[model] - expected[model][i]) > 1e-4)) differing.push(name);
      await page.fill(`#slider-${name}`, "0");
    }
    // The browser's own encoder (src/web/jpeg-codec.ts).
    expect(differing.filter((name) => name !== "jpeg_compression")).toEqual([]);
  });

  test("is made worse by what parts the models' doubt most on this picture", async () => {
    await page.click(".samples button:nth-child(2)");
    await page.click(".stage .primary");
    await page.waitForSelector(`.why:has-text('number 1 of ${corruptionNames.length}')`);
    await settled(page);
    const gap = ([one, other]: readonly number[]) => Math.abs(one - other);
    const shown = gap(await doubts(page));
    const set = samples();
    const { height, width, channels } = set;
    const image = { height, width, channels, data: imageAt(set, 1) };
    const settings = corruptionNames
      .filter((name) => name !== "jpeg_compression")
      .flatMap((name) => [3, 5].map((severity) => ({ name, severity: severity as Severity, index: 0 })));
    const corrupted = await Promise.all(settings.map((setting) => corruptImage(image, setting)));
    const [one, other] = await nodeDoubts({
      ...set,
      images: Uint8Array.from(corrupted.flatMap(({ data }) => [...data])),
      labels: new Int32Array(corrupted.length),
    });
    expect(shown).toBeGreaterThan(Math.max(...one.map((doubt, i) => gap([doubt, other[i]]))) - 1e-3);
    await page.click("text=Undo all");
    await settled(page);
    expect(await page.textContent(".why")).toMatch(/^Move a slider/);
  });

  describe("opens on the damage that was chosen", () => {
    const opening: Opening = {
      sample: 0,
      corruption: "fog",
      severity: 4,
      anchored: 0,
      standard: 1,
      tried: { pictures: 2, corruptions: 3 },
    };
    const openedOn = async (reducedMotion: "reduce" | "no-preference", inPage?: () => void) => {
      const own = await browser.newContext({ reducedMotion });
      if (inPage) await own.addInitScript(inPage);
      await own.route("**/demo.json", (route) => route.fulfill({ json: { ...manifest, opening, words: undefined } }));
      const opened = await watched(own);
      await opened.goto(host.url);
      await ready(opened);
      return opened;
    };
    const severity = (opened: Page) => opened.inputValue("#slider-fog");
    const reached = (opened: Page, value: number) =>
      opened.waitForSelector(`#slider-fog[aria-valuetext="severity ${value} of 5"]`);
    const showsIt = async (opened: Page) => {
      await settled(opened);
      const set = samples();
      const fog = await corruptImage(firstSample(set), { name: "fog", severity: 4, index: 0 });
      const expected = await nodeDoubts({ ...set, images: fog.data, labels: Int32Array.of(0) });
      const found = await doubts(opened);
      for (const model of runs.keys()) expect(Math.abs(found[model] - expected[model][0])).toBeLessThan(1e-4);
      for (const said of await opened.$$eval(".said", (all: any[]) => all.map(({ textContent }) => textContent)))
        expect(said).toMatch(
          /^More unsure than on (\d+\u00a0% of clean pictures|any clean picture|almost no clean picture)\. /,
        );
      expect(await opened.textContent(".why")).toMatch(
        /^Fog at severity 4, chosen because .* 2 pictures × 3 corruptions × 5 severities/,
      );
      await opened.context().close();
    };

    test("at once under reduced motion", async () => {
      const opened = await openedOn("reduce");
      expect(await severity(opened)).toBe("4");
      await showsIt(opened);
    });

    test("else step by step", async () => {
      // Noted by the page itself: a step lasts two thirds of a second, which a slow machine would miss.
      const opened = await openedOn("no-preference", () => {
        const page = globalThis as any;
        page.shown = [];
        const look = () => {
          const told = page.document.querySelector("#slider-fog")?.getAttribute("aria-valuetext");
          if (told && told !== page.shown.at(-1)) page.shown.push(told);
        };
        new page.MutationObserver(look).observe(page.document, { attributes: true, childList: true, subtree: true });
      });
      await reached(opened, 4);
      const steps = [1, 2, 3, 4].map((value) => `severity ${value} of 5`);
      expect(await opened.evaluate(() => (globalThis as any).shown)).toEqual(["none", ...steps]);
      await showsIt(opened);
    });

    test("and stops at any input", async () => {
      // By the page itself: a message from here may come when all steps are shown.
      const opened = await openedOn("no-preference", () => {
        const page = globalThis as any;
        const look = () => {
          if (!page.document.querySelector('#slider-fog[aria-valuetext="severity 1 of 5"]')) return;
          watching.disconnect();
          page.document.body.dispatchEvent(new page.KeyboardEvent("keydown", { key: "Shift", bubbles: true }));
        };
        const watching = new page.MutationObserver(look);
        watching.observe(page.document, { attributes: true, childList: true, subtree: true });
      });
      await reached(opened, 1);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(await severity(opened)).toBe("1");
      expect(await opened.textContent(".stage .primary")).toBe("Make it worse");
      await opened.context().close();
    });
  });

  test("is drawn on by keyboard", async () => {
    await page.click("text=Draw");
    await page.keyboard.press("Space");
    for (const _ of [1, 2, 3, 4]) await page.keyboard.press("ArrowRight");
    await settled(page);
    expect(await page.textContent("figcaption")).toBe("your drawing");
    await page.click("text=Draw");
  });

  test("is taught a class, recognises it, and forgets it again", async () => {
    const files = await Promise.all(
      [0, 1, 2, 3].map(async (i) => ({ name: `${i}.png`, mimeType: "image/png", buffer: await green(i) })),
    );
    await page.fill("#class-name", "Green");
    await page.setInputFiles("#teach-files", files.slice(0, 3));
    await page.click("text=Teach it >> nth=-1");
    await page.waitForSelector(".result [data-recognised]");
    const recognised = await page.$$eval(".result [data-recognised]", (all: any[]) =>
      all.map(({ dataset }) => Number(dataset.recognised)),
    );
    expect(recognised).toEqual([3, 3]);
    expect(await page.$$eval(".charts .line", (lines) => lines.length)).toBe(4);
    await page.setInputFiles("#file", files[3]);
    await page.waitForSelector("figcaption:has-text('your file')");
    await settled(page);
    const answers = await page.$$eval(".verdict", (all: any[]) => all.map(({ dataset }) => dataset.predicted));
    expect(answers).toEqual(["Green", "Green"]);
    await page.click("text=Forget it again");
    await settled(page);
    expect(await page.$$eval(".verdict", (all) => all.map((one) => one.textContent!.includes("Green")))).toEqual([
      false,
      false,
    ]);
  });

  test("names what is no picture", async () => {
    await page.setInputFiles("#file", { name: "a.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
    await page.waitForSelector(".problem:has-text('no picture')");
    await page.click(".samples button:nth-child(1)");
  });

  test.each(["light", "dark"] as const)("has no serious fault of accessibility, %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => (globalThis as any).axe.run());
    const serious = violations.filter(({ impact }: { impact: string }) => ["serious", "critical"].includes(impact));
    expect(serious.map(({ id, nodes }: any) => `${id}: ${nodes.map((node: any) => node.html).slice(0, 3)}`)).toEqual(
      [],
    );
  });

  test("fits a phone", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    const wraps = await page.$$eval(".share", (all: any[]) =>
      all.filter((share) => {
        share.textContent = "100\u00a0%";
        return share.scrollWidth > share.clientWidth || share.clientHeight > 24;
      }),
    );
    expect(wraps).toEqual([]);
  });

  test("shows sliders and verdicts together on a phone", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.$eval(".sliders", (sliders: any) => sliders.scrollIntoView());
    const within = await page.$$eval(".sliders, .verdict .answer, .verdict .doubt", (all: any[]) =>
      all.map((each) => {
        const { top, bottom } = each.getBoundingClientRect();
        return top >= 0 && bottom <= 844;
      }),
    );
    expect(within).toEqual(Array(1 + 2 * runs.length).fill(true));
  });

  test("works from the disk", async () => {
    const opened = await watched();
    await opened.goto(pathToFileURL(join(site, "index.html")).href);
    await ready(opened);
    expect(Number(await opened.getAttribute("#check", "data-difference"))).toBeLessThan(1e-4);
    await opened.close();
  });

  test("works without a network after the first visit, on several threads", async () => {
    await page.waitForSelector("html[data-offline]", { state: "attached" });
    await host.close();
    await page.reload();
    await ready(page);
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    expect(Number(await page.getAttribute("#check", "data-difference"))).toBeLessThan(1e-4);
    const cores = await page.evaluate<number>("navigator.hardwareConcurrency");
    const threads = Math.min(4, cores);
    expect(await page.textContent("#engine")).toBe(`WebAssembly, ${threads} ${threads === 1 ? "thread" : "threads"}`);
  });

  test("complained of nothing", () => {
    expect(complaints).toEqual([]);
  });
});
