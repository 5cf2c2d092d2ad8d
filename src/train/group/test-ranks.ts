import { execFileSync, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { isRunning } from "../../files/internal.ts";

/** What rank 0 or 1 does before all ranks meet at a barrier, by its name. */
const endings = {
  killed: `if (group.rank === 1) await later(() => process.kill(process.pid, "SIGKILL"));`,
  thrown: `if (group.rank === 1) throw new Error("no data here");`,
  left: `if (group.rank === 1) process.exit(0);`,
  stuck: `if (group.rank === 1) await new Promise((done) => setTimeout(done, 60_000));`,
  stopped: `if (group.rank === 1) await new Promise((done) => setTimeout(done, 60_000)); else void later(() => process.exit(130));`,
  none: "",
  again: "",
  // A broadcast of a rank that there is not.
  wrong: `const [{ launcherOf }, { loadMpi }, { mpiCalls }] = await Promise.all(
      ["launcher", "mpi-library", "mpi-calls"].map((name) => import("./train/group/" + name + ".js")));
    const calls = mpiCalls(await loadMpi(launcherOf(process.env), process.env));
    await calls.broadcast(new Uint8Array(1), 99).catch((error) => console.log(error.message));`,
  // (module (memory 1) (func (export "read") (param i32) (result i32) local.get 0 i32.load))
  trapped: `const module = "AGFzbQEAAAABBgFgAX8BfwMCAQAFAwEAAQcIAQRyZWFkAAAKCQEHACAAKAIACw==";
    const { instance } = await WebAssembly.instantiate(Buffer.from(module, "base64"));
    try { instance.exports.read(0x7fffffff); } catch (error) { console.log(error.name + ": " + error.message); }`,
};

/** The commands that may be the mpirun of a library, and what theirs says of its version. */
const mpiruns: Record<string, { readonly names: readonly string[]; readonly says: RegExp }> = {
  "Open MPI": { names: ["mpirun.openmpi", "mpirun"], says: /Open MPI/ },
  MPICH: { names: ["mpirun.mpich", "mpirun"], says: /HYDRA/ },
};

/** The mpirun of Open MPI or MPICH, where it is installed. */
export function mpirunOf(family: string): string | undefined {
  const { names, says } = mpiruns[family];
  return names.find((name) => says.test(spawnSync(name, ["--version"], { encoding: "utf8" }).stdout ?? ""));
}

/** What a launcher has started, once all of it has ended. */
export interface Ended {
  readonly out: string;
  readonly err: string;
  readonly code: number;
  /** Ids of the ranks that had joined the group. */
  readonly processes: readonly number[];
  readonly seconds: number;
}

export type Ending = keyof typeof endings;

/** The program of a rank, for processes of their own: those need JavaScript, emitted beside the modules that it imports. */
export class RankProgram {
  readonly #folder = resolve("node_modules", ".cache", `anchored-mpi-${process.pid}`);
  readonly #path = join(this.#folder, "rank.mjs");

  constructor() {
    emit(this.#folder, this.#path);
  }

  /** Runs it as the launcher does that `command` starts, and waits until all its processes are gone. */
  async run(
    [launcher, ...args]: readonly string[],
    ending: Ending,
    { env = {}, node = [] }: { readonly env?: NodeJS.ProcessEnv; readonly node?: readonly string[] } = {},
  ): Promise<Ended> {
    const start = performance.now();
    const pids = `${randomUUID()}.`;
    const child = spawn(launcher, [...args, process.execPath, ...node, this.#path, ending, join(this.#folder, pids)], {
      env: { ...process.env, ...env },
    });
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    const files = readdirSync(this.#folder).filter((name) => name.startsWith(pids));
    const processes = files.map((name) => Number(readFileSync(join(this.#folder, name), "utf8")));
    // MPICH's mpirun does not wait until those that it has killed are gone.
    while (processes.some(isRunning)) await setTimeout(20);
    return { out, err, code, processes, seconds: (performance.now() - start) / 1000 };
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function emit(emitted: string, program: string): void {
  mkdirSync(emitted, { recursive: true });
  const project = {
    extends: resolve("tsconfig.json"),
    compilerOptions: { noEmit: false, noCheck: true, rootDir: resolve("src"), outDir: "." },
    files: [resolve("src/train/group/open.ts"), resolve("src/train/group/testing.ts")],
    include: [],
  };
  writeFileSync(join(emitted, "tsconfig.json"), JSON.stringify(project));
  execFileSync(process.execPath, [resolve("node_modules", "typescript", "bin", "tsc"), "-p", emitted]);
  writeFileSync(join(emitted, "package.json"), `{ "type": "module" }`);
  const module = (name: string) => JSON.stringify(pathToFileURL(join(emitted, "train/group", name)).href);
  // As the command line does, it lets signals stop it when it likes: those of the launcher, too.
  writeFileSync(
    program,
    `import { writeFileSync } from "node:fs";
     import { openGroup } from ${module("open.js")};
     import { callEverything } from ${module("testing.js")};
     process.on("SIGTERM", () => {});
     const later = (does) => new Promise((done) => setTimeout(() => done(does()), 300));
     const group = await openGroup().catch((error) => {
       console.error("refused: " + error.message);
       process.exit(2);
     });
     // MPICH's mpirun drops what a rank has printed just before one ends.
     writeFileSync(process.argv[3] + group.rank, String(process.pid));
     await group.barrier();
     if (process.argv[2] === "none") console.log(JSON.stringify(await callEverything(group)));
     ${Object.entries(endings)
       .map(([name, does]) => `if (process.argv[2] === "${name}") { ${does} }`)
       .join("\n")}
     await group.barrier();
     await group.close();
     if (process.argv[2] === "again") {
       const again = await openGroup();
       await again.barrier().catch((error) => console.log(error.message));
     }`,
  );
}
