import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { UserError } from "../core/index.ts";

interface Heard {
  readonly signal: AbortSignal;
  /** A line that a copy has written to its standard error. */
  readonly onLine: (line: string) => void;
}

/**
 * Works beside so many copies of this process: the same command with `threads` threads, one process each. Copies are
 * stopped with this one, and what they print at their end is left out.
 * @throws UserError where a copy failed; what it said has been passed on
 */
export async function besideCopies(
  count: number,
  threads: number,
  { signal, onLine }: Heard,
  work: () => Promise<void>,
): Promise<void> {
  const [node, script, ...typed] = process.argv;
  // This process has started over, where that was asked for.
  const command = typed.filter((word) => word !== "--fresh");
  const copies = Array.from({ length: count }, () => {
    const asked = [script, ...command, "--parallel", "1", "--threads", String(threads)];
    const copy = spawn(node, [...process.execArgv, ...asked], { stdio: ["ignore", "ignore", "pipe"] });
    createInterface(copy.stderr).on("line", onLine);
    const ended = new Promise<number>((resolve) => {
      copy.on("error", () => resolve(1));
      copy.on("exit", (code) => resolve(code ?? 1));
    });
    return { ended, stop: () => copy.kill("SIGINT") };
  });
  const stop = () => {
    for (const copy of copies) copy.stop();
  };
  signal.addEventListener("abort", stop);
  try {
    await work();
  } catch (error) {
    stop();
    throw error;
  }
  const codes = await Promise.all(copies.map(({ ended }) => ended));
  signal.removeEventListener("abort", stop);
  if (!signal.aborted && codes.some((code) => code !== 0))
    throw new UserError("--parallel: a process failed, as said above; the same command continues from here");
}
