import { type Listener, reporter } from "../../core/index.ts";
import {
  detection,
  type FeatureScoreName,
  type FittedScores,
  fitFeatureScores,
  type InnerProducts,
  type OodScoreCell,
  type OodScoreResults,
  type OodScoreRow,
} from "../../evaluate/index.ts";
import { aurocInterval, foreignGroups } from "../../evaluate/internal.ts";
import { chooseParameters } from "./choose-parameters.ts";
import { type Confidences, confidencesOf, joined, keepingThreshold, rejectedShare } from "./confidences.ts";
import { headlineScores, isLogitScore, type ScoreName, scoreFacts } from "./names.ts";
import { type CorruptedRejections, rejectedCorrupted } from "./rejected-corrupted.ts";
import type { ScoredSource, ScoreSources } from "./sources.ts";
import { type JudgedSet, measureVerdict, verdictChoices, verdictLogitScores } from "./verdict.ts";
import { type VerdictExample, verdictExamples } from "./verdict-examples.ts";

export interface ScoreOptions extends Listener {
  readonly innerProducts?: InnerProducts;
}

interface Measured {
  readonly results: Omit<OodScoreResults, "bank" | "checkpointSha256">;
  readonly examples: readonly VerdictExample[];
}

/**
 * Tells known from foreign images by every score that was asked for, and by the verdict: scores are fitted once, and each
 * set is gone through once for all of them.
 */
export async function judgeScores(
  names: readonly ScoreName[],
  sources: ScoreSources,
  options: ScoreOptions = {},
): Promise<Measured> {
  const { test, validation, shifts, foreign, corrupted = [], corruptedSample } = sources;
  const logitScores = [...new Set([...names.filter(isLogitScore), ...verdictLogitScores])];
  const featureNames = names.filter((name): name is FeatureScoreName => !isLogitScore(name));
  const { fitted, from } = await fitScores(featureNames, sources, options);

  const all = [test, ...(validation ? [validation] : []), ...shifts, ...foreign, ...corrupted];
  if (corruptedSample) all.push(corruptedSample);
  const report = reporter(options, "scoring", "images");
  const total = all.reduce((sum, { predictions: _, features }) => sum + (features?.count ?? 0), 0);
  let before = 0;
  const score = async (source: ScoredSource): Promise<Confidences> => {
    const scored = await confidencesOf(source, fitted, logitScores, {
      signal: options.signal,
      onProgress: (at) => at && report({ done: Math.min(before + at.done, total), total: total || undefined }),
    });
    before += source.features?.count ?? 0;
    return scored;
  };
  const inside = await score(test);
  const held = validation && (await score(validation));
  const shifted: Confidences[] = [];
  for (const source of shifts) shifted.push(await score(source));
  const outside: Confidences[] = [];
  for (const source of foreign) outside.push(await score(source));
  const sample = corruptedSample && (await score(corruptedSample));
  const thresholds = new Map([...(held ?? inside).of].map(([name, known]) => [name, keepingThreshold(known)] as const));
  const rejections = await rejectedCorrupted(corrupted, thresholds, score);
  options.onProgress?.(undefined);

  const scored: Scored = { inside, held, shifted, outside, sample, rejections };
  const { verdict, examples = [] } = sources.verdict ? await toldForeign(scored, sources, fitted) : {};
  const results = {
    against: test.set,
    thresholdFrom: (held ?? inside).set,
    sets: foreign.map(({ set, group }, i) => ({ set, images: outside[i].images, ...(group && { group }) })),
    headline: names.filter((name) => headlineScores.includes(name)),
    scores: names.map((name) => ({
      score: name,
      ...scoreFacts(name),
      ...(fitted.parameters[name] && { parameters: fitted.parameters[name], parametersFrom: from(name) }),
      ...rowOf(name, scored, foreign, fitted),
    })),
    ...(verdict && { verdict }),
  };
  return { results, examples };
}

/** What the verdict says of all that is scored, and of some foreign images. */
async function toldForeign(
  { inside, held, shifted, outside, sample }: Scored,
  { foreign, data }: Pick<ScoreSources, "foreign" | "data">,
  { absent }: FittedScores,
) {
  const sets: JudgedSet[] = [
    { scored: inside, role: "test" },
    ...shifted.map((scored) => ({ scored, role: "shift" as const })),
    ...(sample ? [{ scored: sample, role: "corrupted-sample" as const }] : []),
    ...outside.map((scored, i) => ({ scored, role: "ood" as const, group: foreign[i].group })),
  ];
  const verdict = measureVerdict(held, sets, absent);
  const examples: VerdictExample[] = [];
  const bank = data.training?.features;
  for (const [i, source] of foreign.entries()) {
    const scores = verdict.scoresOf(outside[i]);
    if (scores && bank) examples.push(...(await verdictExamples(source, scores, verdict, bank)));
  }
  return { verdict: verdict.results, examples };
}

