import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Random } from "../../core/index.ts";
import { judgeDetections } from "../../judge/index.ts";
import { outside } from "../figures/testing.ts";
import { report } from "../report.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-detection-report-"));
const at = (name: string) => join(root, name);
afterAll(() => rmSync(root, { recursive: true }));

/** Judged boxes of 20 images, an object of each of so many classes on each, found by chance; `off` pixels away. */
function judged(name: string, classes: number, off: number, uncertainty = false): string {
  const random = new Random("boxes", classes);
  const images = Array.from({ length: 20 }, (_, i) => ({ id: i + 1, width: 400, height: 400 }));
  const categories = Array.from({ length: classes }, (_, k) => ({
    id: k + 1,
    name: k === 0 ? "<cats>" : `class ${k}`,
  }));
  const annotations = images.flatMap((image) =>
    categories.map((category, k) => ({
      id: image.id * classes + k,
      image_id: image.id,
      category_id: category.id,
      bbox: [300 * random.uniform(), 300 * random.uniform(), 40, 40 + 60 * random.uniform()],
      area: 1600,
      iscrowd: 0,
    })),
  );
  const found = annotations
    .filter(() => random.uniform() < 0.8)
    .map(({ image_id, category_id, bbox: [x, y, width, height] }) => ({
      image_id,
      category_id: random.uniform() < 0.8 ? category_id : 1 + random.integer(classes),
      bbox: [x + off * random.normal(), y, width, height],
      score: random.uniform(),
      ...(uncertainty && { uncertainty: random.uniform() }),
    }));
  writeFileSync(at(`${name}-truth.json`), JSON.stringify({ images, annotations, categories }));
  writeFileSync(at(`${name}.json`), JSON.stringify(found));
  const out = at(name);
  judgeDetections({
    detections: at(`${name}.json`),
    ground: at(`${name}-truth.json`),
    out,
    name: `${name} & co`,
    resamples: 10,
  });
  return out;
}

async function page(...folders: string[]): Promise<string> {
  await report(folders, at("report.html"));
  return readFileSync(at("report.html"), "utf8");
}

describe("two detectors of few classes", async () => {
  const html = await page(judged("near", 3, 2), judged("far", 3, 9, true));

  test("lets nothing of the user's through, and has all sections", () => {
    expect(html).toContain("near &#38; co: AP 0.");
    expect(html).toContain("&#60;cats&#62;");
    expect(html).not.toMatch(/NaN|undefined|\[object|Infinity/);
    for (const id of ["curves", "classes", "confusion", "measures", "reliability", "doubt", "run"])
      expect(html).toContain(`id="${id}"`);
  });

  test("drawings say what they show, keep their words inside and share no id", () => {
    const drawings = html.match(/<svg [^>]*role="img".*?<\/svg>/gs)!;
    // Precision-recall at three IoUs, AP by class, two matrices, reliability, sparsification.
    expect(drawings).toHaveLength(8);
    for (const svg of drawings) {
      expect(svg).toMatch(/aria-label="[^"]{10,}"/);
      expect(outside(svg)).toEqual([]);
    }
    const ids = [...html.matchAll(/\bid="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("is told apart where it was judged on other data", () => expect(html).toContain("Before you read the numbers"));
});

test("of many classes, the mistakes that are most frequent, and the classes at both ends", async () => {
  const html = await page(judged("many", 24, 4));
  expect(html).toContain("Of 24 classes the 10 that");
  expect(html).toContain("detected as");
  expect(html.match(/<svg [^>]*role="img"/g)).toHaveLength(6);
});

test("nothing detected is a page, too", async () => {
  writeFileSync(at("none.json"), "[]");
  judgeDetections({ detections: at("none.json"), ground: at("near-truth.json"), out: at("none"), resamples: 5 });
  const html = await page(at("none"));
  expect(html).toContain("none: AP 0.000");
  expect(html).not.toMatch(/NaN|undefined/);
});
