// What scripts/regression-results.mjs tells of a judged run, and the tables of it.
import {
  comparePaired,
  cutsOf,
  gaussianIntervals,
  gaussianNll,
  intervalQuality,
  judgeRegression,
  meanSd,
  r2,
  regimeMetrics,
  riskRegimesOf,
  rmse,
} from "../dist/evaluate/index.js";
import { loadRegressionAnswers, readRegressionResults } from "../dist/run/index.js";
import { readRegressionRun } from "../dist/train/index.js";

/** The measures of every set of a folder that is judged, of its one target, and PAGER's over all its sets together. */
export function measuresOf(folder) {
  const { sets } = readRegressionResults(folder);
  const validation = loadRegressionAnswers(folder, validationOf(sets), "validation");
  const answers = sets.map(({ set, role }) => loadRegressionAnswers(folder, set, role));
  const measures = sets.map(({ set, metrics, conformal }, i) => {
    const of = (name) => metrics[name]?.mean ?? undefined;
    const [absolute, normalised] = ["absolute", "normalised"].map((method) =>
      conformal.find((one) => one.method === method),
    );
    return {
      set,
      r2: of("r2"),
      rmse: of("rmse"),
      nll: of("gaussianNll"),
      coverage: of("coverage90"),
      ...scaled(answers[i], validation),
      conformalCoverage: absolute?.coverage.mean,
      conformalWidth: absolute?.meanWidth.mean,
      normalisedCoverage: normalised?.coverage.mean,
      normalisedWidth: normalised?.meanWidth.mean,
      ause: of("auseRmse"),
      correlation: of("errorCorrelation"),
    };
  });
  return [...measures, ...risks(answers)];
}

/** The measures of who always answers with the mean of the training targets of a run. */
export function constantMeasures(folder) {
  const { data } = readRegressionRun(folder);
  const { sets } = readRegressionResults(folder);
  const constant = (set, role) => {
    const { targets } = loadRegressionAnswers(folder, set, role);
    return { targets, mean: targets.values.map(() => data.targets.mean[0]) };
  };
  const validation = constant(validationOf(sets), "validation");
  return sets.map(({ set, role }) => {
    const answers = constant(set, role);
    const judged = judgeRegression(answers, answers.targets);
    return { set, r2: r2(judged).mean, rmse: rmse(judged).mean, ...scaled(answers, validation) };
  });
}

const validationOf = ([{ set }]) => set.replace(/\/[^/]*$/, "/validation");

/**
 * NLL and coverage with every σ times the one factor that is best in likelihood on validation examples; models without σ
 * have a constant one, their RMSE there.
 */
function scaled(answers, validation) {
  const withDeviations = ({ mean, targets, standardDeviation }) =>
    judgeRegression({ mean, standardDeviation: standardDeviation ?? mean.map(() => 1) }, targets);
  const known = withDeviations(validation);
  if (known.standardDeviation.includes(0)) return {};
  const squares = known.residual.map((residual, i) => (residual / known.standardDeviation[i]) ** 2);
  const factor = Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length);
  const judged = withDeviations(answers);
  const standardDeviation = judged.standardDeviation.map((value) => factor * value);
  if (standardDeviation.includes(0)) return {};
  const mended = { ...judged, standardDeviation };
  return {
    scaledNll: gaussianNll(mended).mean,
    scaledCoverage: intervalQuality(gaussianIntervals(mended, 0.9), mended).coverage.mean,
  };
}

/** PAGER's regimes on test and shift examples together, cut at their own percentiles. */
function risks(answers) {
  if (answers.some(({ reverse, standardDeviation }) => !reverse || !standardDeviation)) return [];
  const all = (of) => Float64Array.from(answers.flatMap((one) => [...of(one)]));
  const uncertainty = all((one) => one.standardDeviation);
  const nonConformity = all((one) => one.reverse);
  const loss = all(({ mean, targets }) => mean.map((value, i) => Math.abs(value - targets.values[i])));
  const cuts = { uncertainty: cutsOf(uncertainty), nonConformity: cutsOf(nonConformity) };
  const { falseNegatives, falsePositives, confusionLow, confusionHigh } = regimeMetrics(
    riskRegimesOf(uncertainty, nonConformity, cuts),
    loss,
  );
  return [{ set: "all", falseNegatives, falsePositives, confusionLow, confusionHigh }];
}

