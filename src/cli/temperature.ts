import { Option } from "commander";
import { UserError } from "../core/index.ts";

/** The same default wherever a run is asked: export, predict and serve answer alike. */
export const temperatureOption = (ofRuns = ""): Option =>
  new Option(
    "--temperature <t>",
    `${ofRuns}divides the logits before the softmax: auto (fitted on the run's validation images, once), or a number (default: auto)`,
  ).argParser(parseTemperature);

/** What `--temperature` takes: a number, or `auto`. @throws UserError for anything else. */
export function parseTemperature(text: string): number | "auto" {
  if (text === "auto") return text;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UserError(`--temperature ${text}: neither auto nor a number above 0; e.g. 1.5`);
}
