import { Command, Option } from "commander";
import { toJson, UserError } from "../core/index.ts";
import { createServer, defaultLimits, type Limits, limitFlags } from "../serve/index.ts";
import { inferenceOptions } from "./inference-options.ts";
import { whole } from "./numbers.ts";
import { listenerOf } from "./progress.ts";
import { regressionOptions } from "./regression-options.ts";
import { runDataOptions } from "./run-data-options.ts";
import { commandsOf, type ModelFlags } from "./tasks.ts";
import { temperatureOption } from "./temperature.ts";
import type { Terminal } from "./terminal.ts";
import { verdictOptions } from "./verdict-options.ts";
import { packageVersion } from "./version.ts";

const MEBIBYTE = 2 ** 20;

interface Options extends ModelFlags {
  readonly host: string;
  readonly port: number;
  readonly maxBatch: number;
  readonly maxBody: number;
  readonly maxPixels: number;
  readonly maxImages: number;
  readonly maxPending: number;
  readonly timeout: number;
  readonly cors?: readonly string[];
}

const examples = `
Examples:
  $ anchored serve runs/cifar
  $ anchored serve model.onnx --port 9000 --threads 1
  $ anchored serve cars.onnx                        a regression; of rows:
  $ curl -d '{"rows": [{"Horsepower": 130, "Weight_in_lbs": 3504}]}' localhost:8080/v1/predict
  $ curl --data-binary @cat.jpg localhost:8080/v1/predict
  $ curl -F image=@cat.jpg -F image=@dog.png localhost:8080/v1/predict
  $ anchored serve runs/cifar --cors https://example.org
  $ curl localhost:8080/v1/model; curl localhost:8080/metrics`;

export function serveCommand(terminal: Terminal): Command {
  const limit = (of: keyof Limits, what: string, value = defaultLimits[of]) =>
    new Option(`${limitFlags[of]} <n>`, what)
      .argParser(whole({ min: 1, example: value })(limitFlags[of]))
      .default(value);
  const command = new Command("serve")
    .description(
      "answer HTTP requests: class, confidence and uncertainty of uploaded images, or what a regression predicts",
    )
    .argument("<model>", "a run folder, or a file that anchored export has written")
    .option("--host <address>", "what to listen on; 0.0.0.0 lets other machines in", "127.0.0.1")
    .addOption(
      new Option("--port <n>", "0: any free one")
        .argParser(whole({ min: 0, max: 65535, example: 8080 })("--port"))
        .default(8080),
    );
  for (const option of [
    ...inferenceOptions("runs: "),
    temperatureOption("runs: "),
    ...verdictOptions("runs: "),
    ...runDataOptions(),
    ...regressionOptions("runs: "),
  ])
    command.addOption(option);
  return command
    .option("--threads <n>", "threads of the CPU (default: all)", whole({ min: 1, example: 2 })("--threads"))
    .addOption(limit("maxBatch", "images or rows of one run of the model"))
    .addOption(limit("maxBodyBytes", "MiB of a request", defaultLimits.maxBodyBytes / MEBIBYTE))
    .addOption(limit("maxPixels", "of an uploaded picture"))
    .addOption(limit("maxImages", "images or rows of a request"))
    .addOption(limit("maxPending", "requests at a time; more are sent away with 503"))
    .addOption(limit("timeoutMs", "milliseconds a request may wait for its answer"))
    .option(
      "--cors <origin>",
      "pages of this origin may ask, e.g. https://example.org; * for all; give it once for each (default: none)",
      (text, before: readonly string[] = []) => [...before, originOf(text)],
    )
    .option("--json", "print where it listens as JSON")
    .addHelpText("after", examples)
    .action((path: string, options: Options) =>
      terminal.interruptible((signal) => runServe(terminal, path, options, command, signal)),
    );
}

async function runServe(
  terminal: Terminal,
  path: string,
  options: Options,
  command: Command,
  signal: AbortSignal,
): Promise<void> {
  const { host, port, cors, json } = options;
  const commands = commandsOf(path, command, options);
  const model = commands.served(await commands.open(path, options, listenerOf(terminal, signal)));
  const server = await createServer({
    model,
    version: packageVersion(),
    limits: {
      maxBatch: options.maxBatch,
      maxBodyBytes: options.maxBody * MEBIBYTE,
      maxPixels: options.maxPixels,
      maxImages: options.maxImages,
      maxPending: options.maxPending,
      timeoutMs: options.timeout,
    },
    cors,
    onFailure: terminal.note,
  });
  const address = await server.listen({ host, port }).catch(async (error: NodeJS.ErrnoException) => {
    await server.close();
    throw cannotListen(error, host, port);
  });
  terminal.out(json ? toJson({ address, model: model.card.name }) : `serving ${model.card.name} on ${address}`);
  terminal.note("Ctrl-C stops it once what it accepted is answered");
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  await server.close();
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
