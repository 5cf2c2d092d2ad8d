import { existsSync } from "node:fs";
import { Option } from "commander";
import { printable, UserError } from "../core/index.ts";
import type { Severity } from "../corrupt/index.ts";
import {
  type FoundObject,
  type OpenedDetector,
  openDetector,
  sourcesOf,
  writeDetector,
  writeDrawing,
} from "../export/index.ts";
import { judgeDetectionRuns, resultFolders } from "../judge/index.ts";
import { detectionClassesText } from "../report/index.ts";
import type { Process } from "./in-group.ts";
import { real } from "./numbers.ts";
import { printJudged } from "./print-judged.ts";
import { listenerOf, noteTo } from "./progress.ts";
import type { EvaluateFlags, ModelFlags, TaskCommands } from "./tasks.ts";
import { type Terminal, untilInterrupted } from "./terminal.ts";

/** Flags of `predict` about detectors alone. */
export const drawOptions = (): Option[] => [
  new Option("--draw <file>", "detectors: draw what is found onto the picture, as .png; of one image"),
  new Option("--least-score <s>", "detectors: leave out objects of a lower score (default: 0.3)").argParser(
    real({ min: 0, max: 1, example: 0.3 })("--least-score"),
  ),
];
/** What runs of detectors are judged on. */
const judgedOn = ["clean", "corruptions"];
const own: readonly string[] = ["draw", "leastScore", "perClass", "resamples"];
/** Flags of all tasks; all others ask about classes or numbers. */
const known: readonly string[] = [
  ...["k", "weights", "precision", "device", "threads", "dataDir", "folder", "changedData"],
  ...["fresh", "out", "json", "suite"],
  ...["corruptions", "severities", "benchmark", "corruptCount", "corruptionReferences", "frostDir"],
  ...["host", "port", "maxBatch", "maxBody", "maxPixels", "maxImages", "maxPending", "timeout", "cors"],
];

async function evaluate({ terminal, group }: Process, runs: readonly string[], given: EvaluateFlags): Promise<number> {
  const { k, fresh, out, weights, device, threads, dataDir, folder, changedData, resamples, perClass, json } = given;
  const { suite: suites, severities, corruptions, benchmark, corruptCount, corruptionReferences, frostDir } = given;
  const other = suites?.find((name) => !judgedOn.includes(name));
  if (other !== undefined)
    throw new UserError(`--suite ${other}: detectors are judged on ${judgedOn.join(" and ")}; name one of them`);
  const judged = await untilInterrupted(terminal, (signal) =>
    judgeDetectionRuns(runs, {
      ...listenerOf(terminal, signal),
      ...{ suites, severities: severities as Severity[], corruptions, benchmark },
      ...{ corruptCount, corruptionReferences, frostDir },
      ...{ k, fresh, out, weights, device, threads, dataDir, folder, changedData, resamples, group },
    }),
  );
  const code = printJudged(terminal, judged, { json, runs, folders: resultFolders(runs, out) });
  if (perClass && !json) for (const results of judged ?? []) terminal.out(`\n${detectionClassesText(results)}`);
  return code;
}

function inWords(path: string, objects: readonly FoundObject[]): string {
  const told = objects.map(({ class: name, score, box, sideDeviation }) => {
    const off = sideDeviation ? ` ± ${(sideDeviation.reduce((sum, side) => sum + side, 0) / 4).toFixed(1)}` : "";
    return `${name} ${score.toFixed(2)} [${box.map((value) => value.toFixed(1)).join(" ")}]${off}`;
  });
  return [path, ...(told.length > 0 ? told : ["nothing found"])].map(printable).join("\t");
}

async function predict(
  terminal: Terminal,
  detector: OpenedDetector,
  paths: readonly string[],
  { draw, json }: ModelFlags,
  signal: AbortSignal,
): Promise<number> {
  const sources = await sourcesOf(paths, terminal.input);
  if (draw !== undefined && sources.length > 1)
    throw new UserError(`--draw ${draw}: ${sources.length} images are named, and one is drawn; name one`);
  if (draw !== undefined && !/\.png$/i.test(draw)) throw new UserError(`--draw ${draw}: a picture is drawn as .png`);
  const AT_ONCE = 16;
  let failed = 0;
  for (let at = 0; at < sources.length; at += AT_ONCE) {
    signal.throwIfAborted();
    const some = sources.slice(at, at + AT_ONCE);
    const read = await detector.read(some);
    const good = read.flatMap((one, i) => (one instanceof UserError ? [] : [{ ...one, name: some[i].name }]));
    for (const one of read) if (one instanceof UserError) noteTo(terminal)(`anchored: ${one.message}`);
    failed += some.length - good.length;
    const found = good.length > 0 ? await detector.find(good) : [];
    for (const [i, { name }] of good.entries())
      terminal.out(json ? JSON.stringify({ path: name, objects: found[i] }) : inWords(name, found[i]));
    if (draw !== undefined && good.length > 0) {
      await writeDrawing(draw, good[0].picture, found[0]);
      terminal.note(`drawn: ${draw}`);
    }
  }
  return failed > 0 ? 2 : 0;
}

export const detectionCommands: TaskCommands<OpenedDetector> = {
  own,
  knows: (flag) => own.includes(flag) || known.includes(flag),
  next: (run) => `evaluate ${run}`,
  models: "detectors",
  refusal: (what, others) => `it is about ${others}, and ${what} is a detector`,
  evaluate,
  async export(run, { out, k, weights, precision, threads }, listener) {
    const written = await writeDetector(run, { out, k, weights, precision, threads, ...listener });
    const { file, bytes, classes, imageSize, references, check } = written;
    const asked = references === 0 ? "no references" : `${references} references`;
    const lines = [
      `${file}  ${(bytes / 2 ** 20).toFixed(2)} MiB`,
      `  a detector of ${classes.length} classes on images of ${imageSize}×${imageSize}, ${asked}`,
      `  scores of ${check.images} images (noise) within ${check.largestDifference.toExponential(1)} of the run's`,
    ];
    return { written, words: lines.join("\n") };
  },
  async open(path, { k, weights, device, threads, leastScore }) {
    if (!existsSync(path)) throw new UserError(`${path}: no such run`);
    return openDetector(path, { k, weights, device, threads, minScore: leastScore });
  },
  served: ({ record }) => {
    throw new UserError(`a detector of ${record.data.title} is not served yet; predict takes the run folder itself`);
  },
  predict,
};
