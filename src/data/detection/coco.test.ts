import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DataSet, imageAt, imageCount } from "../../core/index.ts";
import { cocoTruth, readCocoObjects } from "../boxes/index.ts";
import { matchImages } from "../convert.ts";
import { type DetectionDataOptions, loadDetectionData, writeCocoFolder } from "./index.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-coco-"));
const at = (...names: string[]) => join(root, ...names);
afterAll(() => rmSync(root, { recursive: true }));

/** 12 pictures of 100 × 50 with a red rectangle each, but the last. */
const truth = () => ({
  images: Array.from({ length: 12 }, (_, i) => ({ id: 10 * i + 7, file_name: `${i}.png`, width: 100, height: 50 })),
  annotations: Array.from({ length: 11 }, (_, i) => ({
    id: i + 1,
    image_id: 10 * i + 7,
    category_id: i % 2 === 0 ? 3 : 90,
    bbox: [2 * i, i, 30, 20],
    area: 500,
    iscrowd: 0,
  })),
  categories: [
    { id: 3, name: "block" },
    { id: 90, name: "brick" },
  ],
});
const write = (name: string, change: (json: ReturnType<typeof truth>) => object = (json) => json) => {
  writeFileSync(at(`${name}.json`), JSON.stringify(change(truth())));
  return at(`${name}.json`);
};
type Given = Partial<Extract<DetectionDataOptions, { name: "coco" }>>;
const load = async (changes: Given = {}) => {
  const said: string[] = [];
  const options = {
    name: "coco",
    folder: at("pictures"),
    annotations: at("boxes.json"),
    imageSize: 32,
    ...changes,
  } as const;
  const data = await loadDetectionData(options, { dataDir: at("data"), onNotice: (line) => said.push(line) });
  return { data, said };
};

beforeAll(async () => {
  mkdirSync(at("pictures"));
  for (let i = 0; i < 12; i++) {
    const block = {
      input: { create: { width: 30, height: 20, channels: 3 as const, background: "#f00" } },
      left: 2 * i,
      top: i,
    };
    await sharp({ create: { width: 100, height: 50, channels: 3, background: "#000" } })
      .composite(i < 11 ? [block] : [])
      .png()
      .toFile(at("pictures", `${i}.png`));
  }
  writeFileSync(at("pictures", "broken.png"), "no picture");
  write("boxes");
});

