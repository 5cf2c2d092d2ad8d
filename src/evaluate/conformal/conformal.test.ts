import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Predictions, Random, UserError } from "../../core/index.ts";
import { softmax } from "../softmax.ts";
import { conformal, predictionSets } from "./conformal.ts";
import type { ConformalChoice, ConformalOptions } from "./options.ts";
import { RankedRow } from "./ranked-row.ts";
import { type ConformalMethodName, conformalMethodNames, conformalMethods } from "./table.ts";
import type { ConformalMethod } from "./types.ts";

interface FixtureSets {
  readonly labelScores?: number[];
  readonly threshold?: number;
  readonly thresholds?: (number | null)[];
  readonly sets: string[];
  readonly coverage: number;
  readonly meanSize: number;
  readonly emptyShare?: number;
}

/** What NumPy makes of the same logits [N, K]; see make-uncertainty-fixtures.py. */
const { conformal: fixture } = JSON.parse(
  readFileSync(new URL("../fixtures/uncertainty.json", import.meta.url), "utf8"),
) as {
  conformal: Record<"logits" | "testLogits", number[][]> &
    Record<"labels" | "u" | "testLabels" | "testU", number[]> &
    Record<string, FixtureSets>;
};
const [RAPS, SAPS] = [{ penalty: 0.05, freeRanks: 2 }, { penalty: 0.1 }];

type Scores = (p: readonly number[], k: number, u: number) => number;
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const likelier = (p: readonly number[], k: number) => p.filter((q, j) => q > p[k] || (q === p[k] && j < k));
const gathered: Scores = (p, k, u) => sum(likelier(p, k)) + u * p[k];

/** Each method's fixtures and its definition, class by class, from probabilities. */
const rows: Record<
  ConformalMethodName,
  { parameters: object; fixtures: Record<string, Partial<ConformalOptions>>; scores: Scores }
> = {
  LAC: { parameters: {}, fixtures: { lac: {}, lacByClass: { conditional: "class" } }, scores: (p, k) => 1 - p[k] },
  APS: { parameters: {}, fixtures: { aps: {}, apsByClass: { conditional: "class" } }, scores: gathered },
  RAPS: {
    parameters: RAPS,
    fixtures: { raps: {}, rapsNotRandomised: { uniform: () => 1 }, rapsByClass: { conditional: "class" } },
    scores: (p, k, u) => gathered(p, k, u) + 0.05 * Math.max(0, likelier(p, k).length + 1 - 2),
  },
  SAPS: {
    parameters: SAPS,
    fixtures: { saps: {}, sapsByClass: { conditional: "class" } },
    scores(p, k, u) {
      const largest = Math.max(...p);
      const before = likelier(p, k).length;
      return before === 0 ? u * largest : largest + (before - 1 + u) * 0.1;
    },
  },
};

const choice = (method: ConformalMethodName, alpha: number): ConformalChoice =>
  ({ method, alpha, parameters: rows[method].parameters }) as ConformalChoice;

function drawn(set: string, images: number, classes: number): Predictions {
  const random = new Random("conformal test", set);
  const labels = Int32Array.from({ length: images }, () => random.integer(classes));
  const logits = Float32Array.from({ length: images * classes }, () => random.normal());
  for (const [row, label] of labels.entries()) logits[row * classes + label] += 1.5;
  return { set, logits, labels, classes };
}

const predictionsOf = (set: string, logits: number[][], labels: number[]) => ({
  ...{ set, labels: Int32Array.from(labels), classes: 10 },
  logits: Float64Array.from(logits.flat()),
});

