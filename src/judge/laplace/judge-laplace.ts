import { basename, resolve } from "node:path";
import { UserError } from "../../core/index.ts";
import type { LastLayer, Results } from "../../evaluate/index.ts";
import { requireLaplaceSize } from "../../evaluate/internal.ts";
import { runPaths } from "../../files/index.ts";
import { whileHeld } from "../../files/internal.ts";
import { loadPredictions, storedSets } from "../../run/index.ts";
import { featuresFile } from "../../run/internal.ts";
import { alone, ofFirst } from "../../train/index.ts";
import { together } from "../../train/internal.ts";
import { evaluateStored } from "../evaluate-stored.ts";
import { judgeRuns } from "../judge-runs.ts";
import { classifierOfRun } from "../ood-scores/of-run.ts";
import { OpenRun } from "../open-run.ts";
import type { JudgeOptions } from "../options.ts";
import { prepareResultFolder, requireUnmixed, resultFolders } from "../result-folders.ts";
import { variantOf } from "../variant.ts";
import { type AskedLaplace, askedLaplace, type LaplaceJudgeOptions, laplaceFolder, namesOf } from "./options.ts";
import { type LaplaceFiles, storeLaplace } from "./store.ts";

/** How runs are judged by their last layers' Laplace approximations. */
export interface JudgeLaplaceOptions extends Omit<JudgeOptions, "features">, LaplaceJudgeOptions {
  readonly laplace: NonNullable<LaplaceJudgeOptions["laplace"]>;
}

/** What came out, and where it lies. */
export interface LaplaceJudged {
  readonly plain: Results[];
  /** In the order of the runs. */
  readonly laplace: Results[];
  readonly folders: string[];
}

/**
 * Where `judgeRunsByLaplace` puts its results: `variants/NAME` below the plain network's. None where none is asked for.
 * @throws UserError for options that say something of another approximation, or of none; as `resultFolders`
 * @example
 * laplaceFolders([run], { laplace: "kronecker" }); // ["RUN/variants/laplace-kronecker"]
 */
export function laplaceFolders(
  runs: readonly string[],
  options: LaplaceJudgeOptions & Pick<JudgeOptions, "out">,
): string[] {
  const asked = askedLaplace(options);
  return asked ? resultFolders(runs, options.out).map((folder) => laplaceFolder(folder, asked)) : [];
}

/**
 * Judges runs as `judgeRuns` does, with their features, and then by the Laplace approximations of their last layers: what
 * is stored is predicted from, so that it costs no pass through the network, and goes with its results into
 * `variants/NAME` below the plain network's. Of anchored runs features and logits are means over the references, and the
 * mean logits are linear in the mean features.
 * @throws UserError for runs whose logits are not linear in their features, a last layer too large for `full`, other
 *   variants beside it, and as `judgeRuns`
 * @example
 * const { plain, laplace } = await judgeRunsByLaplace(["runs/a"], { laplace: "kronecker" });
 * console.log(plain[0].sets[0].metrics.nll, laplace[0].sets[0].metrics.nll, laplace[0].variant?.laplace?.priorPrecision);
 */
export async function judgeRunsByLaplace(
  runs: readonly string[],
  options: JudgeLaplaceOptions,
): Promise<LaplaceJudged> {
  const { group = alone } = options;
  const asked = askedLaplace(options)!;
  const layers = await together(group, () => {
    const other = variantOf(options);
    if (other)
      throw new UserError(
        `${other.asked}: a Laplace approximation is of the plain network; leave it or options.laplace out`,
      );
    return runs.map((run) => lastLayerOf(run, asked, options));
  });
  const plain = await judgeRuns(runs, { ...options, features: true });
  const sources = resultFolders(runs, options.out);
  const folders = laplaceFolders(runs, options);
  const laplace = await ofFirst(group, async () => {
    const results: Results[] = [];
    for (const [i, run] of runs.entries())
      results.push(
        await judgeOne(run, layers[i], { from: sources[i], to: folders[i], plain: plain[i] }, asked, options),
      );
    return results;
  });
  return { plain, laplace, folders };
}

interface Place {
  readonly from: string;
  readonly to: string;
  /** The plain network's results. */
  readonly plain: Results;
}

async function judgeOne(
  run: string,
  { classifier, weights, trainImages }: RunLayer,
  { from, to, plain }: Place,
  asked: AskedLaplace,
  options: JudgeLaplaceOptions,
): Promise<Results> {
  const { onProgress, onNotice, signal, threads } = options;
  const { name, title } = namesOf(asked);
  requireUnmixed(from, to, { name, title, passes: 1 });
  prepareResultFolder(run, to);
  return whileHeld(runPaths(to).judging, `judging ${to}`, async () => {
    const files = { ...filesOf(from, weights, trainImages), classifier };
    await storeLaplace(from, to, files, asked, { weights, threads, onProgress, onNotice, signal });
    const results = evaluateStored(to, {
      name: [basename(resolve(run)), title].join(" · "),
      weights,
      parameters: plain.parameters,
      command: plain.command,
      conformal: options.conformal,
      onProgress,
      signal,
    });
    for (const notice of results.notices ?? []) onNotice?.(`${to}: ${notice}`);
    return results;
  });
}

/** What is known of a run whose last layer is approximated. */
interface RunLayer extends Pick<OpenRun, "weights"> {
  readonly classifier: LastLayer;
  readonly trainImages: number;
}

/** @throws UserError where there is no last layer that logits are linear by, or it is too large */
function lastLayerOf(run: string, { kind }: AskedLaplace, options: JudgeLaplaceOptions): RunLayer {
  const opened = new OpenRun(run, options);
  const { classifier, without } = classifierOfRun(opened);
  if (!classifier) throw new UserError(`options.laplace ${kind}: ${run}: ${without}; leave it out`);
  const classes = classifier.bias.length;
  requireLaplaceSize(kind, classes, classifier.weight.length / classes);
  return { classifier, weights: opened.weights, trainImages: opened.record.data.trainImages };
}

/** Labels are those that were trained on, right or wrong: the likelihood is theirs. */
function filesOf(
  folder: string,
  weights: OpenRun["weights"],
  of: number,
): Pick<LaplaceFiles, "featuresOf" | "training"> {
  const entry = storedSets(folder).find((one) => one.role === "train" && one.weights === weights)!;
  return {
    featuresOf: (one) => featuresFile(folder, one),
    training: {
      features: featuresFile(folder, entry)!,
      labels: loadPredictions(folder, entry.set, weights, "train").labels,
      of,
    },
  };
}
