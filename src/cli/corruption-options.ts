import { type Command, Option } from "commander";
import { benchmarks, corruptionNames } from "../corrupt/index.ts";
import { listOf, oneOf, whole, wholeList } from "./numbers.ts";

/** Flags of `evaluate` about corrupted images. */
export function addCorruptionOptions(command: Command): void {
  command
    .option("--corruptions <a,b>", "corruptions made (default: all 29)", listOf(corruptionNames)("--corruptions"))
    .option(
      "--severities <a,b>",
      "severities of the corruptions, of 1 to 5 (default: all)",
      wholeList({ min: 1, max: 5, example: 3 })("--severities"),
    )
    .addOption(
      new Option("--benchmark <name>", `constants of: ${benchmarks.join(" | ")} (default: by image size)`).argParser(
        oneOf(benchmarks)("--benchmark"),
      ),
    )
    .option(
      "--corrupt-count <n>",
      "only the first n test images under corruption",
      whole({ min: 1, example: 1000 })("--corrupt-count"),
    )
    .option(
      "--corruption-references <n>",
      "references of anchored runs under corruption (default: 1, for there are 145 sets)",
      whole({ min: 1, example: 5 })("--corruption-references"),
    )
    .option("--frost-dir <dir>", "photographs of frost (default: a procedural texture, shown as frost*)")
    .option("--published <dir>", "CIFAR-10-C's own .npy files in place of images made here; checksums are verified");
}