describe.each(conformalMethodNames)("%s", (method) => {
  const held = predictionsOf("held", fixture.logits, fixture.labels);
  const tested = predictionsOf("tested", fixture.testLogits, fixture.testLabels);
  const uniform = (set: string, row: number) => fixture[set === "held" ? "u" : "testU"][row];

  test.each(Object.keys(rows[method].fixtures))("%s: thresholds and sets are NumPy's", (name) => {
    const wanted = fixture[name];
    const options = { uniform, ...choice(method, 0.1), ...rows[method].fixtures[name] } as ConformalOptions;
    const { threshold, ...result } = conformal(held, tested, options);
    if (typeof threshold === "number") expect(threshold).toBeCloseTo(wanted.threshold!, 12);
    else {
      expect([...threshold].map((own) => Number.isFinite(own))).toEqual(wanted.thresholds!.map((own) => own !== null));
      expect(result.alwaysInSet).toBe(wanted.thresholds!.filter((own) => own === null).length);
      for (const [k, own] of wanted.thresholds!.entries()) if (own !== null) expect(threshold[k]).toBeCloseTo(own, 12);
    }
    const { coverage, meanSize, emptyShare = result.emptyShare } = wanted;
    expect(result.coverage).toBeCloseTo(coverage, 12);
    expect(result.meanSize).toBeCloseTo(meanSize, 12);
    expect(result.emptyShare).toBeCloseTo(emptyShare, 12);
    // Of a validation image's own score NumPy's last bit need not be ours.
    const beyond = typeof threshold === "number" ? threshold + 1e-12 : threshold.map((own) => own + 1e-12);
    const sets = Buffer.from(predictionSets(tested, beyond, options));
    expect(wanted.sets.map((_, row) => [...sets.subarray(10 * row, 10 * row + 10)].join(""))).toEqual(wanted.sets);
  });

  test("scores are those of the definition, and keys grow with them, whatever the place", () => {
    const rule: ConformalMethod = conformalMethods[method];
    const { logits, classes } = drawn("scores", 200, 12);
    const { probabilities } = softmax(logits, classes);
    const ranked = new RankedRow(classes);
    for (let row = 0; row < 200; row++) {
      const p = [...probabilities.subarray(row * classes, (row + 1) * classes)];
      ranked.nll.set(p.map((own) => -Math.log(own)));
      const u = row / 200;
      ranked.rank(u);
      const keys = p.map((_, k) => rule.key(ranked, ranked.placeOf(k), rows[method].parameters));
      const scores = p.map((_, k) => rows[method].scores(p, k, u));
      for (const [k, key] of keys.entries()) expect(rule.score(key)).toBeCloseTo(scores[k], 12);
      const byPlace = keys.map((_, place) => rule.key(ranked, place, rows[method].parameters));
      expect(byPlace).toEqual(byPlace.toSorted((a, b) => a - b));
    }
  });

  test.each([0.05, 0.1, 0.3])("covers 1 − α = 1 − %f of exchangeable images, within sampling", (alpha) => {
    const [n, m] = [4000, 4000];
    const { coverage, meanSize } = conformal(drawn("held out", n, 6), drawn("fresh", m, 6), choice(method, alpha));
    // Coverage is Beta(rank, n + 1 − rank) over the thresholds, then binomial over the images: five deviations.
    const deviation = Math.sqrt(alpha * (1 - alpha) * (1 / n + 1 / m));
    expect(Math.abs(coverage - (1 - alpha))).toBeLessThan(5 * deviation + 1 / n);
    expect(meanSize).toBeGreaterThan(1 - alpha - 0.1);
    expect(meanSize).toBeLessThan(6);
  });

  test("by class it covers 1 − α of each class, also where one class is hard", () => {
    const [n, m, classes, alpha] = [6000, 6000, 4, 0.1];
    const harder = (one: Predictions) => {
      const logits = one.logits.slice();
      for (const [row, label] of one.labels.entries()) if (label === 2) logits[row * classes + label] -= 1.5;
      return { ...one, logits };
    };
    const [held, fresh] = [harder(drawn("held out", n, classes)), harder(drawn("fresh", m, classes))];
    const together = conformal(held, fresh, choice(method, alpha));
    const apart = conformal(held, fresh, { ...choice(method, alpha), conditional: "class" });
    const deviation = Math.sqrt(alpha * (1 - alpha) * classes * (1 / n + 1 / m));
    expect(apart.worstClassGap).toBeLessThan(5 * deviation);
    expect(apart.meanClassGap).toBeLessThan(5 * deviation);
    expect(together.worstClassGap).toBeGreaterThan(0.08);
    expect(together.worstClassGap).toBeCloseTo(0.9 - together.worstClassCoverage, 12);
  });

  test("sets grow as α falls; too few images for α give all classes", () => {
    const [held, fresh] = [drawn("held out", 500, 5), drawn("fresh", 300, 5)];
    const sizes = [0.5, 0.2, 0.1, 0.02].map((alpha) => conformal(held, fresh, choice(method, alpha)).meanSize);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    const few = conformal(drawn("held out", 5, 5), fresh, choice(method, 0.1));
    expect(few).toMatchObject({ threshold: Number.POSITIVE_INFINITY, coverage: 1, meanSize: 5 });
    const byClass = conformal(drawn("held out", 5, 5), fresh, { ...choice(method, 0.1), conditional: "class" });
    expect(byClass).toMatchObject({ alwaysInSet: 5, coverage: 1, meanSize: 5 });
  });

  test.each([undefined, "class" as const])(
    "sets are those of the definition, ties by class (conditional: %s)",
    (conditional) => {
      const { logits, ...held } = drawn("held", 600, 30);
      // Few levels, so that many classes of an image tie, and no two images are alike.
      const coarse = { ...held, logits: logits.map((value, i) => Math.round(value) * (1 + Math.floor(i / 30) / 1000)) };
      const options: ConformalOptions = { ...choice(method, 0.2), ...(conditional && { conditional }) };
      const { threshold, meanSize, coverage, worstClassCoverage } = conformal(coarse, coarse, options);
      const beyond = typeof threshold === "number" ? threshold + 1e-12 : threshold.map((own) => own + 1e-12);
      const { probabilities } = softmax(coarse.logits, 30);
      const random = new Random("conformal", 0, "held");
      const sets = Array.from(coarse.labels, (_, row) => {
        const p = [...probabilities.slice(30 * row, 30 * row + 30)];
        const u = random.uniform();
        return p.map((_, k) => rows[method].scores(p, k, u) <= (typeof beyond === "number" ? beyond : beyond[k]));
      });
      expect([...predictionSets(coarse, beyond, options)]).toEqual(sets.flat().map(Number));
      expect(meanSize).toBeCloseTo(sets.flat().filter(Boolean).length / 600, 12);
      const hits = sets.map((set, row) => set[coarse.labels[row]]);
      expect(coverage).toBeCloseTo(hits.filter(Boolean).length / 600, 12);
      const ofClass = Array.from({ length: 30 }, (_, k) => hits.filter((_, row) => coarse.labels[row] === k));
      expect(worstClassCoverage).toBeCloseTo(
        Math.min(...ofClass.map((own) => own.filter(Boolean).length / own.length)),
        12,
      );
    },
  );
});

