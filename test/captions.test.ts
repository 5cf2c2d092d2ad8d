import { expect, test } from "vitest";
import { type DataSet, type ImageSet, imageCount, subset } from "../src/core/index.ts";
import { imageBytes } from "../src/core/internal.ts";
import { CorruptionPool } from "../src/corrupt/index.ts";
import {
  type DataOptions,
  dataSetEntry,
  dataSetOf,
  loadDataSet,
  matchImages,
  registerDataSet,
} from "../src/data/index.ts";
import { invertImages } from "../src/data/internal.ts";
import { sampleImages } from "../src/demo/choose-images.ts";
import { corruptedSample } from "../src/judge/corrupted-sample.ts";
import { heldOutImages } from "../src/judge/held-out-images.ts";

const [side, classes] = [8, 5];

/** Plain images, each of a grey of its own that its captions name. */
function part(first: number, count: number) {
  const greys = Array.from({ length: count }, (_, i) => first + i);
  return {
    images: Uint8Array.from(greys.flatMap((grey) => Array<number>(side * side).fill(grey))),
    labels: greys.map((grey) => grey % classes),
    captions: greys.map((grey) => [`grey ${grey}`, `again ${grey}`]),
  };
}
const whole = dataSetOf({
  ...{ name: "greys", height: side, width: side, channels: 1, classNames: ["a", "b", "c", "d", "e"] },
  train: part(0, 120),
  test: part(120, 60),
  shifts: { fog: part(180, 20), snow: part(200, 50) },
});
registerDataSet("greys", {
  ...dataSetEntry("mnist"),
  options: [],
  load: async () => {
    const { validation: _, ...rest } = whole;
    return rest;
  },
});
const load = (options: Partial<DataOptions>) => loadDataSet({ name: "greys", seed: 1, ...options });

const setsOf = ({ train, validation, test, shifts, heldOut = [] }: DataSet) =>
  [train, validation, test, ...shifts, ...heldOut] as ImageSet[];

/** Every image has the captions of its own grey. */
function expectOwnCaptions(set: ImageSet, greyOf = (byte: number) => byte): void {
  const bytes = Buffer.concat([...imageBytes(set)]);
  const size = set.height * set.width * set.channels;
  expect(set.captions, set.name).toHaveLength(imageCount(set));
  expect(set.captions).toEqual(
    Array.from(set.labels, (_, row) => {
      const grey = greyOf(bytes[row * size]);
      return [`grey ${grey}`, `again ${grey}`];
    }),
  );
}

test.each<[string, Partial<DataOptions>]>([
  ["as it is", {}],
  ["limited", { limitTrain: 30 }],
  ["with a long tail", { imbalance: 10 }],
  ["with wrong labels", { labelNoise: 0.4 }],
  ["with classes held out", { holdOut: ["b", "d"] }],
  ["of another size", { imageSize: 16 }],
  ["with all of it", { limitTrain: 30, imbalance: 3, labelNoise: 0.2, holdOut: ["c"], imageSize: 12 }],
])("captions stay with their images in a data set %s", async (_, options) => {
  const sets = setsOf(await load(options));
  expect(sets.length).toBeGreaterThanOrEqual(5);
  for (const set of sets) expectOwnCaptions(set);
});

test("captions stay with images that are chosen, put in another order, recoloured, inverted, put together", () => {
  const set = whole.train;
  expectOwnCaptions(subset(set, [5, 0, 5, 17]));
  expectOwnCaptions(matchImages(set, { height: 4, width: 4, channels: 3 }));
  expectOwnCaptions(invertImages(set), (byte) => 255 - byte);
  expectOwnCaptions(sampleImages(whole).set);
  expectOwnCaptions(heldOutImages([subset(set, [3, 1, 2]), whole.test], whole.test, 40));
  const { captions: _, ...silent } = whole.test;
  expect(heldOutImages([set, silent], whole.test, 40).captions).toBeUndefined();
  expect(sampleImages({ ...whole, shifts: [silent] }).set.captions).toBeUndefined();
  expect(subset(silent, [0]).captions).toBeUndefined();
});

test("captions stay with images that threads corrupt", async () => {
  const pool = new CorruptionPool({ threads: 1 });
  try {
    const cells = [1, 2, 3].map((severity) => ({ name: "brightness", severity, benchmark: "cifar" as const }));
    const { captions, labels } = whole.test;
    const corrupted = await pool.corrupt(whole.test, { name: "brightness", severity: 3 });
    expect(corrupted.captions).toEqual(captions);
    const sample = await corruptedSample(whole.test, cells, pool);
    expect(sample.captions).toHaveLength(60);
    sample.captions!.forEach(([said], row) => {
      const before = captions!.findIndex(([text]) => text === said);
      expect(sample.labels[row]).toBe(labels[before]);
    });
  } finally {
    await pool.destroy();
  }
});
