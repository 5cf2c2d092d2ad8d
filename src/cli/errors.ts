import { CommanderError } from "commander";
import { printable, UserError } from "../core/index.ts";
import { withFlags } from "./flag-names.ts";
import { INTERRUPTED } from "./terminal.ts";

/** What went wrong as the lines to print and the exit code. */
export function explain(error: unknown, debug = process.env.ANCHORED_DEBUG === "1"): { code: number; text: string } {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { code: 0, text: "" };
    return { code: 2, text: `anchored: ${oneLine(error.message.replace(/^error: /, ""))}; see --help` };
  }
  // The reason of an aborted signal: Ctrl-C outside training.
  if (error instanceof Error && error.name === "AbortError")
    return { code: INTERRUPTED, text: "anchored: interrupted; nothing was changed" };
  const stack = debug && error instanceof Error ? `\n${error.stack}` : "";
  if (error instanceof UserError) return { code: 2, text: `anchored: ${printable(withFlags(error.message))}${stack}` };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const report =
    stack || "\nThis should not happen: please report it, with the command and what ANCHORED_DEBUG=1 prints.";
  return { code: 1, text: `anchored: ${oneLine(message)}${report}` };
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ").trim();
