import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../core/index.ts";
import { cocoCases } from "../../evaluate/detection/testing.ts";
import { cocoFigureNames, cocoFigures, cocoMatches } from "../../evaluate/index.ts";
import { readCocoDetections, readCocoObjects } from "./index.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "anchored-coco-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function written(content: unknown): string {
  const path = join(folder, `${count++}.json`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const image = (id: unknown, more: object = {}) => ({ id, width: 100, height: 80, file_name: `${id}.jpg`, ...more });
const object = (id: unknown, more: object = {}) => ({
  id,
  image_id: 1,
  category_id: 1,
  bbox: [10, 10, 20, 20],
  area: 400,
  iscrowd: 0,
  ...more,
});
const truth = (more: object = {}) => ({
  images: [image(1), image(2)],
  categories: [
    { id: 1, name: "cat" },
    { id: 7, name: "dog" },
  ],
  annotations: [object(1)],
  ...more,
});
const found = (more: object = {}) => ({ image_id: 1, category_id: 1, bbox: [10, 10, 20, 20], score: 0.5, ...more });

const kinds = (remarks: readonly { readonly kind: string; readonly count: number }[]) =>
  remarks.map((one) => `${one.kind} ${one.count}`);

describe("pycocotools' twelve figures, from files", () => {
  test.each(cocoCases.map((one) => [one.why, one] as const))("%s", (_, one) => {
    const known = readCocoObjects(written(one.ground));
    const { detections } = readCocoDetections(written(one.detections), known);
    const figures = cocoFigures(cocoMatches(known.objects, detections));
    for (const [i, name] of cocoFigureNames.entries())
      expect(Math.abs((figures[name] ?? -1) - one.stats[i]), name).toBeLessThan(1e-12);
  });

  test("detections in two files, one after the other, are those of one", () => {
    const { ground, detections } = cocoCases[0];
    const known = readCocoObjects(written(ground));
    const half = detections.length >> 1;
    const parts = [written(detections.slice(0, half)), written(detections.slice(half))];
    expect(readCocoDetections(parts, known).detections).toEqual(
      readCocoDetections(written(detections), known).detections,
    );
  });
});

test("what is written is read: ids with gaps, images without objects, masks that are not looked at", () => {
  const { images, categories, objects, remarks } = readCocoObjects(
    written({
      info: { year: 2026 },
      images: [image(9), image(4, { width: undefined })],
      categories: [
        { id: 90, name: "toothbrush", supercategory: "indoor" },
        { id: 3, name: "car" },
      ],
      annotations: [
        object(5, { image_id: 9, category_id: 90, area: 123.5, segmentation: [[1, 2, 3]] }),
        object(6, { image_id: 9, category_id: 3, iscrowd: 1, segmentation: { counts: "abc", size: [80, 100] } }),
      ],
    }),
  );
  expect(images.map(({ id }) => id)).toEqual([4, 9]);
  expect(categories).toEqual([
    { id: 3, name: "car" },
    { id: 90, name: "toothbrush" },
  ]);
  expect(objects.names).toEqual(["car", "toothbrush"]);
  expect(Array.from(objects.first)).toEqual([0, 0, 2]);
  expect(Array.from(objects.index)).toEqual([1, 0]);
  expect(Array.from(objects.crowd!)).toEqual([0, 1]);
  expect(Array.from(objects.area!)).toEqual([123.5, 400]);
  expect(remarks).toEqual([]);
});

describe("traps of ground truth, each with a line", () => {
  test.each<[string, object, string[], RegExp]>([
    ["an image listed twice", { images: [image(1), image(1), image(2)] }, ["same-image 1"], /id 1.*taken once/],
    [
      "ids that are texts",
      { annotations: [object(1, { image_id: "1" })] },
      ["text-ids 1"],
      /1 annotation with an id that is a text/,
    ],
    ["a class without a name", { categories: [{ id: 1 }] }, ["unnamed 1"], /named by the id/],
    [
      "two classes of one name",
      { categories: [1, 2].map((id) => ({ id, name: "cat" })) },
      ["same-name 1"],
      /"cat", id 2.*added to the name/,
    ],
    ["an unknown image", { annotations: [object(1, { image_id: 5 })] }, ["unknown-image 1"], /skipped.*id 1: image 5/],
    ["an unknown class", { annotations: [object(1, { category_id: 2 })] }, ["unknown-category 1"], /class 2/],
    [
      "no box",
      { annotations: [object(1, { bbox: undefined }), object(2, { bbox: null })] },
      ["no-box 2"],
      /skipped \(id 1\)/,
    ],
    ["a negative width", { annotations: [object(1, { bbox: [5, 5, -3, 4] })] }, ["negative 1"], /taken as empty/],
    ["no height", { annotations: [object(1, { bbox: [5, 5, 3, 0] })] }, ["empty 1"], /counts as missed/],
    ["beyond the image", { annotations: [object(1, { bbox: [90, 5, 30, 4] })] }, ["outside 1"], /taken as given/],
    ["no area", { annotations: [object(1, { area: undefined })] }, ["no-area 1"], /width × height/],
    ["ignore", { annotations: [object(1, { ignore: 1 })] }, ["ignore 1"], /iscrowd alone/],
    ["id 0", { annotations: [object(0)] }, ["id-0 1"], /never counts as found/],
    ["an id twice", { annotations: [object(1), object(1, { category_id: 7 })] }, ["same-id 1"], /each counts/],
    ["an object twice", { annotations: [object(1), object(2)] }, ["twice 1"], /each counts/],
  ])("%s", (_, change, expected, text) => {
    const { remarks } = readCocoObjects(written(truth(change)));
    expect(kinds(remarks)).toEqual(expected);
    expect(remarks[0].text).toMatch(text);
    expect(remarks[0].text).not.toContain("\n");
  });

  test("for training, boxes are clipped, and slivers left out", () => {
    const boxes = [
      [10, 10, 20, 20],
      [-5, -5, 20, 20],
      [99.5, 5, 30, 4],
      [5, 5, 0, 4],
      [120, 5, 10, 10],
    ];
    const path = written(truth({ annotations: boxes.map((bbox, i) => object(i + 1, { bbox })) }));
    const { objects, remarks } = readCocoObjects(path, { clip: true });
    expect(Array.from(objects.boxes)).toEqual([10, 10, 20, 20, 0, 0, 15, 15]);
    expect(kinds(remarks)).toEqual(["clipped 1", "small 3"]);
    expect(readCocoObjects(path).objects.index).toHaveLength(5);
  });
});

test("an object of id 0 is found, for ids are not what matches are told by", () => {
  const known = readCocoObjects(written(truth({ annotations: [object(0)] })));
  const { detections } = readCocoDetections(written([found()]), known);
  expect(cocoFigures(cocoMatches(known.objects, detections)).ap).toBeCloseTo(1, 12);
});

describe("traps of detections, each with a line", () => {
  test.each<[string, object[], string[], RegExp]>([
    ["an unknown image", [found(), found({ image_id: 3 })], ["unknown-image 1"], /entry 2: image 3/],
    ["an unknown class", [found(), found({ category_id: 2 })], ["unknown-category 1"], /skipped/],
    ["a negative width", [found({ bbox: [1, 1, -4, 4] })], ["negative 1"], /wrong/],
    ["no width", [found({ bbox: [1, 1, 0, 4] })], ["empty 1"], /wrong/],
    ["twice", [found(), found()], ["twice 1"], /each counts/],
    ["an id that is a text", [found({ image_id: "1" })], ["text-ids 1"], /taken as the same/],
    ["shares of the image", [found({ bbox: [0.1, 0.1, 0.5, 0.5] })], ["normalised 1"], /multiply/],
    ["corners", [found({ bbox: [40, 40, 90, 70] })], ["corners 1"], /x1, y1, x2, y2/],
    [
      "an uncertainty of some",
      [found({ uncertainty: 0.2 }), found({ score: 0.4 })],
      ["some-uncertainty 1"],
      /used for none/,
    ],
  ])("%s", (_, list, expected, text) => {
    const known = readCocoObjects(written(truth({ images: [image(1)] })));
    const { remarks } = readCocoDetections(written(list), known);
    expect(kinds(remarks)).toEqual(expected);
    expect(remarks[0].text).toMatch(text);
  });

  test("images that none is of", () => {
    const known = readCocoObjects(written(truth()));
    const { detections, remarks } = readCocoDetections(written([]), known);
    expect(kinds(remarks)).toEqual(["without-detections 2"]);
    expect(Array.from(detections.first)).toEqual([0, 0, 0]);
  });

  test("an uncertainty of all is their doubt, in the order of the boxes", () => {
    const known = readCocoObjects(written(truth()));
    const list = [found({ image_id: 2, uncertainty: 0.3 }), found({ uncertainty: 0.2 })];
    expect(readCocoDetections(written(list), known).detections.doubt).toEqual(Float64Array.of(0.2, 0.3));
  });
});

describe("refused, in a line that says why", () => {
  test.each<[string, unknown, string | RegExp]>([
    ["a list", [], "a list, as of detections"],
    ["something else", 3, "must be an object with the lists"],
    ["no JSON", "{", "not JSON"],
    ["NaN", '{"images": [{"id": NaN}]}', "Python writes and JSON lacks"],
    ["bytes", "\u0000", "not JSON"],
    ["no categories", { ...truth(), categories: undefined }, "categories"],
    ["no images", truth({ images: [] }), "no images are listed"],
    ["an image without an id", truth({ images: [image(1), {}] }), /image 2, id: must be a number or a text/],
    ["a box of three", truth({ annotations: [object(1), object(2, { bbox: [1, 2, 3] })] }), /annotation 2, bbox/],
    ["a box of texts", truth({ annotations: [object(1, { bbox: ["1", 2, 3, 4] })] }), /annotation 1, bbox\.0/],
    ["two images of one id", truth({ images: [image(1), image(1, { file_name: "b.jpg" })] }), "1.jpg and b.jpg"],
    ["two classes of one id", truth({ categories: [1, 1].map((id) => ({ id, name: "a" })) }), "two categories"],
    ["iscrowd 2", truth({ annotations: [object(1, { iscrowd: 2 })] }), "must be 0 or 1"],
  ])("ground truth: %s", (_, content, message) => {
    const read = () => readCocoObjects(written(content));
    expect(read).toThrow(UserError);
    expect(read).toThrow(message);
  });

  test.each<[string, unknown, string | RegExp]>([
    ["ground truth", truth(), "an object with annotations, as ground truth"],
    ["no score", [found(), found({ score: undefined })], /detection 2, score: must be a number/],
    ["a score that is a text", [found({ score: "0.5" })], /detection 1, score/],
    ["other images", [found({ image_id: 77 })], "none of its 1 detections"],
  ])("detections: %s", (_, content, message) => {
    const known = readCocoObjects(written(truth()));
    const read = () => readCocoDetections(written(content), known);
    expect(read).toThrow(UserError);
    expect(read).toThrow(message);
  });

  test("a file that is not there", () =>
    expect(() => readCocoObjects(join(folder, "none.json"))).toThrow(/cannot read .*no such file/));
});

test("whatever stands in a file, it is read or refused in one line", () => {
  const value = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.constant(null),
    fc.boolean(),
    fc.array(fc.double(), { maxLength: 5 }),
  );
  const some = <T>(one: T) =>
    fc.oneof({ weight: 9, arbitrary: fc.constant(one as unknown) }, { weight: 1, arbitrary: value });
  const box = fc.array(fc.double({ min: -50, max: 150, noNaN: true }), { minLength: 4, maxLength: 4 });
  const entry = fc.record({
    id: fc.oneof(fc.nat(3), value),
    image_id: fc.oneof(fc.nat(2), some(1)),
    category_id: fc.oneof(fc.constantFrom(1, 7), some(1)),
    bbox: fc.oneof({ weight: 9, arbitrary: box as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: value }),
    area: some(5),
    iscrowd: some(0),
    score: some(0.5),
  });
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 5 }),
      some(truth().images),
      some(truth().categories),
      (list, images, categories) => {
        try {
          const known = readCocoObjects(written({ images, categories, annotations: list }));
          const { detections } = readCocoDetections(written(list), known);
          cocoMatches(known.objects, detections);
        } catch (error) {
          if (!(error instanceof UserError) || error.message.includes("\n")) throw error;
        }
      },
    ),
    { numRuns: 300 },
  );
});
