import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../core/index.ts";
import { cocoFigures, cocoFiguresByClass, cocoIntervals, cocoMatches, cocoPrecision } from "./coco-ap.ts";
import { optimalLrp } from "./lrp.ts";
import { boxOutcomes } from "./outcomes.ts";
import { type CocoCase, columnsOf, type Found, type Truth } from "./testing.ts";

type Problem = Pick<CocoCase, "ground" | "detections">;

/** Boxes near objects and elsewhere, crowds among them, no two scores equal. */
function problem(seed: number): Problem {
  const random = new Random("boxes", seed);
  const images = Array.from({ length: 1 + random.integer(12) }, (_, i) => ({ id: i + 1 }));
  const categories = Array.from({ length: 1 + random.integer(4) }, (_, k) => ({ id: k + 1, name: `class ${k}` }));
  const annotations: Truth["annotations"][number][] = [];
  const detections: Found[] = [];
  const category = () => 1 + random.integer(categories.length);
  for (const { id } of images)
    for (let i = random.integer(7); i > 0; i--) {
      const size = [10, 40, 120][random.integer(3)];
      const bbox = [300 * random.uniform(), 300 * random.uniform(), size * (0.5 + random.uniform()), size];
      const own = { image_id: id, category_id: category(), bbox };
      annotations.push({ ...own, area: bbox[2] * bbox[3], iscrowd: random.uniform() < 0.1 ? 1 : 0 });
      for (let j = random.integer(4); j > 0; j--)
        detections.push({
          image_id: id,
          category_id: random.uniform() < 0.8 ? own.category_id : category(),
          bbox: bbox.map((value, side) => Math.abs(value + 0.1 * bbox[2 + (side % 2)] * random.normal())),
          score: random.uniform(),
        });
    }
  const scores = new Set(detections.map(({ score }) => score));
  return {
    ground: { images, annotations, categories },
    detections: scores.size === detections.length ? detections : [],
  };
}

const matchesOf = (given: Problem) => {
  const { objects, detections } = columnsOf(given);
  return cocoMatches(objects, detections);
};
const figuresOf = (given: Problem) => cocoFigures(matchesOf(given));

