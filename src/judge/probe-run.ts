import { join } from "node:path";
import {
  type DataSet,
  HostArray,
  type ImageSet,
  imageCount,
  type Listener,
  type Predictions,
  reporter,
  toJson,
} from "../core/index.ts";
import { type DataOptions, matchImages } from "../data/index.ts";
import type { Device } from "../engine/index.ts";
import { chooseProbe, type LinearProbe, probeLogits, type Results, type TriedStrength } from "../evaluate/index.ts";
import { encodeSafetensors } from "../files/index.ts";
import { fingerprintOf, writeFileAtomic } from "../files/internal.ts";
import { type RunRecord, savePredictions } from "../run/index.ts";
import { dropStored } from "../run/internal.ts";
import { type FeatureExtractor, loadFeatures, loadRunData, type RunData, type RunDataOptions } from "../train/index.ts";
import { dataSetLoader } from "./image-sets.ts";
import { evaluateExternal } from "./index.ts";
import { requireNoRun } from "./result-folders.ts";

export interface ProbeOptions extends Listener {
  /** What the probe is fitted on and judged by; the run's own data where absent. */
  readonly data?: DataOptions;
  /** Where the run's own data lie now. */
  readonly runData?: RunDataOptions;
  /** The folder of the results. */
  readonly out: string;
  /** References of an anchored network; all that the run keeps where absent. */
  readonly k?: number;
  readonly device?: Device;
  readonly threads?: number;
}

/** What `probe.json` holds. */
export interface ProbeSummary {
  /** The run whose network was frozen. */
  readonly run: string;
  /** Options of the data that is not the run's own, and references where not all were used. */
  readonly asked: { readonly data?: DataOptions; readonly k?: number };
  readonly data: { readonly name: string; readonly title: string; readonly classes: number };
  /** D. */
  readonly features: number;
  /** That features were averaged over; absent for networks without. */
  readonly references?: number;
  readonly trainImages: number;
  readonly validationImages: number;
  /** λ, chosen on validation images. */
  readonly strength: number;
  /** Largest entry of the objective's gradient at the fit. */
  readonly gradient: number;
  readonly converged: boolean;
  readonly atEdge: boolean;
  readonly tried: readonly TriedStrength[];
}

/**
 * Fits a linear probe on what a run's frozen network says of a data set's training images, chooses its strength on the
 * validation images, and judges it on the test set and on the shift sets, as a whole and domain by domain. The folder can
 * be reported beside runs.
 * @throws UserError where the run is damaged, the data is not here, or `out` holds a run.
 * @example
 * const { summary } = await probeRun(run, { data: { name: "folder", folder: "photos", seed: 0 }, out: "results/probe" });
 */
export async function probeRun(
  run: string,
  { data, runData, out, k, device, threads, ...listener }: ProbeOptions,
): Promise<{ summary: ProbeSummary; results: Results }> {
  requireNoRun("options.out", out);
  const extractor = await loadFeatures(run, { k, device, threads });
  try {
    const { record } = extractor;
    const load = dataSetLoader(listener);
    const { dataSet, notice } = data
      ? otherData(run, record, await load({ imageSize: record.data.height, ...data }), data)
      : await loadRunData(run, record, load, runData);
    const featuresOf = (set: ImageSet) =>
      extractor.features(matchImages(set, record.data), reporter(listener, `features of ${set.name}`, "images"));
    const { train, validation } = dataSet;
    const classes = train.classNames.length;
    const { probe, tried, atEdge } = await chooseProbe(
      { features: await featuresOf(train), labels: train.labels },
      { features: await featuresOf(validation), labels: validation.labels },
      { classes, onProgress: reporter(listener, "fitting", "strengths") },
    );
    if (atEdge) listener.onNotice?.(`the best strength, ${probe.strength}, is the last of the grid`);

    dropStored(out, () => false);
    const { references } = extractor;
    const asked = references === undefined ? {} : { protocol: "k", references };
    for (const { role, set } of judgedSets(dataSet)) {
      const all = { set: set.name, logits: probeLogits(probe, await featuresOf(set)), labels: set.labels, classes };
      for (const predictions of [all, ...(role === "shift" ? byDomain(all, set) : [])])
        savePredictions(out, predictions, { role, ...asked });
    }
    const summary: ProbeSummary = {
      run,
      asked: { data: data && { ...data, dataDir: undefined }, k },
      data: { name: dataSet.name, title: dataSet.title, classes },
      features: extractor.size,
      references,
      trainImages: imageCount(train),
      validationImages: imageCount(validation),
      strength: probe.strength,
      gradient: probe.gradient,
      converged: probe.converged,
      atEdge,
      tried,
    };
    save(out, summary, probe, extractor);
    const notices = notice ? [notice] : [];
    return {
      summary,
      results: evaluateExternal(out, `linear probe of ${record.config.method.name}`, { notices }),
    };
  } finally {
    listener.onProgress?.(undefined);
    await extractor.dispose();
  }
}

/** Another split or part of the data that the run was trained on may test the probe by images that the network knows. */
function otherData(run: string, { config, data }: RunRecord, dataSet: DataSet, { folder }: DataOptions): RunData {
  const trained = config.data as Pick<DataOptions, "folder">;
  const alike = dataSet.name === data.name && trained.folder === folder;
  if (!alike || fingerprintOf(dataSet.train) === data.sha256) return { dataSet };
  return {
    dataSet,
    notice: `${run} was trained on another split or part of ${data.title}: its network may know images that this probe is tested by`,
  };
}

const judgedSets = ({ test, validation, shifts }: DataSet) => [
  { role: "test" as const, set: test },
  { role: "validation" as const, set: validation },
  ...shifts.map((set) => ({ role: "shift" as const, set })),
];

/** The predictions of each domain of a set as a set of their own; none where there is only one. */
function byDomain({ logits, labels, classes }: Predictions, { name: set, domains }: ImageSet): Predictions[] {
  if (!domains) return [];
  const parts = domains.names.map((name, domain) => {
    const rows = [...labels.keys()].filter((row) => domains.index[row] === domain);
    return {
      set: `${set}, ${name}`,
      logits: Float32Array.from(rows.flatMap((row) => [...logits.subarray(row * classes, (row + 1) * classes)])),
      labels: Int32Array.from(rows, (row) => labels[row]),
      classes,
    };
  });
  const filled = parts.filter((part) => part.labels.length > 0);
  return filled.length > 1 ? filled : [];
}

/** `probe.json`, and the weight [K, D] and bias [K] for the features as they are. */
function save(
  out: string,
  summary: ProbeSummary,
  { classes, weights, biases }: LinearProbe,
  { size }: FeatureExtractor,
) {
  const tensors = {
    weight: HostArray.float32([classes, size], Float32Array.from(weights)),
    bias: HostArray.float32([classes], Float32Array.from(biases)),
  };
  writeFileAtomic(join(out, "probe.safetensors"), encodeSafetensors(tensors));
  writeFileAtomic(join(out, "probe.json"), `${toJson(summary)}\n`);
}
