import { numpy as np } from "@jax-js/jax";
import { variables } from "../layers/variables.ts";
import { withClassToken } from "./projection.ts";
import { gathering } from "./resampler.ts";

/** Queries are parameters, the same for every image, as in Flamingo's resampler: `latents` [K, D], normal at first. */
export const learnedQueries = gathering((name, options) => {
  const latents = `${name}.latents`;
  const shape = [withClassToken(options), options.tower.width];
  return {
    variables: variables([{ name: latents, shape, start: (random) => random.normal(), role: "embedding" }]),
    find: ({ params }, { hidden }) =>
      np.broadcastTo(np.reshape(params[latents], [1, ...shape]), [hidden.shape[0], ...shape]),
  };
});
