import { numpy as np } from "@jax-js/jax";
import { UserError } from "../../core/index.ts";
import { projected } from "./projection.ts";

/** A control: the class token alone, projected. */
export const classTokenOnly = projected(
  ({ tower }) => {
    if (!tower.classToken) throw new UserError("connector class-token-only: the network has no class token");
    return ({ hidden }) => np.split(hidden.ref, [1], 1)[0];
  },
  () => 1,
);
