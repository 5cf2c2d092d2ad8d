import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { parseNpy } from "../../files/npy.ts";
import { rowsOf } from "./rows.ts";
import type { FeatureData } from "./types.ts";

const file = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

export interface Measures {
  readonly auroc: number;
  readonly averagePrecisionIn: number;
  readonly averagePrecisionOut: number;
  readonly trapezoidPrecisionIn: number;
  readonly trapezoidPrecisionOut: number;
  readonly fpr95In: number;
  readonly fpr95Out: number;
}

/** What `fixtures/make-ood-fixtures.py` wrote. */
export const fixture = JSON.parse(readFileSync(file("ood-scores.json"), "utf8")) as {
  readonly size: number;
  readonly classes: number;
  readonly images: Readonly<Record<string, number>>;
  readonly fitted: Readonly<Record<string, number>>;
  readonly scores: Readonly<Record<string, { readonly near: Measures; readonly far: Measures }>>;
  readonly choices: Readonly<
    Record<string, { readonly grid: readonly object[]; readonly auroc: readonly number[]; readonly chosen: number }>
  >;
};

const npy = <T extends "f4" | "f8" | "i4">(name: string, type: T) =>
  parseNpy(name, gunzipSync(readFileSync(file(`ood/${name}.npy.gz`))), type).data;

const scores = npy("scores", "f8");
const names = Object.keys(fixture.scores);
/** The sets of a row of scores, in its order. */
const judgedSets = ["test", "near", "far"] as const;

/** A fixture's score of the rows of test, near and far. */
export function expectedScores(name: string): Record<(typeof judgedSets)[number], Float64Array> {
  let at = names.indexOf(name) * (scores.length / names.length);
  const next = (set: string) => {
    at += fixture.images[set];
    return scores.slice(at - fixture.images[set], at);
  };
  return { test: next("test"), near: next("near"), far: next("far") };
}

/** Features and logits of a set. */
export const setOf = (name: string) => ({
  features: rowsOf(npy(name, "f4"), fixture.size),
  logits: rowsOf(npy(`${name}-logits`, "f4"), fixture.classes),
});

export const logitsOf = (name: string): Float32Array => npy(`${name}-logits`, "f4");
export const labelsOf = (name: "train" | "val"): Int32Array => npy(`${name}-labels`, "i4");

export const data: FeatureData = {
  classes: fixture.classes,
  training: { ...setOf("train"), labels: labelsOf("train") },
  validation: { ...setOf("val"), labels: labelsOf("val") },
  classifier: { weight: npy("weights", "f4"), bias: npy("biases", "f4") },
};