const columns = [
  ["R²", "r2", 3],
  ["RMSE", "rmse", 3],
  ["NLL as given", "nll", 2],
  ["NLL, σ scaled", "scaledNll", 3],
  ["coverage as given", "coverage", 1, 100],
  ["coverage, σ scaled", "scaledCoverage", 1, 100],
  ["conformal coverage", "conformalCoverage", 1, 100],
  ["width", "conformalWidth", 2],
  ["AUSE", "ause", 3],
  ["rank correlation", "correlation", 2],
];
const differences = [
  ["RMSE − plain", "rmse", 3],
  ["NLL − plain", "scaledNll", 3],
];
const riskColumns = [
  ["FN", "falseNegatives", 1, 100],
  ["FP", "falsePositives", 1, 100],
  ["C_low", "confusionLow", 1],
  ["C_high", "confusionHigh", 1],
];

/** @param measured `{ arm, replicate, sets }` of every judged folder */
export function printTables(name, measured, arms) {
  const sets = [...new Set(measured.flatMap((one) => one.sets.map(({ set }) => set)))].filter((set) => set !== "all");
  for (const set of sets) {
    console.log(`\n${name}, ${set}\n`);
    heading(["arm", ...columns.map(([title]) => title), ...differences.map(([title]) => `${title} [95 %]`)]);
    for (const arm of arms) {
      const own = valuesOf(measured, arm, set);
      if (own.length === 0) continue;
      row([
        arm,
        ...columns.map((column) => meanAndSd(own, column)),
        ...differences.map((column) => (arm === "plain" ? "–" : paired(measured, arm, set, column))),
      ]);
    }
  }
  console.log(`\n${name}, risk regimes of all sets together\n`);
  heading(["arm", ...riskColumns.map(([title]) => title)]);
  for (const arm of arms) {
    const own = valuesOf(measured, arm, "all");
    if (own.length > 0) row([arm, ...riskColumns.map((column) => meanAndSd(own, column))]);
  }
}

const heading = (titles) => {
  row(titles);
  console.log(`|${titles.map(() => "---").join("|")}|`);
};
const row = (cells) => console.log(`| ${cells.join(" | ")} |`);

/** What an arm has on a set, a row for each replicate. */
const valuesOf = (measured, arm, set) =>
  measured
    .filter((one) => one.arm === arm)
    .flatMap(({ replicate, sets }) => sets.filter((one) => one.set === set).map((one) => ({ replicate, ...one })));

const written = (value, digits, times = 1) => (times * value).toFixed(digits).replace("-", "−");

function meanAndSd(rows, [, key, digits, times]) {
  const found = rows
    .map((one) => one[key])
    .filter((value) => value !== undefined && value !== null && !Number.isNaN(value));
  if (found.length === 0) return "–";
  const { mean, sd } = meanSd(found);
  const few = found.length < rows.length ? ` (${found.length} of ${rows.length})` : "";
  return `${written(mean, digits, times)}${sd === undefined ? "" : ` ± ${written(sd, digits, times)}`}${few}`;
}

function paired(measured, arm, set, [, key, digits]) {
  const others = valuesOf(measured, "plain", set);
  const pairs = valuesOf(measured, arm, set).flatMap((one) => {
    const other = others.find(({ replicate }) => replicate === one.replicate);
    return other && one[key] !== undefined && other[key] !== undefined ? [[one[key], other[key]]] : [];
  });
  if (pairs.length < 3) return "–";
  const { difference, halfWidth } = comparePaired(
    pairs.map(([own]) => own),
    pairs.map(([, other]) => other),
  );
  const [from, to] = [difference - halfWidth, difference + halfWidth];
  const text = `${signed(difference, digits)} [${signed(from, digits)}, ${signed(to, digits)}]`;
  return from > 0 || to < 0 ? `**${text}**` : text;
}

const signed = (value, digits) => (value > 0 ? `+${written(value, digits)}` : written(value, digits));
