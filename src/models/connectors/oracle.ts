import { chosenTokens } from "./projection.ts";
import { gathering } from "./resampler.ts";

/** A control: queries are the tokens of those patches that objects cover most (`objects`), which nobody knows of a photograph. */
export const oracle = gathering((_, options) => {
  const covered = chosenTokens("objects", options);
  return { find: (_scope, seen) => covered(seen) };
});
