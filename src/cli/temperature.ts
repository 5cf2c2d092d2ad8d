import { UserError } from "../core/index.ts";

/** What `--temperature` takes: a number, or `auto`. @throws UserError for anything else. */
export function parseTemperature(text: string): number | "auto" {
  if (text === "auto") return text;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UserError(`--temperature ${text}: neither auto nor a number above 0; e.g. 1.5`);
}