/** Sums over classes may be of another order. */
function expectSame(a: object, b: object): void {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  for (const [name, value] of Object.entries(a))
    expect(Math.abs(value - (b as Record<string, number>)[name]), name).toBeLessThan(1e-12);
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const holds = (check: (given: Problem, random: Random) => void) =>
  fc.assert(
    fc.property(seeds, (seed) => {
      check(problem(seed), new Random("change", seed));
    }),
    { numRuns: 60 },
  );

describe("COCO's figures do not change", () => {
  test("with the order of images, objects and detections, where no scores are equal", () =>
    holds(({ ground, detections }, random) => {
      const ids = random.shuffle(ground.images.map(({ id }) => id));
      const moved = <T extends { readonly image_id: number }>(list: readonly T[]): T[] =>
        random.shuffle([...list]).map((one) => ({ ...one, image_id: ids[one.image_id - 1] }));
      const other = { ground: { ...ground, annotations: moved(ground.annotations) }, detections: moved(detections) };
      expectSame(figuresOf(other), figuresOf({ ground, detections }));
    }));

  test("with other ids of the classes", () =>
    holds(({ ground, detections }, random) => {
      const ids = random.shuffle(ground.categories.map(({ id }) => id)).map((id) => 7 * id);
      const renamed = <T extends { readonly category_id: number }>(list: readonly T[]): T[] =>
        list.map((one) => ({ ...one, category_id: ids[one.category_id - 1] }));
      const categories = ground.categories.map((one) => ({ ...one, id: ids[one.id - 1] }));
      const other = {
        ground: { ...ground, categories, annotations: renamed(ground.annotations) },
        detections: renamed(detections),
      };
      expectSame(figuresOf(other), figuresOf({ ground, detections }));
    }));

  test("where scores are others of the same order", () =>
    holds(({ ground, detections }) => {
      const other = detections.map((one) => ({ ...one, score: 0.5 * one.score ** 3 - 4 }));
      const before = figuresOf({ ground, detections });
      expectSame(figuresOf({ ground, detections: other }), before);
    }));

  test("where classes are judged one by one and averaged", () =>
    holds((given) => {
      const whole = matchesOf(given);
      const byClass = cocoFiguresByClass(whole);
      const { ap } = cocoFigures(whole);
      const known = byClass.flatMap((own) => own.ap ?? []);
      if (known.length === 0) return expect(ap).toBeUndefined();
      expect(ap).toBeCloseTo(known.reduce((a, b) => a + b, 0) / known.length, 12);
    }));
});

test("an image twice is no other image once: the figures of twice the data are the same", () =>
  holds(({ ground, detections }) => {
    const images = ground.images.length;
    const twice = <T extends { readonly image_id: number }>(list: readonly T[]): T[] => [
      ...list,
      ...list.map((one) => ({ ...one, image_id: one.image_id + images })),
    ];
    const other = {
      ground: {
        ...ground,
        images: [...ground.images, ...ground.images.map(({ id }) => ({ id: id + images }))],
        annotations: twice(ground.annotations),
      },
      detections: twice(detections),
    };
    // The precision between two equal scores is lower, but its envelope is not.
    expectSame(figuresOf(other), figuresOf({ ground, detections }));
  }));

test("objects themselves as detections are found at every threshold", () =>
  holds(({ ground }) => {
    const detections = ground.annotations
      .filter(({ iscrowd }) => !iscrowd)
      .map(({ image_id, category_id, bbox }) => ({ image_id, category_id, bbox, score: 1 }));
    const { objects, detections: found } = columnsOf({ ground, detections });
    const { ap, ar100 } = cocoFigures(cocoMatches(objects, found));
    expect([ap, ar100].every((value) => value === undefined || Math.abs(value - 1) < 1e-12)).toBe(true);
    const lrp = optimalLrp(found, boxOutcomes(objects, found));
    if (lrp) expect(lrp.olrp).toBeCloseTo(0, 12);
  }));

test("a precision-recall curve falls, and its mean is the class's AP at that threshold", () =>
  holds((given) => {
    const matches = matchesOf(given);
    const figures = cocoFiguresByClass(matches);
    for (const [k, curves] of cocoPrecision(matches).entries()) {
      if (!curves) {
        expect(figures[k].ap).toBeUndefined();
        continue;
      }
      expect(curves).toHaveLength(10);
      for (const curve of curves) expect(curve.every((value, r) => r === 0 || value <= curve[r - 1])).toBe(true);
      expect(curves[0].reduce((a, b) => a + b, 0) / 101).toBeCloseTo(figures[k].ap50!, 12);
    }
  }));

test("intervals lie around their figures, and are the same of the same seed", () =>
  holds((given) => {
    const matches = matchesOf(given);
    const figures = cocoFigures(matches);
    const intervals = cocoIntervals(matches, { resamples: 40 });
    expect(cocoIntervals(matches, { resamples: 40 })).toEqual(intervals);
    for (const [name, [lower, upper]] of Object.entries(intervals)) {
      const figure = figures[name as keyof typeof figures]!;
      expect(lower, name).toBeGreaterThanOrEqual(0);
      expect(upper, name).toBeLessThanOrEqual(1);
      expect(upper, name).toBeGreaterThanOrEqual(lower);
      expect(figure, name).toBeDefined();
    }
  }));

test("a size whose objects lie on fewer than 10 images has a figure, and no interval", () => {
  const { ground, detections } = problem(3);
  const one = { ...ground.annotations[0], bbox: [0, 0, 200, 200], area: 40_000, iscrowd: 0 };
  const images = Array.from({ length: 30 }, (_, i) => ({ id: i + 1 }));
  const small = images.map(({ id }) => ({ ...one, image_id: id, bbox: [0, 0, 9, 9], area: 81 }));
  const matches = matchesOf({ ground: { ...ground, images, annotations: [...small, one] }, detections });
  expect(cocoFigures(matches).apLarge).toBeDefined();
  const intervals = cocoIntervals(matches, { resamples: 10 });
  expect(intervals.apSmall).toBeDefined();
  expect(intervals.apLarge).toBeUndefined();
});

test("an interval is as wide as figures of other images differ: it holds what is so on average", () => {
  const of = (seed: number) => {
    const parts = Array.from({ length: 8 }, (_, i) => problem(1000 * seed + i));
    const ground = { images: [] as { id: number }[], annotations: [] as Truth["annotations"][number][] };
    const detections: Found[] = [];
    for (const part of parts) {
      const from = ground.images.length;
      ground.images.push(...part.ground.images.map(({ id }) => ({ id: id + from })));
      ground.annotations.push(
        ...part.ground.annotations.map((one) => ({ ...one, image_id: one.image_id + from, category_id: 1 })),
      );
      detections.push(...part.detections.map((one) => ({ ...one, image_id: one.image_id + from, category_id: 1 })));
    }
    const categories = [{ id: 1, name: "thing" }];
    return matchesOf({ ground: { ...ground, categories }, detections });
  };
  const all = Array.from({ length: 60 }, (_, seed) => of(seed));
  const average = all.reduce((sum, matches) => sum + cocoFigures(matches).ap!, 0) / all.length;
  const held = all.filter((matches) => {
    const [lower, upper] = cocoIntervals(matches, { resamples: 100 }).ap!;
    return lower <= average && average <= upper;
  });
  // 57 of 60 are expected; a binomial of 95 % is below 51 once in 500 times.
  expect(held.length).toBeGreaterThanOrEqual(51);
  expect(held.length).toBeLessThan(60);
});
