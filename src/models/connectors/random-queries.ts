import { chosenTokens } from "./projection.ts";
import { gathering } from "./resampler.ts";

/** Queries are tokens of patches that the host has drawn (`drawn`); AcFormer's table 4. */
export const randomQueries = gathering((_, options) => {
  const drawn = chosenTokens("random", options);
  return { find: (_scope, seen) => drawn(seen) };
});
