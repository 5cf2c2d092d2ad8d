import { execFileSync, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openGroup } from "./open.ts";
import { isAlive } from "./peers.ts";
import { everything } from "./testing.ts";

// Processes of their own need JavaScript: the sources are emitted beside the modules that they import.
const emitted = resolve("node_modules", ".cache", `anchored-mpi-${process.pid}`);
const program = join(emitted, "rank.mjs");

/** What rank 0 or 1 does before all ranks meet at a barrier, by its name. */
const endings = {
  killed: `if (group.rank === 1) await later(() => process.kill(process.pid, "SIGKILL"));`,
  thrown: `if (group.rank === 1) throw new Error("no data here");`,
  left: `if (group.rank === 1) process.exit(0);`,
  stuck: `if (group.rank === 1) await new Promise((done) => setTimeout(done, 60_000));`,
  stopped: `if (group.rank === 1) await new Promise((done) => setTimeout(done, 60_000)); else void later(() => process.exit(130));`,
  none: "",
  // (module (memory 1) (func (export "read") (param i32) (result i32) local.get 0 i32.load))
  trapped: `const module = "AGFzbQEAAAABBgFgAX8BfwMCAQAFAwEAAQcIAQRyZWFkAAAKCQEHACAAKAIACw==";
    const { instance } = await WebAssembly.instantiate(Buffer.from(module, "base64"));
    try { instance.exports.read(0x7fffffff); } catch (error) { console.log(error.name + ": " + error.message); }`,
};

