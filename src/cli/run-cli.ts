import { Command } from "commander";
import { UserError } from "../core/index.ts";
import { launcherOf, startedInWords } from "../train/index.ts";
import { anchorsCommand } from "./anchors.ts";
import { benchCommand } from "./bench.ts";
import { captionCommand } from "./caption.ts";
import { dataCommand } from "./data.ts";
import { demoCommand } from "./demo.ts";
import { explain } from "./errors.ts";
import { evaluateCommand } from "./evaluate.ts";
import { exportCommand } from "./export.ts";
import { interpolateCommand } from "./interpolate.ts";
import { importHelp, importOwnModules } from "./own-modules.ts";
import { predictCommand } from "./predict.ts";
import { probeCommand } from "./probe.ts";
import { quickstartCommand } from "./quickstart.ts";
import { recalibrateCommand } from "./recalibrate.ts";
import { reportCommand } from "./report.ts";
import { retrievalCommand } from "./retrieval.ts";
import { serveCommand } from "./serve.ts";
import { studyCommand } from "./study.ts";
import { swagCommand } from "./swag.ts";
import { processTerminal, type Terminal } from "./terminal.ts";
import { trainCommand } from "./train.ts";
import { packageVersion } from "./version.ts";
import { zeroShotCommand } from "./zero-shot.ts";

/** Adds a command: each is handed the terminal and sets the exit code where it isn't 0. */
const commands = [
  quickstartCommand,
  trainCommand,
  evaluateCommand,
  probeCommand,
  recalibrateCommand,
  swagCommand,
  interpolateCommand,
  zeroShotCommand,
  retrievalCommand,
  captionCommand,
  reportCommand,
  exportCommand,
  predictCommand,
  anchorsCommand,
  studyCommand,
  serveCommand,
  demoCommand,
  dataCommand,
  benchCommand,
];

/**
 * The whole command line, without the process: `argv` are the words after `anchored`.
 * @returns the exit code: 0, 1 for what should not happen, 2 for bad input, 130 when interrupted
 */
export async function runCli(argv: readonly string[], terminal: Terminal = processTerminal): Promise<number> {
  let code = 0;
  let words: string[];
  try {
    words = await importOwnModules(argv);
  } catch (error) {
    const explained = explain(error);
    terminal.note(explained.text);
    return explained.code;
  }
  const program = new Command("anchored")
    .description("Train image classifiers that generalise under shift and know what they don't know.")
    .version(packageVersion())
    .enablePositionalOptions()
    .addHelpText(
      "after",
      `\nEvery command has its own --help, with examples. Start with: anchored quickstart${importHelp}`,
    );
  for (const make of commands)
    program.addCommand(
      make(terminal, (exitCode) => {
        code = exitCode;
      }),
    );
  configure(program, terminal);
  program.hook("preAction", (_, action) => requireAlone(action));
  try {
    if (words.length === 0) {
      program.outputHelp();
      return 0;
    }
    await program.parseAsync(words, { from: "user" });
    return code;
  } catch (error) {
    const explained = explain(error);
    if (explained.text) terminal.note(explained.text);
    return explained.code;
  }
}

/** Commands whose processes share their work out over MPI. */
const inGroups = new Set(["train", "evaluate"]);
/** Commands whose processes need not find each other: each takes what no other is at. */
const independent = new Set(["study"]);

/** @throws UserError for a command that each of several processes would do anew, into the same files */
function requireAlone(action: Command): void {
  const names: string[] = [];
  for (let at: Command | null = action; at?.parent; at = at.parent) names.unshift(at.name());
  if (independent.has(names[0])) return;
  const launcher = launcherOf(process.env);
  // What another program has predicted leaves nothing to share out.
  const predicts = action.opts().logits === undefined;
  if (launcher && !(inGroups.has(names[0]) && predicts))
    throw new UserError(
      `${names.join(" ")}${predicts ? "" : " --logits"}: ${startedInWords(launcher)}, which would all do the same; start it by itself`,
    );
}

/** Commander neither exits nor prints errors, here and in all commands below. */
function configure(command: Command, terminal: Terminal): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      outputError: () => {},
    });
  for (const inner of command.commands) configure(inner, terminal);
}