async function fitScores(
  names: readonly FeatureScoreName[],
  sources: ScoreSources,
  { innerProducts, ...listener }: ScoreOptions,
): Promise<{ fitted: FittedScores; from: (name: string) => string }> {
  const { validation: known, oodValidation: foreign, verdict } = sources;
  const options = { ...listener, innerProducts };
  const chosen = known && foreign && (await chooseParameters(names, sources, { known, foreign }, options));
  const asked = names.map((name) => ({ name, parameters: chosen?.get(name) }));
  const choices = [...asked, ...(verdict ? verdictChoices(asked) : [])];
  const fitted = await fitFeatureScores(choices, sources.data, options);
  return {
    fitted,
    from: (name) => (chosen?.has(name as FeatureScoreName) ? `chosen on ${foreign!.set}` : "published default"),
  };
}

interface Scored {
  readonly inside: Confidences;
  readonly held?: Confidences;
  readonly shifted: readonly Confidences[];
  readonly outside: readonly Confidences[];
  readonly sample?: Confidences;
  readonly rejections: CorruptedRejections;
}

function rowOf(
  name: ScoreName,
  { inside, held, shifted, outside, rejections }: Scored,
  foreign: readonly ScoredSource[],
  fitted: FittedScores,
): Pick<OodScoreRow, "absent" | "cells" | "means" | "rejected" | "rejectedCorrupted"> {
  const unfitted = fitted.absent.find((one) => one.name === name);
  if (unfitted) return { absent: [unfitted.reason], cells: [], rejected: [] };
  const known = inside.of.get(name);
  if (!known) return { absent: [`${inside.set}: ${inside.absent.get(name)}`], cells: [], rejected: [] };
  const absent = [...shifted, ...outside].flatMap(({ set, absent }) => {
    const reason = absent.get(name);
    return reason === undefined ? [] : [`${set}: ${reason}`];
  });
  const lacking = rejections.absent.get(name);
  if (lacking !== undefined) absent.push(lacking);
  const strange = (values: Float64Array) => values.map((value) => -value);
  const shiftedValues = shifted.flatMap(({ of }) => of.get(name) ?? []);
  const spectrum = shiftedValues.length > 0 ? strange(joined([known, ...shiftedValues])) : undefined;
  const cells = outside.flatMap(({ set, of }): OodScoreCell[] => {
    const values = of.get(name);
    if (!values) return [];
    const [a, b] = [strange(known), strange(values)];
    const fullSpectrum = spectrum && { fullSpectrum: detection(spectrum, b).auroc };
    return [{ set, ...detection(a, b), interval: [...aurocInterval(a, b)], ...fullSpectrum }];
  });
  const threshold = keepingThreshold(held?.of.get(name) ?? known);
  const corrupted = rejections.of.get(name);
  return {
    ...(absent.length > 0 && { absent }),
    cells,
    ...meansOf(cells, foreign),
    rejected: [inside, ...shifted].flatMap(({ set, of }) => {
      const values = of.get(name);
      return values ? [{ set, share: rejectedShare(threshold, values) }] : [];
    }),
    ...(corrupted && { rejectedCorrupted: corrupted }),
  };
}

/** Over the near and over the far sets; of a group of which a set is missing, none. */
function meansOf(cells: readonly OodScoreCell[], foreign: readonly ScoredSource[]): Pick<OodScoreRow, "means"> {
  const means: NonNullable<OodScoreRow["means"]> = {};
  for (const group of foreignGroups) {
    const sets = foreign.filter((one) => one.group === group).map(({ set }) => set);
    const own = cells.filter(({ set }) => sets.includes(set));
    if (own.length === 0 || own.length < sets.length) continue;
    const mean = (of: (cell: OodScoreCell) => number) => own.reduce((sum, cell) => sum + of(cell), 0) / own.length;
    means[group] = {
      auroc: mean((cell) => cell.auroc),
      auprIn: mean((cell) => cell.auprIn),
      auprOut: mean((cell) => cell.auprOut),
      auprInTrapezoid: mean((cell) => cell.auprInTrapezoid!),
      auprOutTrapezoid: mean((cell) => cell.auprOutTrapezoid!),
      fpr95In: mean((cell) => cell.fpr95In),
      fpr95Out: mean((cell) => cell.fpr95Out),
      ...(own.every((cell) => cell.fullSpectrum !== undefined) && { fullSpectrum: mean((cell) => cell.fullSpectrum!) }),
    };
  }
  return Object.keys(means).length > 0 ? { means } : {};
}
