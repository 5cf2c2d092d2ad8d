import { UserError } from "../core/index.ts";
import { importModules } from "../files/index.ts";

/** What every command takes, wherever it stands: modules of the user's own, imported before anything is parsed. */
export const importHelp =
  "\nEvery command takes --import FILE, a module that registers models, data sets … of your own (docs/own.md), as often as\nneeded; or set ANCHORED_IMPORT=FILE,FILE.";

/**
 * Imports the modules that `--import` and `ANCHORED_IMPORT` name.
 * @returns the words without `--import`
 * @throws UserError for a missing word, a file that is not there, or a module that fails
 */
export async function importOwnModules(argv: readonly string[], env = process.env): Promise<string[]> {
  await importModules((env.ANCHORED_IMPORT ?? "").split(",").filter(Boolean), "ANCHORED_IMPORT");
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === "--") return [...rest, ...argv.slice(i)];
    const [flag, file] = argv[i].startsWith("--import=") ? ["--import", argv[i].slice(9)] : [argv[i], argv[i + 1]];
    if (flag !== "--import") {
      rest.push(argv[i]);
      continue;
    }
    if (!file || file.startsWith("-")) throw new UserError("--import: which module? e.g. --import my-model.mjs");
    await importModules([file], "--import");
    if (!argv[i].includes("=")) i++;
  }
  return rest;
}
