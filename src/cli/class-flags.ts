import type { Option } from "commander";
import { UserError } from "../core/index.ts";

/**
 * Refuses flags that ask about classes, of a command that was given a regression.
 * @param known what the command's flags may say of a regression
 * @throws UserError naming the first other flag that was given
 */
export function refuseClassFlags<Options extends object>(
  what: string,
  given: Options,
  known: readonly (keyof Options)[],
  flags: readonly Option[],
): void {
  const foreign = flags.find((flag) => {
    const name = flag.attributeName() as keyof Options;
    return given[name] !== undefined && !known.includes(name);
  });
  if (foreign) throw new UserError(`${foreign.long}: it is about classes, and ${what} is a regression; leave it out`);
}

/** Refuses flags that ask about numbers, of a command that was given a classifier. @throws UserError naming the first */
export function refuseRegressionFlags<Options extends object>(
  what: string,
  given: Options,
  about: readonly (keyof Options)[],
  flags: readonly Option[],
): void {
  const foreign = flags.find((flag) => {
    const name = flag.attributeName() as keyof Options;
    return about.includes(name) && given[name] !== undefined;
  });
  if (foreign) throw new UserError(`${foreign.long}: it is about regressions, and ${what} is none; leave it out`);
}
