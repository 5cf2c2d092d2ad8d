import { UserError } from "../../core/index.ts";
import type { ForeignGroup } from "../../evaluate/index.ts";

/**
 * What `--ood-near` says of each foreign set: the named ones are near, the others far; undefined where it is absent.
 * @throws UserError for a name that is none of the foreign sets
 */
export function nearAmong(
  names: readonly string[],
  near: readonly string[] | undefined,
): ((name: string) => { readonly group: ForeignGroup }) | undefined {
  const unknown = near?.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new UserError(
      `options.oodNear ${unknown}: must be one of the foreign sets, ${names.join(", ") || "of which there are none"}`,
    );
  return near && ((name) => ({ group: near.includes(name) ? "near" : "far" }));
}
