import { toJson } from "../core/index.ts";
import { withDistinctNames } from "./distinct-runs.ts";
import { INTERRUPTED, ownCommand, type Terminal } from "./terminal.ts";

interface Printing<R> {
  readonly json?: boolean;
  readonly table: (results: R) => string;
  /** As they were named. */
  readonly runs: readonly string[];
  /** Where their results lie. */
  readonly folders: readonly string[];
}

/** Prints what judging gave, of whatever task; undefined where it was stopped. @returns the exit code */
export function printJudged<R extends { readonly run: string }>(
  terminal: Terminal,
  judged: readonly R[] | undefined,
  { json, table, runs, folders }: Printing<R>,
): number {
  if (!judged) {
    terminal.note("stopped; what was predicted is kept, the same command continues from here");
    return INTERRUPTED;
  }
  terminal.out(json ? toJson(judged) : withDistinctNames(judged, runs).map(table).join("\n\n"));
  terminal.note(`next: ${ownCommand()} report ${folders.join(" ")}`);
  return 0;
}
