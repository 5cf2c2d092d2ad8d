import { Option } from "commander";
import { oneOf, whole } from "./numbers.ts";

/** How an anchored run is asked, for commands that take a run or an exported file; `ofRuns` heads what a file has settled. */
export const inferenceOptions = (ofRuns = ""): Option[] => [
  new Option(
    "--protocol <name>",
    "anchored runs: single (one reference) | k (mean over K, with uncertainty) (default: k)",
  ).argParser(oneOf(["single", "k"])("--protocol")),
  new Option("--k <n>", `${ofRuns}references of protocol k (default: all that the run keeps)`).argParser(
    whole({ min: 1, example: 10 })("--k"),
  ),
  new Option(
    "--weights <name>",
    `${ofRuns}raw (of the last step) | average (default: average where the run keeps one)`,
  ).argParser(oneOf(["raw", "average"])("--weights")),
];
