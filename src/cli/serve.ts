import { Command, Option } from "commander";
import { toJson, UserError } from "../core/index.ts";
import { openModel } from "../export/index.ts";
import { defaultLimits, type Limits, limitFlags } from "../serve/limits.ts";
import { real, whole } from "./numbers.ts";
import type { Terminal } from "./terminal.ts";
import { packageVersion } from "./version.ts";

const MEBIBYTE = 2 ** 20;

interface Options {
  readonly host: string;
  readonly port: number;
  readonly protocol?: "single" | "k";
  readonly k?: number;
  readonly temperature?: number;
  readonly threads?: number;
  readonly maxBatch: number;
  readonly maxBody: number;
  readonly maxPixels: number;
  readonly maxImages: number;
  readonly maxPending: number;
  readonly timeout: number;
  readonly cors?: readonly string[];
  readonly json?: boolean;
}

const examples = `
Examples:
  $ anchored serve runs/cifar
  $ anchored serve model.onnx --port 9000 --threads 1
  $ curl --data-binary @cat.jpg localhost:8080/v1/predict
  $ curl -F image=@cat.jpg -F image=@dog.png localhost:8080/v1/predict
  $ anchored serve runs/cifar --cors https://example.org
  $ curl localhost:8080/v1/model; curl localhost:8080/metrics`;

export function serveCommand(terminal: Terminal): Command {
  const limit = (of: keyof Limits, what: string, value = defaultLimits[of]) =>
    new Option(`${limitFlags[of]} <n>`, what)
      .argParser(whole({ min: 1, example: value })(limitFlags[of]))
      .default(value);
  return new Command("serve")
    .description("answer HTTP requests: class, confidence and uncertainty of uploaded images")
    .argument("<model>", "a run folder, or a file that anchored export has written")
    .option("--host <address>", "what to listen on; 0.0.0.0 lets other machines in", "127.0.0.1")
    .addOption(
      new Option("--port <n>", "0: any free one")
        .argParser(whole({ min: 0, max: 65535, example: 8080 })("--port"))
        .default(8080),
    )
    .addOption(new Option("--protocol <name>", "of a run: one reference, or K of them").choices(["single", "k"]))
    .option("--k <n>", "of a run: references (default: all that it keeps)", whole({ min: 1, example: 5 })("--k"))
    .option(
      "--temperature <t>",
      "of a run: divides the logits before the softmax (default: 1)",
      real({ min: 0, above: true, example: 1.3 })("--temperature"),
    )
    .option("--threads <n>", "of the CPU (default: all)", whole({ min: 1, example: 2 })("--threads"))
    .addOption(limit("maxBatch", "images of one run of the model"))
    .addOption(limit("maxBodyBytes", "MiB of a request", defaultLimits.maxBodyBytes / MEBIBYTE))
    .addOption(limit("maxPixels", "of an uploaded picture"))
    .addOption(limit("maxImages", "of a request"))
    .addOption(limit("maxPending", "requests at a time; more are sent away with 503"))
    .addOption(limit("timeoutMs", "milliseconds a request may wait for its answer"))
    .option(
      "--cors <origin>",
      "pages of this origin may ask, e.g. https://example.org; * for all; give it once for each (default: none)",
      (text, before: readonly string[] = []) => [...before, originOf(text)],
    )
    .option("--json", "print where it listens as JSON")
    .addHelpText("after", examples)
    .action((path: string, options: Options) => runServe(terminal, path, options));
}

async function runServe(terminal: Terminal, path: string, options: Options): Promise<void> {
  const { host, port, protocol, k, temperature, threads, maxBatch, maxBody, ...limits } = options;
  // The server's packages would delay every other command by a tenth.
  const { createServer } = await import("../serve/index.ts");
  const model = await openModel(path, { threads, exported: { protocol, k, temperature } });
  const server = await createServer({
    model,
    version: packageVersion(),
    limits: {
      maxBatch,
      maxBodyBytes: maxBody * MEBIBYTE,
      maxPixels: limits.maxPixels,
      maxImages: limits.maxImages,
      maxPending: limits.maxPending,
      timeoutMs: limits.timeout,
    },
    cors: options.cors,
    onFailure: terminal.note,
  });
  await terminal.interruptible(async (signal) => {
    const address = await server.listen({ host, port }).catch(async (error: NodeJS.ErrnoException) => {
      await server.close();
      throw cannotListen(error, host, port);
    });
    terminal.out(
      options.json ? toJson({ address, model: model.card.name }) : `serving ${model.card.name} on ${address}`,
    );
    terminal.note("Ctrl-C stops it once what it accepted is answered");
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await server.close();
  });
}

/** An origin as browsers send it. @throws UserError for anything else. */
function originOf(text: string): string {
  if (text === "*") return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && url.origin !== "null" && (text === url.origin || text === `${url.origin}/`)) return url.origin;
  throw new UserError(
    `--cors ${text}: no origin; use one such as ${url && url.origin !== "null" ? url.origin : "https://example.org"}, or *`,
  );
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === "EADDRINUSE") return new UserError(`--port ${port}: already in use; choose another, or 0 for any`);
  if (error.code === "EACCES") return new UserError(`--port ${port}: not allowed; choose one above 1023`);
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND")
    return new UserError(`--host ${host}: not an address of this machine; e.g. 127.0.0.1`);
  return error;
}
