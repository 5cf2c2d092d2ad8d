import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { type DataSet, type Listener, UserError } from "../core/index.ts";
import { knownName } from "../core/internal.ts";
import { thresholdKeeping, type VerdictScoreName, verdictScoreNames } from "../evaluate/internal.ts";
import { runPaths } from "../files/index.ts";
import { parseJson, readText, writeFileAtomic } from "../files/internal.ts";
import { type RunVerdict, runVerdict } from "../judge/internal.ts";
import type { LoadedRun } from "../train/index.ts";
import { referencesOf } from "./export-classifier.ts";

/** Whether an image is known or foreign, as an option of exporting. */
export interface VerdictOptions {
  /** The score that tells; `true`: `combination`. No verdict where absent. */
  readonly verdict?: VerdictScoreName | true;
  /** Percent of the validation images that are to be known; default 95. */
  readonly keep?: number;
  /** Training images, drawn by a seed, among which an image's nearest are told; default none. */
  readonly nearest?: number;
}

/** A verdict with its threshold. */
export interface SettledVerdict extends RunVerdict {
  readonly threshold: number;
  /** Share of validation images, 0 to 1. */
  readonly keeps: number;
}

interface Asked extends VerdictOptions, Listener {
  readonly protocol?: "single" | "k";
  readonly k?: number;
  readonly data: () => Promise<Pick<DataSet, "train" | "validation">>;
  /** Neither read what is kept, nor keep it. */
  readonly fresh?: boolean;
  readonly threads?: number;
}

/**
 * The verdict that is asked for, from `verdict.json` of the run's folder or, the first time, fitted on its data.
 * @throws UserError for options out of range or without a verdict, and as `runVerdict`
 */
export async function settleVerdict(
  run: string,
  loaded: LoadedRun,
  { verdict, keep, nearest = 0, data, fresh, protocol = "k", k, ...options }: Asked,
): Promise<SettledVerdict | undefined> {
  if (verdict === undefined) {
    const [name, value] = keep === undefined ? ["nearest", nearest] : ["keep", keep];
    if (value) throw new UserError(`options.${name} ${value}: it is about the verdict; add options.verdict`);
    return undefined;
  }
  const score =
    verdict === true ? "combination" : (knownName("verdict", verdict, verdictScoreNames) as VerdictScoreName);
  const keeps = (keep ?? 95) / 100;
  if (!(keeps > 0 && keeps < 1)) throw new UserError(`options.keep ${keep}: percent above 0 and below 100; e.g. 95`);
  if (!(Number.isInteger(nearest) && nearest >= 0))
    throw new UserError(`options.nearest ${nearest}: not a whole number of training images; e.g. 500`);
  const references = referencesOf(loaded, { protocol, k })?.shape[0] ?? 0;
  const asked = { weights: loaded.weights, protocol, references, score, nearest };
  const path = runPaths(run).verdict;
  const key = keyOf(run, asked);
  const stored = fresh ? undefined : readStored(path, key);
  const made = stored ?? (await runVerdict(loaded, await data(), { score, nearest, protocol, k, ...options }));
  if (!stored && !fresh) store(path, key, made);
  return { ...made, keeps, threshold: thresholdKeeping(made.fitted.known, keeps) };
}

/** Of the checkpoint and the way of asking. */
const keyOf = (run: string, asked: object): string =>
  createHash("sha256")
    .update(readFileSync(runPaths(run).checkpoint))
    .update(JSON.stringify(asked))
    .digest("hex");

/** Typed arrays as base64, little-endian. */
const packed = z.object({ type: z.enum(["float32", "float64"]), base64: z.string() });
const file = z.object({ version: z.literal(1), key: z.string(), verdict: z.unknown() });

function readStored(path: string, key: string): RunVerdict | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const found = parseJson(readText(path, ""), file, path);
    return found.key === key ? (unpack(found.verdict) as RunVerdict) : undefined;
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${error.message}; remove it, and it is made anew`) : error;
  }
}

/** A run that is read-only is fitted anew whenever it is opened. */
function store(path: string, key: string, verdict: RunVerdict): void {
  try {
    writeFileAtomic(path, `${JSON.stringify({ version: 1, key, verdict: pack(verdict) })}\n`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

function pack(value: unknown): unknown {
  if (value instanceof Float32Array || value instanceof Float64Array) {
    const type = value instanceof Float32Array ? "float32" : "float64";
    return { type, base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
  }
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, pack(own)]));
}

function unpack(value: unknown): unknown {
  const array = packed.safeParse(value);
  if (array.success) {
    const { buffer } = Uint8Array.from(Buffer.from(array.data.base64, "base64"));
    return array.data.type === "float32" ? new Float32Array(buffer) : new Float64Array(buffer);
  }
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, unpack(own)]));
}
