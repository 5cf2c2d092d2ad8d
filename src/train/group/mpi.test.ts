import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openGroup } from "./open.ts";
import { type Ending, mpirunOf, RankProgram } from "./test-ranks.ts";
import { everything } from "./testing.ts";

let program: RankProgram;
beforeAll(() => {
  program = new RankProgram();
});
afterAll(() => program.dispose());

const launchers = [
  {
    family: "Open MPI",
    command: mpirunOf("Open MPI"),
    // Four ranks, however few the processors.
    args: ["--host", "localhost:4"],
    packages: "openmpi-bin",
  },
  { family: "MPICH", command: mpirunOf("MPICH"), args: [], packages: "mpich" },
];

/** Open MPI refuses root unless told otherwise. */
const asRoot = { OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" };

describe.each(launchers)("$family", ({ family, command, args, packages }) => {
  const name = command ? "" : `skipped, there is no mpirun of ${family} (apt-get install ${packages}): `;

  const run = (ranks: number, ending: Ending, env: Record<string, string> = {}, node: string[] = []) =>
    program.run([command!, ...args, "-np", String(ranks)], ending, { env: { ...asRoot, ...env }, node });

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

  test.skipIf(!command)(`${name}what MPI refuses is one line`, async () => {
    const { out, code } = await run(2, "wrong");
    expect(code).toBe(0);
    const line = /^MPI_Bcast of (Open MPI v|MPICH )\d[\d.]* has failed: .*root.*; look at what the other ranks say$/i;
    expect(out.trim().split("\n")).toEqual(Array(2).fill(expect.stringMatching(line)));
  });

  test.skipIf(!command)(`${name}a process that has left its group does not join again`, async () => {
    const { out, code } = await run(2, "again");
    expect(code).toBe(0);
    const line = "this process has left its group, and MPI does not let it join again; close it at the end";
    expect(out.trim().split("\n")).toEqual([line, line]);
  });

  // MPICH's mpirun is faster than we are to kill the other ranks, and says why itself.
  const others = family === "MPICH" ? /KILLED|Killed/ : /anchored: rank 0 of 2 ends: rank 1 \(process \d+\) has ended/;
  test.skipIf(!command).each<[string, Ending, number, RegExp]>([
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
