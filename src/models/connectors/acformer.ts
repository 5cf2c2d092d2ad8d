import { chosenTokens } from "./projection.ts";
import { gathering } from "./resampler.ts";

/** AcFormer (Liu et al., NeurIPS 2024): the visual anchors are the queries. */
export const acformer = gathering((_, options) => {
  const anchors = chosenTokens("heads", options);
  return { find: (_scope, seen) => anchors(seen) };
});
