import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { CompiledStepOptions } from "./compiled-step.ts";

/** A side's first line: it has made its first steps. */
export interface Ready {
  readonly compileMs?: number;
  readonly torch?: string;
  /** The library that PyTorch's matrix products run on, as `folder/file`. */
  readonly blas?: string;
}

export interface RoundRequest {
  readonly steps: number;
}

/** A side's answer to a request. */
export interface Round {
  readonly stepMs: readonly number[];
  readonly peakBytes: number;
}

/** One of the programs that are compared: a process that sleeps on its standard input until it is asked for steps. */
export interface Side {
  readonly ready: Ready;
  round(steps: number): Promise<Round>;
  stop(): void;
}

/** Our compiled step. */
export const compiledSide = (options: CompiledStepOptions, signal?: AbortSignal): Promise<Side> =>
  startSide(process.execPath, [stepProcess(), JSON.stringify(options)], { signal });

/** In the built package: Node 20 runs no TypeScript. */
const stepProcess = (): string => fileURLToPath(new URL("./step-process.js", import.meta.url));

export interface SideOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Starts a side and waits until it is ready. @throws Error with what it said where it stops or refuses. */
export async function startSide(command: string, args: readonly string[], options: SideOptions = {}): Promise<Side> {
  const child = spawn(command, args, { env: { ...process.env, ...options.env }, signal: options.signal });
  const answers = answersOf(child, `${command} ${args[0]}`);
  const next = async <T>(): Promise<T> => {
    const { value, done } = await answers.next();
    if (done) throw new Error(`${args[0]}: ended without an answer`);
    return value as T;
  };
  const ready = await next<Ready>();
  return {
    ready,
    round(steps) {
      child.stdin.write(`${JSON.stringify({ steps } satisfies RoundRequest)}\n`);
      return next<Round>();
    },
    stop: () => child.kill(),
  };
}

/** The child's lines as objects; throws where it says `error`, fails to start, is aborted or ends. */
async function* answersOf(child: ChildProcessWithoutNullStreams, what: string): AsyncGenerator<unknown, void> {
  let complaints = "";
  child.stderr.on("data", (text) => {
    complaints = (complaints + text).slice(-2000);
  });
  const failure = new Promise<never>((_, reject) => {
    child.on("error", reject);
    child.on("close", (code) => reject(new Error(`${what} ended with code ${code}: ${complaints.trim()}`)));
  });
  // Nobody may be waiting when the child is stopped at the end.
  failure.catch(() => {});
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  for (;;) {
    const { value, done } = await Promise.race([lines.next(), failure]);
    if (done) await failure;
    const answer = JSON.parse(value as string) as { error?: string };
    if (answer.error) throw new Error(answer.error);
    yield answer;
  }
}