describe("a folder of pictures with COCO's boxes", () => {
  test("pictures lie whole in squares, boxes with them; parts are held out, images without boxes stay", async () => {
    const { data, said } = await load();
    expect(said).toEqual([]);
    expect([data.train, data.validation, data.test].map((set) => [set.name, imageCount(set)])).toEqual([
      ["boxes/train", 9],
      ["boxes/validation", 1],
      ["boxes/test", 2],
    ]);
    expect(data.train.classNames).toEqual(["block", "brick"]);
    const all = [data.train, data.validation, data.test];
    expect(all.reduce((sum, { boxes }) => sum + boxes!.index.length, 0)).toBe(11);
    for (const set of all)
      for (let row = 0; row < imageCount(set); row++) {
        const { first, boxes } = set.boxes!;
        for (let box = first[row]; box < first[row + 1]; box++) {
          const [x, y, width, height] = boxes.subarray(4 * box, 4 * box + 4);
          expect([width, height]).toEqual([9.6, 6.4]);
          const middle = 3 * (Math.floor(y + height / 2) * 32 + Math.floor(x + width / 2));
          expect(imageAt(set, row)[middle]).toBeGreaterThan(240);
        }
        expect([...imageAt(set, row).subarray(0, 3)]).toEqual([127, 127, 127]);
      }
  });

  test("what is there is told in the pictures' own pixels, by their own ids, at any size of the squares", async () => {
    const { data } = await load();
    for (const set of [data.test, matchImages(data.test, { height: 16, width: 16, channels: 3 })]) {
      const { images, annotations, categories } = cocoTruth(set);
      expect(categories).toEqual(truth().categories);
      for (const image of images) {
        expect(image).toMatchObject({ width: 100, height: 50 });
        expect(truth().images.some(({ id, file_name }) => id === image.id && file_name === image.file_name)).toBe(true);
      }
      for (const { image_id, category_id, bbox, area } of annotations) {
        const own = truth().annotations.find((one) => one.image_id === image_id)!;
        expect(category_id).toBe(own.category_id);
        bbox.forEach((value, i) => {
          expect(value).toBeCloseTo(own.bbox[i], 9);
        });
        expect(area).toBeCloseTo(500, 9);
      }
    }
  });

  test("tested on another file, whose classes are found by their names", async () => {
    const testAnnotations = write("other", ({ categories, annotations, ...json }) => ({
      ...json,
      categories: categories.map(({ id, name }) => ({ id: 100 - id, name })),
      annotations: annotations.map(({ category_id, ...one }) => ({ ...one, category_id: 100 - category_id })),
    }));
    const { data } = await load({ testAnnotations });
    expect([imageCount(data.train) + imageCount(data.validation), imageCount(data.test)]).toEqual([12, 12]);
    expect([...data.test.boxes!.index]).toEqual(truth().annotations.map((_, i) => i % 2));
    expect(cocoTruth(data.test).categories.map(({ id, name }) => [id, name])).toEqual([
      [97, "block"],
      [10, "brick"],
    ]);
    const strange = write("strange", ({ categories, ...json }) => ({
      ...json,
      categories: categories.map(({ id }) => ({ id, name: `n${id}` })),
    }));
    await expect(load({ testAnnotations: strange })).rejects.toThrow("the class n3 is not trained on");
  });

  test("what is clipped and left out is said", async () => {
    const annotations = write("clipped", ({ annotations, ...json }) => ({
      ...json,
      annotations: annotations.map((one, i) => ({
        ...one,
        bbox: i === 0 ? [-5, 0, 10, 10] : i === 1 ? [0, 0, 0.5, 9] : one.bbox,
      })),
    }));
    const { data, said } = await load({ annotations });
    expect(said.join("\n")).toMatch(/1 box clipped.*\n.*1 box less than a pixel/);
    expect(data.train.boxes!.index.length).toBeLessThan(11);
  });

  test.each<[string, (json: ReturnType<typeof truth>) => object, RegExp]>([
    [
      "a picture that is not there",
      (json) => ({ ...json, images: [...json.images, { id: 1, file_name: "gone.png" }] }),
      /gone\.png: not there/,
    ],
    [
      "one that is none",
      (json) => ({ ...json, images: [...json.images, { id: 1, file_name: "broken.png" }] }),
      /broken\.png: not a readable image/,
    ],
    [
      "boxes of another size",
      (json) => ({ ...json, images: json.images.map((image) => ({ ...image, width: 50, height: 100 })) }),
      /100×50 pixels, turned as its EXIF tag says, but .* has boxes for 50×100/,
    ],
  ])("%s is refused, or left out where that is asked for", async (_, change, why) => {
    const annotations = write("bad", change);
    await expect(load({ annotations })).rejects.toThrow(why);
    const skipped = load({ annotations, badImages: "skip" });
    const others = (change(truth()) as ReturnType<typeof truth>).images.length > 12;
    if (!others) return expect(skipped).rejects.toThrow("0 images can be read");
    expect((await skipped).said.join()).toMatch(/skipped 1 image \(/);
  });

  test("no such folder", async () => {
    await expect(load({ folder: at("nowhere") })).rejects.toThrow("no such folder");
  });
});

test("scenes that are written are read again, bit for bit", async () => {
  const made = await loadDetectionData({ name: "emoji-scenes", imageSize: 32, count: 20 }, { dataDir: at("data") });
  const written = await writeCocoFolder(made, at("scenes"));
  expect(written.map(({ set, images }) => [set, images]).slice(0, 2)).toEqual([
    ["emoji-scenes/train", 15],
    ["emoji-scenes/validation", 2],
  ]);
  const { data } = await load({
    folder: at("scenes", "images"),
    annotations: at("scenes", "annotations", "unseen-vendors.json"),
    testAnnotations: at("scenes", "annotations", "test.json"),
  });
  const same = ({ images, boxes }: DataSet["test"]) => ({ images, boxes: boxes!.boxes, index: boxes!.index });
  expect(same(data.test)).toEqual(same(made.test));
  expect(readCocoObjects(written[0].annotations).objects.names).toEqual(made.train.classNames);
  await expect(writeCocoFolder(made, at("scenes"))).rejects.toThrow("the folder is not empty");
  expect(existsSync(at("scenes", "images", "unknown-objects", "1.png"))).toBe(true);
  expect(JSON.parse(readFileSync(written[2].annotations, "utf8")).images[0].file_name).toBe("test/1.png");
}, 60_000);
