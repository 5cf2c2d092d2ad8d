import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runPaths } from "../files/index.ts";
import { type ProbeSummary, probeRun } from "../judge/index.ts";
import type { ProbeCell } from "./cell.ts";
import type { PlanProgress } from "./planned-run.ts";
import { areOf, requireSettings } from "./stored-settings.ts";
import { unlessAborted } from "./unless-aborted.ts";

interface Inference {
  readonly k?: number;
  readonly threads: number;
}

/**
 * Whether a probe's results are of the checkpoint that it is planned for.
 * @throws UserError where they are of other data or another number of references
 */
export function isProbed({ run, needs, data }: ProbeCell, { k }: Pick<Inference, "k">): boolean {
  if (!areOf(runPaths(run).results, runPaths(needs).checkpoint)) return false;
  const { asked } = JSON.parse(readFileSync(join(run, "probe.json"), "utf8")) as ProbeSummary;
  requireSettings(run, asked, JSON.parse(JSON.stringify({ data, k })));
  return true;
}

/** Fits the probe and judges it; an aborted signal leaves it to be done again. */
export async function probeCell(cell: ProbeCell, progress: PlanProgress, inference: Inference): Promise<void> {
  const { label, dataDir, onNotice, onProgress, signal } = progress;
  onNotice?.(`${label}: probing ${cell.needs}`);
  const { run: out, needs, data } = cell;
  const listener = { onNotice: (line: string) => onNotice?.(`${label}: ${line}`), onProgress, signal };
  await unlessAborted(signal, probeRun(needs, { data: { ...data, dataDir }, out, ...inference, ...listener }));
}
