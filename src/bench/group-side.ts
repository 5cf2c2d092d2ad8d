import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { UserError } from "../core/index.ts";
import { mpirunEnv } from "./mpirun.ts";
import type { RoundRequest } from "./side.ts";
import type { BenchModel } from "./steps.ts";

/** What a process of `bench group` is started with. */
export interface GroupProcessOptions {
  readonly model: BenchModel;
  /** Of all ranks together. */
  readonly batchSize: number;
  /** Of each process. */
  readonly threads: number;
  readonly syncBatchNorm: boolean;
  /** Where it is told what to do. */
  readonly socket: string;
}

/** A process has taken its first steps. */
export interface RankReady {
  readonly rank: number;
  readonly gradientBytes: number;
}

/** A process's answer to a request for steps. */
export interface GroupRound {
  readonly rank: number;
  readonly stepMs: readonly number[];
  /** Of each step, how long the process was in the calls of its group. */
  readonly waitMs: readonly number[];
  /** A sum of arrays as large as the gradients, by itself; absent of a process by itself. */
  readonly sumMs?: number;
}

/** The ranks of a group, or a process by itself, asleep until they are asked for steps. */
export interface GroupSide {
  /** By rank. */
  readonly ready: readonly RankReady[];
  /** What each of them says, by rank. */
  round(steps: number): Promise<readonly GroupRound[]>;
  stop(): Promise<void>;
}

export interface GroupSideOptions extends Omit<GroupProcessOptions, "socket"> {
  /** 1: a process by itself. */
  readonly ranks: number;
  /** What starts several. */
  readonly mpirun: string;
  readonly signal?: AbortSignal;
}

/** How long processes may take to end once they are told to. */
const END_MS = 5000;

/**
 * Starts the processes of a side and waits until all have taken their first steps.
 * @throws UserError with what a process refuses; Error with what they said where one fails or ends
 */
export async function startGroupSide({ ranks, mpirun, signal, ...options }: GroupSideOptions): Promise<GroupSide> {
  const folder = mkdtempSync(join(tmpdir(), "anchored-bench-"));
  const socket = join(folder, "socket");
  const server = createServer();
  const processes = connections(server, ranks);
  await once(server.listen(socket), "listening");
  const command = [
    process.execPath,
    groupProcess(),
    JSON.stringify({ ...options, socket } satisfies GroupProcessOptions),
  ];
  const [program, ...args] = ranks === 1 ? command : [mpirun, "-np", String(ranks), ...command];
  const child = spawn(program, args, {
    env: { ...process.env, ...mpirunEnv },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  const ended = endOf(child);
  const stop = async () => {
    server.close();
    for (const { socket } of await Promise.race([processes, ended.catch(() => [])])) socket.end();
    const late = setTimeout(() => child.kill(), END_MS);
    await ended.catch(() => {});
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const started = await Promise.race([processes, ended]);
    const next = async <T extends { rank: number }>(): Promise<T[]> => {
      const told = await Promise.race([Promise.all(started.map(({ next }) => next<T>())), ended]);
      return told.toSorted((a, b) => a.rank - b.rank);
    };
    return {
      ready: await next<RankReady>(),
      round(steps) {
        for (const { socket } of started) socket.write(`${JSON.stringify({ steps } satisfies RoundRequest)}\n`);
        return next<GroupRound>();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** In the built package: Node 20 runs no TypeScript. */
const groupProcess = (): string => fileURLToPath(new URL("./group-process.js", import.meta.url));

interface Connection {
  readonly socket: Socket;
  /** The next line as an object. @throws UserError where the process refuses */
  next<T>(): Promise<T>;
}

/** Those of the first processes that connect. */
function connections(server: Server, count: number): Promise<readonly Connection[]> {
  return new Promise((resolve) => {
    const all: Connection[] = [];
    server.on("connection", (socket) => {
      all.push(connection(socket));
      if (all.length === count) resolve(all);
    });
  });
}

function connection(socket: Socket): Connection {
  // How the process ends is what the child's end tells.
  socket.on("error", () => {});
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  return {
    socket,
    async next() {
      const { value, done } = await lines.next();
      if (done) return new Promise(() => {});
      const told = JSON.parse(value as string);
      if (told.error) throw told.refused ? new UserError(told.error) : new Error(told.error);
      return told;
    },
  };
}

/** Rejects with what the child said when it fails to start, is aborted or ends. */
async function endOf(child: ChildProcess): Promise<never> {
  let said = "";
  for (const stream of [child.stdout!, child.stderr!])
    stream.on("data", (text) => {
      said = (said + text).slice(-2000);
    });
  const [code] = await once(child, "close");
  throw new Error(`${child.spawnfile} ended with code ${code}: ${said.trim()}`);
}
