import { type Listener, reporter, UserError } from "../../core/index.ts";
import { knownName } from "../../core/internal.ts";
import { checkRows, checkShapes, widthOf } from "./check-shapes.ts";
import { type InnerProducts, innerProducts as plainInnerProducts } from "./inner-products.ts";
import { perBlock } from "./per-block.ts";
import { blockRowsOf, eachBlock, type Rows } from "./rows.ts";
import { ScoredBlock } from "./scored-block.ts";
import { type FeatureScoreName, featureScoreNames, featureScores } from "./table.ts";
import {
  type FeatureData,
  type FeatureScore,
  type Fitting,
  type Need,
  needs,
  type Scorer,
  UndefinedScore,
} from "./types.ts";

/** A score by name, or with parameters of its own; those that are left out have their published defaults. */
export type ScoreChoice =
  | FeatureScoreName
  | { readonly name: FeatureScoreName; readonly parameters?: Readonly<Record<string, unknown>>; readonly as?: string };

export interface FitOptions extends Listener {
  /** A faster matrix product; plain JavaScript where absent. */
  readonly innerProducts?: InnerProducts;
}

/** Why a score is absent, in a sentence. */
export interface AbsentScore {
  readonly name: string;
  readonly reason: string;
}

/** Judged images. */
export interface ScoredRows {
  /** [N, D]; absent where nobody has them, and then only scores of logits can be had. */
  readonly features?: Rows;
  /** [N, K] */
  readonly logits: Rows;
}

export interface RowScores {
  /** By name: [N], larger = better known; without NaN. */
  readonly scores: Readonly<Record<string, Float64Array>>;
  readonly absent: readonly AbsentScore[];
}

export interface FittedScores {
  /** What could be fitted. */
  readonly names: readonly string[];
  readonly absent: readonly AbsentScore[];
  /** The parameters that each was fitted with. */
  readonly parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Goes through the rows once, in blocks, for all scores together. */
  readonly score: (rows: ScoredRows, listener?: Listener) => Promise<RowScores>;
}

/**
 * Fits scores that tell known from foreign images by their features and logits. What cannot be had from these data is
 * listed as absent, with its reason.
 * @example
 * const fitted = await fitFeatureScores(["gen"], { classes: 10 });
 * @throws UserError of an unknown score, of parameters out of range, and of data whose shapes do not match.
 */
export async function fitFeatureScores(
  choices: readonly ScoreChoice[],
  data: FeatureData,
  { innerProducts = plainInnerProducts, ...listener }: FitOptions = {},
): Promise<FittedScores> {
  checkShapes(data);
  const fitting = fittingOf(data, innerProducts);
  const scorers = new Map<string, { scorer: Scorer; needsFeatures: boolean }>();
  const absent: AbsentScore[] = [];
  const parameters: Record<string, Readonly<Record<string, unknown>>> = {};
  const report = reporter(listener, "fitting scores", "steps");
  for (const [done, choice] of choices.entries()) {
    report({ done, total: choices.length });
    const { name, parameters: given, as = name } = typeof choice === "string" ? { name: choice } : choice;
    const score = scoreOf(name);
    parameters[as] = parametersOf(name, score, fitting, given);
    try {
      const scorer = await fitting.scorer(name, given);
      scorers.set(as, { scorer, needsFeatures: score.needs.includes("features") });
    } catch (error) {
      if (!(error instanceof UndefinedScore)) throw error;
      absent.push({ name: as, reason: error.message });
    }
  }
  listener.onProgress?.(undefined);
  const score = (rows: ScoredRows, to: Listener = {}) => scoreRows(rows, fitting, scorers, to);
  return { names: [...scorers.keys()], absent, parameters, score };
}

async function fitOne(score: FeatureScore, fitting: Fitting, parameters: unknown): Promise<Scorer> {
  const lacking = score.needs.filter((need) => !has(fitting.data, need));
  if (lacking.length > 0) throw new UndefinedScore(`needs ${lacking.map((need) => needs[need]).join(" and ")}`);
  return score.fit(fitting, parameters);
}

function has({ training, validation, classifier }: FeatureData, need: Need): boolean {
  switch (need) {
    case "features":
    case "logits":
      return true;
    case "training.features":
      return training !== undefined && training.features.count > 0;
    case "training.labels":
      return training?.labels !== undefined;
    case "training.logits":
      return training?.logits !== undefined;
    case "validation.features":
      return validation !== undefined && validation.features.count > 0;
    case "validation.logits":
      return validation?.logits !== undefined;
    case "classifier":
      return classifier !== undefined;
  }
}

function parametersOf(
  name: string,
  score: FeatureScore,
  shape: { width: number; classes: number },
  given: Readonly<Record<string, unknown>> = {},
) {
  const known = Object.keys(score.parameters);
  for (const key of Object.keys(given)) knownName(`parameter of ${name}`, key, known);
  return Object.fromEntries(
    Object.entries(score.parameters).map(([key, { schema, default: usual }]) => {
      const parsed = schema.safeParse(given[key] ?? (typeof usual === "function" ? usual(shape) : usual));
      if (parsed.success) return [key, parsed.data];
      throw new UserError(`${name}: ${key} ${JSON.stringify(given[key])}: ${parsed.error.issues[0].message}`);
    }),
  );
}

const scoreOf = (name: string): FeatureScore => featureScores[knownName("score", name, featureScoreNames)];

/** What scores of these data share. */
export function fittingOf(data: FeatureData, innerProducts: InnerProducts): Fitting {
  const made = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, make: () => T | Promise<T>): Promise<T> => {
    const known = made.get(key) ?? Promise.resolve().then(make);
    made.set(key, known);
    return known as Promise<T>;
  };
  const fitting: Fitting = {
    data,
    width: widthOf(data),
    classes: data.classes,
    innerProducts,
    once,
    scorer: (name, given) => {
      const score = scoreOf(name);
      const parameters = parametersOf(name, score, fitting, given);
      return once(`scorer of ${name} ${JSON.stringify(parameters)}`, async () =>
        perBlock(await fitOne(score, fitting, parameters)),
      );
    },
  };
  return fitting;
}

async function scoreRows(
  { features, logits }: ScoredRows,
  { width, classes }: Fitting,
  scorers: ReadonlyMap<string, { scorer: Scorer; needsFeatures: boolean }>,
  listener: Listener,
): Promise<RowScores> {
  checkRows(features, logits, width, classes);
  const absent: AbsentScore[] = [];
  const scores: Record<string, Float64Array> = {};
  for (const [name, { needsFeatures }] of scorers)
    if (needsFeatures && !features) absent.push({ name, reason: `needs ${needs.features} of the judged images` });
    else scores[name] = new Float64Array(logits.count);
  const report = reporter(listener, "scoring", "rows");
  await eachBlock(
    logits.count,
    async (from, to) => {
      report({ done: from, total: logits.count });
      const own = features ? await features.block(from, to) : new Float32Array(0);
      const block = new ScoredBlock(own, features ? width : 0, await logits.block(from, to), classes);
      for (const name of Object.keys(scores)) {
        const values = await scorers.get(name)!.scorer(block);
        const bad = values.findIndex((value) => !Number.isFinite(value));
        if (bad < 0) scores[name].set(values, from);
        else {
          delete scores[name];
          absent.push({ name, reason: `is ${values[bad]} for row ${from + bad}` });
        }
      }
    },
    blockRowsOf(Math.max(width, classes)),
  );
  listener.onProgress?.(undefined);
  return { scores, absent };
}
