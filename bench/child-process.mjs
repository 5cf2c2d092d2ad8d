// Commands and servers of ours as child processes, for the benchmarks of serving.
import { spawn } from "node:child_process";

/** Runs node with these words to its end. @throws Error where it fails */
export const run = (args) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${args.join(" ")}: exit code ${code}`))));
  });

/** A server, once it has printed the `address` that it listens on. `died()`: its exit code or signal, if it is gone. */
export const listening = (args) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let died;
    child.on("exit", (code, signal) => {
      died = code ?? signal;
      reject(new Error(`${args.join(" ")}: ended with ${died}`));
    });
    const stop = () =>
      new Promise((done) => {
        child.on("exit", done).kill("SIGTERM");
      });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      const address = /"address": ?"([^"]+)"/.exec(text)?.[1];
      if (address) resolve({ address, stop, died: () => died });
    });
  });

/** A number of a server's `/metrics`. */
export const metric = async (address, name) =>
  Number(new RegExp(`^${name} (\\S+)`, "m").exec(await (await fetch(`${address}/metrics`)).text())?.[1]);
