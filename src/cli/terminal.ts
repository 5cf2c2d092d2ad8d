import { relative } from "node:path";
import { buffer } from "node:stream/consumers";

/** Where a command writes and what can interrupt it; tests hand in their own. */
export interface Terminal {
  /** Results: standard output. */
  readonly out: (text: string) => void;
  /** Everything else, a line at a time: standard error. */
  readonly note: (line: string) => void;
  /** All of standard input. */
  readonly input: () => Promise<Uint8Array>;
  /** Whether `note` reaches a person's terminal, on which a progress bar can be drawn. */
  readonly interactive: boolean;
  /** Runs `work` with a signal that Ctrl-C, SIGTERM and SIGUSR2 abort. */
  readonly interruptible: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

/** Exit code of a command that Ctrl-C stopped: 128 + SIGINT, as shells have it. */
export const INTERRUPTED = 130;

const SAME_KEYPRESS_MS = 500;

/** Open MPI's mpirun passes SIGUSR2 on to all ranks, and gives those that it ends by any other signal one second. */
export const stopSignals: readonly NodeJS.Signals[] =
  process.platform === "win32" ? ["SIGINT", "SIGTERM"] : ["SIGINT", "SIGTERM", "SIGUSR2"];

/** How signals stop work; `say` tells people that they do. */
export function interruptibleBy(say: (line: string) => void): Terminal["interruptible"] {
  return async (work) => {
    const controller = new AbortController();
    let firstAt = 0;
    const stop = () => {
      // npm passes on the Ctrl-C that the terminal has already sent: two signals, one key press.
      if (firstAt > 0 && performance.now() - firstAt > SAME_KEYPRESS_MS) process.exit(INTERRUPTED);
      if (firstAt === 0) {
        firstAt = performance.now();
        say("\nstopping; once more stops at once");
        controller.abort();
      }
    };
    for (const signal of stopSignals) process.on(signal, stop);
    try {
      return await work(controller.signal);
    } finally {
      for (const signal of stopSignals) process.off(signal, stop);
    }
  };
}

export const processTerminal: Terminal = {
  out: (text) => process.stdout.write(`${text}\n`),
  note: (line) => process.stderr.write(`${line}\n`),
  input: () => buffer(process.stdin),
  interactive: process.stderr.isTTY === true,
  interruptible: interruptibleBy((line) => process.stderr.write(`${line}\n`)),
};

/** The result of interruptible work; undefined where Ctrl-C ended it, whatever it threw then. */
export const untilInterrupted = <T>(
  { interruptible }: Terminal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> =>
  interruptible(async (signal) => {
    try {
      return await work(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      return undefined;
    }
  });

/** How this process was started, for commands that we tell people to type. */
export function ownCommand(env: NodeJS.ProcessEnv = process.env, script = process.argv[1] ?? ""): string {
  if (env.npm_lifecycle_event === "anchored" || env.npm_lifecycle_event === "start") return "npm run anchored --";
  if (env.npm_command === "exec") return "npx anchored-vision";
  return /[\\/]dist[\\/]cli[\\/]main\.js$/.test(script) ? `node ${relative(process.cwd(), script)}` : "anchored";
}