beforeAll(() => {
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
     writeFileSync(process.argv[3] + "." + group.rank, String(process.pid));
     await group.barrier();
     if (process.argv[2] === "none") console.log(JSON.stringify(await callEverything(group)));
     ${Object.entries(endings)
       .map(([name, does]) => `if (process.argv[2] === "${name}") { ${does} }`)
       .join("\n")}
     await group.barrier();
     await group.close();`,
  );
});
afterAll(() => rmSync(emitted, { recursive: true, force: true }));

/** The first command that is there and says that it is of that library. */
const commandOf = (says: RegExp, ...names: readonly string[]) =>
  names.find((name) => says.test(spawnSync(name, ["--version"], { encoding: "utf8" }).stdout ?? ""));

const launchers = [
  {
    family: "Open MPI",
    command: commandOf(/Open MPI/, "mpirun.openmpi", "mpirun"),
    // Four ranks, however few the processors.
    args: ["--host", "localhost:4"],
    packages: "openmpi-bin",
  },
  { family: "MPICH", command: commandOf(/HYDRA/, "mpirun.mpich", "mpirun"), args: [], packages: "mpich" },
];

/** Open MPI refuses root unless told otherwise. */
const asRoot = { OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" };

describe.each(launchers)("$family", ({ family, command, args, packages }) => {
  const name = command ? "" : `skipped, there is no mpirun of ${family} (apt-get install ${packages}): `;

  async function run(
    ranks: number,
    ending: keyof typeof endings,
    env: Record<string, string> = {},
    node: string[] = [],
  ) {
    const start = performance.now();
    const pids = join(emitted, randomUUID());
    const child = spawn(command!, [...args, "-np", String(ranks), process.execPath, ...node, program, ending, pids], {
      env: { ...process.env, ...asRoot, ...env },
    });
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    const files = [...Array(ranks).keys()].map((rank) => `${pids}.${rank}`).filter(existsSync);
    const processes = files.map((file) => Number(readFileSync(file, "utf8")));
    // MPICH's mpirun does not wait until those that it has killed are gone.
    while (processes.some(isAlive)) await setTimeout(20);
    return { out, err, code, processes, seconds: (performance.now() - start) / 1000 };
  }

  // Between machines; on one they use its memory.
  const overTcp: Record<string, string> = family === "MPICH" ? { UCX_TLS: "tcp,self" } : { OMPI_MCA_btl: "tcp,self" };
  test.skipIf(!command).each([
    [2, "", {}],
    [3, "", {}],
    [2, " over TCP", overTcp],
  ])(`${name}%i ranks make every call%s`, async (ranks, _, env) => {
    const { out, err, code } = await run(ranks, "none", env);
    expect(code, err).toBe(0);
    const told = out.split("\n").filter((line) => line.startsWith("{"));
    expect(told.map((line) => JSON.parse(line)).sort((a, b) => a.rank - b.rank)).toEqual(everything(ranks));
  });

  test.skipIf(!command)(`${name}errors of WebAssembly stay errors`, async () => {
    const { out, code } = await run(2, "trapped");
    expect([code, out.trim()]).toEqual([0, Array(2).fill("RuntimeError: memory access out of bounds").join("\n")]);
  });

  // MPICH's mpirun is faster than we are to kill the other ranks, and says why itself.
  const others = family === "MPICH" ? /KILLED|Killed/ : /anchored: rank 0 of 2 ends: rank 1 \(process \d+\) has ended/;
  test.skipIf(!command).each<[string, keyof typeof endings, number, RegExp]>([
    ["is killed", "killed", family === "MPICH" ? 9 : 137, others],
    ["throws", "thrown", 1, /anchored: rank 1 of 2 ends: Error: no data here\n/],
    ["leaves without a word", "left", 1, /anchored: rank 1 of 2 has ended without leaving the group/],
    ["does not come", "stuck", 1, /anchored: rank 0 of 2 ends: it has waited 1 s for the other ranks/],
    ["stops in the middle of a call", "stopped", 130, /(?:)/],
  ])(`${name}a rank that %s takes the others down`, async (_, ending, exitCode, line) => {
    const { out, err, code, processes, seconds } = await run(2, ending, { ANCHORED_GROUP_TIMEOUT: "1" });
    expect(out + err).toMatch(line);
    expect(code).toBe(exitCode);
    expect(processes).toHaveLength(2);
    expect(seconds).toBeLessThan(10);
  });

  const theOther = launchers.find((other) => other.family !== family)!;
  const notHere = `data:text/javascript,export const resolve = (name, context, next) => { if (name === "koffi") throw new Error("not here"); return next(name, context); };`;
  const withoutKoffi = `data:text/javascript,import { register } from "node:module"; register(${JSON.stringify(notHere)});`;
  test.skipIf(!command).each<[string, Record<string, string>, string[], RegExp]>([
    [
      "no library",
      { ANCHORED_MPI: "libnone.so" },
      [],
      new RegExp(`ANCHORED_MPI=libnone.so .* install ${packages}, or set`),
    ],
    [
      "another library",
      { ANCHORED_MPI: "libm.so.6" },
      [],
      /libm.so.6 .*: it is no MPI library, or one from before MPI 3/,
    ],
    ["no koffi", {}, ["--import", withoutKoffi], /the package koffi.* cannot be loaded: not here; npm install koffi/],
  ])(`${name}%s is one line with the way out`, async (_, env, node, line) => {
    const { err, code } = await run(2, "none", env, node);
    expect(code).toBe(2);
    expect(err.split("\n").find((said) => said.startsWith("refused: "))).toMatch(line);
  });

  const both = command && theOther.command;
  const pair = both ? "" : "skipped, only one of Open MPI and MPICH is here: ";
  test.skipIf(!both)(`${pair}the library of ${theOther.family} is one line`, async () => {
    const file = family === "MPICH" ? "libmpi.so.40" : "libmpich.so.12";
    const { err, code } = await run(2, "none", { ANCHORED_MPI: file });
    expect(code).toBe(2);
    const refused = `refused: mpirun of ${family} has started 2 processes, but ANCHORED_MPI=${file} cannot be used: ${file} is ${theOther.family}`;
    expect(err).toContain(refused);
  });
});

test("a process that no launcher has started is alone", async () => {
  expect(await openGroup({ env: {} })).toMatchObject({ rank: 0, size: 1 });
});

test.each(["soon", "0", "-1"])("ANCHORED_GROUP_TIMEOUT=%s is refused in one line", async (limit) => {
  const opening = openGroup({ env: { ANCHORED_GROUP_TIMEOUT: limit } });
  await expect(opening).rejects.toThrow(`ANCHORED_GROUP_TIMEOUT=${limit}: seconds that a rank waits for the others`);
});
