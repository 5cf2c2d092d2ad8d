#!/usr/bin/env node
import { runCli } from "./run-cli.ts";

/** Of a reader that has seen enough (`| head`): what is being done goes on, and nobody hears of it. */
const unheard = new Set(["EPIPE", "ERR_STREAM_DESTROYED"]);

let lost = false;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (lost || unheard.has(error.code ?? "")) return;
  lost = true;
  process.exitCode = 2;
  const why = error.code === "ENOSPC" ? "the disk is full" : error.message;
  process.stderr.write(`anchored: cannot write to standard output: ${why}; send it elsewhere\n`);
});
// There is nowhere left to say it.
process.stderr.on("error", () => {});

const code = await runCli(process.argv.slice(2));
process.exitCode = lost ? 2 : code;
