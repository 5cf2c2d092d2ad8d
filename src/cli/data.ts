import { Command } from "commander";
import { toJson } from "../core/index.ts";
import { type DataSetEntry, dataSetNames, dataSetTable, defaultDataDir, fetchDataSet } from "../data/index.ts";
import { dataProgress } from "./progress.ts";
import { INTERRUPTED, ownCommand, type Terminal } from "./terminal.ts";

export function dataCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command("data").description("list the data sets, or bring one onto this machine");
  command
    .command("list")
    .description("names, licences, what is here and how to get the rest")
    .option("--data-dir <dir>", "folder of the data sets (default: $ANCHORED_DATA or the user's cache folder)")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExamples:\n  $ anchored data list\n  $ anchored data list --data-dir ~/data --json")
    .action(({ dataDir = defaultDataDir(), json }: { dataDir?: string; json?: boolean }) =>
      terminal.out(json ? toJson(listed(dataDir)) : listed(dataDir).map(inWords).join("\n\n")),
    );
  command
    .command("fetch")
    .description("download a data set: checksum, and continued where it was interrupted")
    .argument("<name>", dataSetNames.join(" | "))
    .option("--data-dir <dir>", "where it goes (default: $ANCHORED_DATA or the user's cache folder)")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  $ anchored data fetch cifar10\n  $ anchored data fetch cifar10 --data-dir ~/data",
    )
    .action(async (name: string, options: { dataDir?: string; json?: boolean }) =>
      exit(await runFetch(terminal, name, options)),
    );
  return command;
}

interface Listed extends Pick<DataSetEntry, "title" | "description" | "licence" | "source" | "howToFetch"> {
  readonly name: string;
  /** Where it lies; absent where it must be fetched or given. */
  readonly location?: string;
  readonly classes?: number;
  readonly trainingImages?: number;
  readonly testImages?: number;
}

const listed = (dataDir: string): Listed[] =>
  dataSetNames.map((name) => {
    const entry: DataSetEntry = dataSetTable[name];
    const { title, description, licence, source, howToFetch, expected } = entry;
    const { classCount: classes, trainingImages, testImages } = expected ?? {};
    const location = entry.locate(dataDir);
    return { name, title, description, licence, source, howToFetch, location, classes, trainingImages, testImages };
  });

const inWords = ({ name, title, description, licence, location, howToFetch }: Listed): string =>
  [
    `${name.padEnd(14)} ${title}`,
    description,
    `licence: ${licence}`,
    location ? `here: ${location}` : `not here; ${howToFetch}`,
  ].join(`\n${" ".repeat(15)}`);

async function runFetch(
  terminal: Terminal,
  name: string,
  { dataDir, json }: { dataDir?: string; json?: boolean },
): Promise<number> {
  const progress = dataProgress(terminal);
  return terminal.interruptible(async (signal) => {
    try {
      const location = await fetchDataSet(name, { dataDir, signal, onProgress: progress.update });
      terminal.out(json ? toJson({ name, location }) : `${name} lies in ${location}`);
      return 0;
    } catch (error) {
      if (!signal.aborted) throw error;
      progress.stop();
      terminal.note(`interrupted; continue from there with: ${ownCommand()} data fetch ${name}`);
      return INTERRUPTED;
    } finally {
      progress.stop();
    }
  });
}
