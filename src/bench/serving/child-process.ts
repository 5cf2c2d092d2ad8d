// Commands and servers of ours as child processes, for the benchmarks of serving.
import { spawn } from "node:child_process";

/** Runs node with these words to its end. @throws Error where it fails */
export const run = (args: readonly string[]) =>
  new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${args.join(" ")}: exit code ${code}`))));
  });

export interface Server {
  readonly address: string;
  readonly stop: () => Promise<void>;
  readonly died: () => number | NodeJS.Signals | undefined;
}

/** A server, once it has printed the `address` that it listens on. `died()`: its exit code or signal, if it is gone. */
export const listening = (args: readonly string[]) =>
  new Promise<Server>((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let died: number | NodeJS.Signals | undefined;
    child.on("exit", (code, signal) => {
      died = code ?? signal ?? undefined;
      reject(new Error(`${args.join(" ")}: ended with ${died}`));
    });
    const stop = () =>
      new Promise<void>((done) => {
        child.on("exit", () => done()).kill("SIGTERM");
      });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      const address = /"address": ?"([^"]+)"/.exec(text)?.[1];
      if (address) resolve({ address, stop, died: () => died });
    });
  });

/** A number of a server's `/metrics`. */
export const metric = async (address: string, name: string) =>
  Number(new RegExp(`^${name} (\\S+)`, "m").exec(await (await fetch(`${address}/metrics`)).text())?.[1]);