test("LAC by hand: the rank of the threshold and what it lets in", () => {
  const logits = [0.9, 0.8, 0.7, 0.6].flatMap((p) => [Math.log(p), Math.log(1 - p)]);
  const held = { set: "held", logits: Float32Array.from(logits), labels: Int32Array.of(0, 0, 0, 1), classes: 2 };
  // Scores .1, .2, .3 and .6; the ⌈5 · .6⌉ = 3rd is .3.
  const options = { method: "LAC", alpha: 0.4 } as const;
  const result = conformal(held, held, options);
  expect(result.threshold).toBeCloseTo(0.3, 6);
  expect([...predictionSets(held, 0.3 + 1e-6, options)]).toEqual([1, 0, 1, 0, 1, 0, 0, 0]);
  expect(result.emptyShare + result.singletonShare).toBe(1);
});

test("RAPS without a penalty is APS, also where all probabilities but one round to nothing", () => {
  const held = drawn("held", 300, 8);
  for (const scale of [1, 30, 3000]) {
    const sharp = { ...held, logits: Float64Array.from(held.logits, (logit) => scale * logit) };
    const [aps, raps] = [{ method: "APS" } as const, { method: "RAPS", parameters: { penalty: 0 } } as const].map(
      (one) => {
        const { method: _, parameters: __, ...rest } = conformal(sharp, sharp, { ...one, alpha: 0.1 });
        return rest;
      },
    );
    expect(raps.threshold).toBeCloseTo(aps.threshold as number, 12);
    expect({ ...raps, threshold: 0 }).toEqual({ ...aps, threshold: 0 });
  }
});

test("bad options are refused", () => {
  const held = drawn("held", 20, 3);
  const refusal = (options: object) => () =>
    conformal(held, held, { method: "RAPS", alpha: 0.1, ...options } as ConformalOptions);
  expect(refusal({ alpha: 0 })).toThrow(UserError);
  expect(refusal({ alpha: 1 })).toThrow("conformal: alpha 1 is outside (0, 1)");
  expect(refusal({ parameters: { penalty: -1 } })).toThrow("conformal: parameters.penalty -1 of RAPS: ");
  expect(refusal({ parameters: { freeRanks: 1.5 } })).toThrow("conformal: parameters.freeRanks 1.5 of RAPS: ");
  expect(refusal({ parameters: { lambda: 1 } })).toThrow("RAPS has no parameter lambda; it has penalty, freeRanks");
  expect(refusal({ method: "SAPS", parameters: { penalty: 0 } })).toThrow("conformal: parameters.penalty 0 of SAPS: ");
  expect(() => predictionSets(held, [1, 2], { method: "LAC", alpha: 0.1 })).toThrow("2 thresholds for 3 classes");
});

test("images without labels and logits that are no numbers are refused, on both sides", () => {
  const [held, fresh] = [drawn("held", 20, 3), drawn("fresh", 20, 3)];
  const unlabelled = (one: Predictions) => ({ ...one, labels: one.labels.map(() => -1) });
  const nan = (one: Predictions) => ({ ...one, logits: one.logits.map(() => Number.NaN) });
  for (const spoil of [unlabelled, nan]) {
    expect(() => conformal(spoil(held), fresh, { method: "LAC", alpha: 0.1 })).toThrow(/^held: /);
    expect(() => conformal(held, spoil(fresh), { method: "APS", alpha: 0.1 })).toThrow(/^fresh: /);
  }
});
