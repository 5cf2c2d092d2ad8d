import { z } from "zod";
import { type DataSet, type Listener, UserError } from "../core/index.ts";
import { knownName } from "../core/internal.ts";
import { thresholdKeeping, type VerdictScoreName, verdictScoreNames } from "../evaluate/internal.ts";
import { runPaths } from "../files/index.ts";
import { type RunVerdict, runVerdict } from "../judge/internal.ts";
import type { LoadedRun } from "../train/index.ts";
import { referencesOf } from "./export-classifier.ts";
import { checkpointSha256, keepFit, readFit } from "./kept-fit.ts";

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
  const key = checkpointSha256(run, JSON.stringify(asked));
  const found = fresh ? undefined : readFit(path, file);
  const stored = found?.key === key ? (unpack(found.verdict) as RunVerdict) : undefined;
  const made = stored ?? (await runVerdict(loaded, await data(), { score, nearest, protocol, k, ...options }));
  if (!stored && !fresh) keepFit(path, { version: 1, key, verdict: pack(made) });
  return { ...made, keeps, threshold: thresholdKeeping(made.fitted.known, keeps) };
}

/** Typed arrays as base64, little-endian. */
const packed = z.object({ type: z.enum(["float32", "float64"]), base64: z.string() });
const file = z.object({ version: z.literal(1), key: z.string(), verdict: z.unknown() });

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
