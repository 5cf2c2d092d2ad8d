import { numpy as np } from "@jax-js/jax";
import { among } from "../tokens/best.ts";
import { chooseTokens, classAttention, type SeenTokens } from "../tokens/rules.ts";
import { takeTokens } from "../tokens/take.ts";
import type { ConnectorOptions } from "./connector.ts";
import { projected, withClassToken } from "./projection.ts";

/**
 * EViT's reduction (Liang et al., ICLR 2022, section 3.2) of the tower's last tokens, as AcFormer compares with it: the class
 * token, the patches of the greatest attention averaged over heads, and the others in one token, Σ aᵢ·xᵢ by that attention, whose
 * sum is not made 1. [N, K + 2, D]
 */
const keptAndFused =
  ({ count }: ConnectorOptions) =>
  (seen: SeenTokens): np.Array => {
    const [n, length, width] = seen.hidden.shape;
    const indices = chooseTokens(seen, { rule: "mean", count, classToken: true });
    const kept = among(indices.ref, length);
    const attention = np.concatenate([np.zeros([n, 1]), np.mean(classAttention(seen), 1)], 1);
    const weights = np.where(kept, np.zeros([n, length]), attention);
    const fused = np.reshape(np.matmul(np.reshape(weights, [n, 1, length]), seen.hidden.ref), [n, 1, width]);
    return np.concatenate([takeTokens(seen.hidden.ref, indices), fused], 1);
  };

export const evit = projected(keptAndFused, (options) => withClassToken(options) + 1);
