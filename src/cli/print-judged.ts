import { toJson } from "../core/index.ts";
import { resultsText } from "../report/index.ts";
import type { TaskResults } from "../run/index.ts";
import { INTERRUPTED, ownCommand, type Terminal } from "./terminal.ts";

interface Printing {
  readonly json?: boolean;
  /** As they were named. */
  readonly runs: readonly string[];
  /** Where their results lie. */
  readonly folders: readonly string[];
}

/** Prints what judging gave, of whatever task; undefined where it was stopped. @returns the exit code */
export function printJudged(
  terminal: Terminal,
  judged: readonly TaskResults[] | undefined,
  { json, runs, folders }: Printing,
): number {
  if (!judged) {
    terminal.note("stopped; what was predicted is kept, the same command continues from here");
    return INTERRUPTED;
  }
  terminal.out(json ? toJson(judged) : resultsText(judged, runs));
  terminal.note(`next: ${ownCommand()} report ${folders.join(" ")}`);
  return 0;
}
