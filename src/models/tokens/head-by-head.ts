import { lax, numpy as np } from "@jax-js/jax";
import { among, best } from "./best.ts";

/**
 * Scores of patches by head [N, H, P] → int32 [N, H·perHead], no index twice: each head in turn takes its best of those that
 * no head before it has taken; of equal scores the lower index. So have AcFormer's visual anchors it (Liu et al., NeurIPS 2024,
 * section 3.3, and `feature_select` of its code). The first head gets its true best, later ones what is left.
 */
export function headByHead(scores: np.Array, perHead: number): np.Array {
  const [n, heads, patches] = scores.shape;
  const rows = np.split(lax.stopGradient(scores), heads, 1);
  const taken: np.Array[] = [];
  for (const row of rows) {
    const own = np.reshape(row, [n, patches]);
    const left =
      taken.length === 0
        ? own
        : np.where(
            among(
              np.concatenate(
                taken.map((one) => one.ref),
                1,
              ),
              patches,
            ),
            np.full([n, patches], Number.NEGATIVE_INFINITY),
            own,
          );
    taken.push(best(left, perHead));
  }
  return np.concatenate(taken, 1);
}
