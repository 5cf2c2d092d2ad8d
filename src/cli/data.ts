import { Command } from "commander";
import { toJson } from "../core/index.ts";
import {
  type DataSetEntry,
  type DetectionDataOptions,
  dataSetNames,
  dataSetTable,
  defaultDataDir,
  fetchDataSet,
  loadDetectionData,
  writeCocoFolder,
} from "../data/index.ts";
import { whole } from "./numbers.ts";
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
  command
    .command("write")
    .description("write a made data set with boxes as PNGs and COCO's JSON, for other programs")
    .argument("<name>", "emoji-scenes")
    .requiredOption("--out <dir>", "a new folder")
    .option(
      "--image-size <pixels>",
      "height and width of a scene (default: 64)",
      whole({ min: 32, max: 512, example: 64 })("--image-size"),
    )
    .option(
      "--count <n>",
      "scenes, tests of shift not counted (default: 4000)",
      whole({ min: 20, max: 100_000, example: 4000 })("--count"),
    )
    .option(
      "--most-objects <n>",
      "objects of a scene (default: 5)",
      whole({ min: 1, max: 20, example: 5 })("--most-objects"),
    )
    .option(
      "--split-seed <n>",
      "decides everything that is drawn (default: 0)",
      whole({ min: 0, example: 1 })("--split-seed"),
    )
    .option("--data-dir <dir>", "folder of the data sets (default: $ANCHORED_DATA or the user's cache folder)")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  $ anchored data write emoji-scenes --out scenes --image-size 128 --count 2000",
    )
    .action(async (name: string, options: WriteFlags) => exit(await runWrite(terminal, name, options)));
  return command;
}

interface WriteFlags {
  readonly out: string;
  readonly imageSize?: number;
  readonly count?: number;
  readonly mostObjects?: number;
  readonly splitSeed?: number;
  readonly dataDir?: string;
  readonly json?: boolean;
}

async function runWrite(
  terminal: Terminal,
  name: string,
  { out, splitSeed: seed, dataDir, json, ...options }: WriteFlags,
): Promise<number> {
  const progress = dataProgress(terminal);
  return terminal.interruptible(async (signal) => {
    try {
      const asked = { name, seed, ...options } as DetectionDataOptions;
      const data = await loadDetectionData(asked, { dataDir, onProgress: progress.update });
      const written = await writeCocoFolder(data, out, { signal, onProgress: (at) => at && progress.update(at) });
      const lines = written.map(
        ({ set, images, objects, annotations }) => `${set}  ${images} images, ${objects} objects: ${annotations}`,
      );
      terminal.out(json ? toJson(written) : lines.join("\n"));
      return 0;
    } finally {
      progress.stop();
    }
  });
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
