import { UserError } from "../core/index.ts";
import type { DataOptions, OwnOption } from "./entry.ts";

/** What every data set may be asked for; whether it says what the data are, or only how they are loaded. */
const common: { readonly [O in Exclude<keyof DataOptions, OwnOption>]: "data" | "loading" } = {
  name: "loading",
  dataDir: "loading",
  onProgress: "loading",
  onNotice: "loading",
  imageSize: "data",
  seed: "data",
  validationFraction: "data",
  limitTrain: "data",
  holdOut: "data",
  labelNoise: "data",
  labelNoiseKind: "data",
  imbalance: "data",
};
export const commonOptions = Object.keys(common);

/** @throws UserError naming the first option that the data set does not have, and those that it has */
export function refuseUnknownOptions({ name, ...options }: DataOptions, own: readonly string[]): void {
  const known: readonly string[] = [...commonOptions, ...own];
  const unknown = Object.entries(options).find(([option, value]) => value !== undefined && !known.includes(option));
  if (!unknown) return;
  const offered = [...own, ...Object.entries(common).flatMap(([option, of]) => (of === "data" ? [option] : []))];
  throw new UserError(`data ${name}: unknown option "${unknown[0]}"; known: ${offered.join(", ")}`);
}
