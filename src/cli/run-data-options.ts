import { resolve } from "node:path";
import { Option } from "commander";

export const dataDirOption = () =>
  new Option("--data-dir <dir>", "folder of the data sets (default: $ANCHORED_DATA or the user's cache folder)");

/** Spelled the same wherever a run's data are used. */
export const changedDataOption = () =>
  new Option(
    "--changed-data",
    "go on though the training data are not those that the run was trained on; results say so (default: refuse)",
  );

/** Where a run's data lie by now, for commands that use them. */
export const runDataOptions = (): Option[] => [
  dataDirOption(),
  new Option("--folder <dir>", "where the run's folder of images lies now, if it moved").argParser((path) =>
    resolve(path),
  ),
  new Option("--human-labels <file>", "where the run's file of human labels lies now, if it moved").argParser((path) =>
    resolve(path),
  ),
  changedDataOption(),
];

/** Where the tables of a regression lie by now. */
export const movedTableOptions = (): Option[] => [
  new Option("--csv <file>", "where a regression's table of numbers lies now, if it moved").argParser((path) =>
    resolve(path),
  ),
  new Option("--table <file>", "where the table of a regression's images lies now, if it moved").argParser((path) =>
    resolve(path),
  ),
];
