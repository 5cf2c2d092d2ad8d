import { numpy as np } from "@jax-js/jax";
import { UserError } from "../../core/index.ts";
import { best } from "./best.ts";
import { headByHead } from "./head-by-head.ts";

/** What tokens are chosen by, of one layer of a vision transformer. */
export interface SeenTokens {
  /** Probabilities [N, H, T, T], each token's (row) attention to all; or [N, H, T], of the class token alone. */
  readonly attention: np.Array;
  /** The layer's outputs [N, T, D]. */
  readonly hidden: np.Array;
  /** Random numbers [N, P] of the rule `random`, drawn on the host. */
  readonly drawn?: np.Array;
  /** How much of each patch objects cover, [N, P], of the rule `objects`. */
  readonly objects?: np.Array;
}

/** Of the transformer, and how many patches are wanted of it. */
export interface Wanted {
  /** K: patches to choose, the class token not counted. */
  readonly count: number;
  /** Whether token 0 is the class token, which is kept besides. */
  readonly classToken: boolean;
}

/** Indices int32 [N, K] of patches, counted without the class token, in any order. Leaves what it is given alive. */
type Rule = (seen: SeenTokens, wanted: Wanted) => np.Array;

/**
 * What a layer's class token looks at, [N, H, P]: of attention [N, H, T, T] or the class token's row [N, H, T]. Leaves it
 * alive.
 */
export function classAttention({ attention }: Pick<SeenTokens, "attention">): np.Array {
  const [n, heads] = attention.shape;
  const tokens = attention.shape.at(-1)!;
  const row =
    attention.shape.length === 3 ? attention.ref : np.reshape(np.split(attention.ref, [1], 2)[0], [n, heads, tokens]);
  return np.split(row, [1], 2)[1];
}

/** Tokens [N, T, …] along an axis, without the class token. */
const patchesOf = (tokens: np.Array, classToken: boolean, axis: number): np.Array =>
  classToken ? np.split(tokens, [1], axis)[1] : tokens;

function perHead({ attention }: SeenTokens, { count }: Wanted): number {
  const heads = attention.shape[1];
  if (count % heads !== 0)
    throw new UserError(`options.count ${count}: each of ${heads} heads chooses as many; use a multiple of ${heads}`);
  return count / heads;
}

/** Every rule, by its name. */
const rules = {
  heads: (seen, wanted) => headByHead(classAttention(seen), perHead(seen, wanted)),
  mean: (seen, { count }) => best(np.mean(classAttention(seen), 1), count),
  received(seen, wanted) {
    if (seen.attention.shape.length !== 4)
      throw new UserError(
        "options.rule received: it reads the attention of all tokens, and only the class token's is here",
      );
    const toEach = np.mean(seen.attention.ref, 2);
    return headByHead(patchesOf(toEach, wanted.classToken, 2), perHead(seen, wanted));
  },
  norm: ({ hidden }, { count, classToken }) => best(np.sum(np.square(patchesOf(hidden.ref, classToken, 1)), -1), count),
  random({ drawn }, { count }) {
    if (!drawn) throw new TypeError("the rule random chooses by numbers `drawn` [N, P]");
    return best(drawn.ref, count);
  },
  objects({ objects }, { count }) {
    if (!objects) throw new TypeError("the rule objects chooses by what they cover, `objects` [N, P]");
    return best(objects.ref, count);
  },
  grid({ hidden }, { count, classToken }) {
    const patches = hidden.shape[1] - Number(classToken);
    const [side, across] = [Math.sqrt(patches), Math.sqrt(count)];
    if (!Number.isInteger(side) || !Number.isInteger(across))
      throw new UserError(`options.count ${count}: of ${patches} patches a grid takes a square number of a square`);
    const at = Array.from({ length: across }, (_, i) => Math.floor(((i + 0.5) * side) / across));
    const places = np.array(new Int32Array(at.flatMap((row) => at.map((column) => row * side + column))), {
      shape: [1, count],
      dtype: np.int32,
    });
    return np.broadcastTo(places, [hidden.shape[0], count]);
  },
} as const satisfies Record<string, Rule>;

/** Rules that read the class token's attention. */
const ofClassToken: readonly string[] = ["heads", "mean"];

export type TokenRule = keyof typeof rules;

/**
 * How tokens are chosen. `heads`: the class token's heads in turn, AcFormer's visual anchors; `mean`: the same attention
 * averaged over heads (EViT); `received`: heads in turn, by the attention that a patch receives from all tokens on average, for
 * networks without a class token; `norm`: the longest tokens; `random`; `grid`: the middles of equal squares; `objects`: the patches
 * that objects cover most, where that is known.
 * @example
 * console.log(tokenRuleNames.join(" | "));
 */
export const tokenRuleNames = Object.keys(rules) as TokenRule[];

export interface TokenOptions extends Wanted {
  readonly rule: TokenRule;
}

/**
 * Traced: which tokens a rule keeps, int32 [N, K + 1] ascending, class token first, without it [N, K]. No gradient goes through
 * the choice. Leaves what it is given alive.
 * @throws UserError for more tokens than there are patches, a number that heads or a grid do not divide, and a rule that needs
 * a class token where there is none
 * @example
 * const { tokens } = createModel("vit-tiny", { inputChannels: 3, classes: 10 });
 * const anchorsOf = (params: Arrays, images: np.Array) => {
 *   const { attention, hidden } = tokens!.at("blocks.10")(params, {}, images, "predict");
 *   return takeTokens(hidden.ref, chooseTokens({ attention, hidden }, { rule: "heads", count: 12, classToken: true }));
 * }; // images [N, 3, 32, 32] → [N, 13, 192]
 */
export function chooseTokens(seen: SeenTokens, options: TokenOptions): np.Array {
  const chosen = choosePatches(seen, options);
  if (!options.classToken) return np.sort(chosen, -1);
  const [n] = chosen.shape;
  const shifted = np.add(chosen, 1).astype(np.int32);
  return np.sort(np.concatenate([np.zeros([n, 1], { dtype: np.int32 }), shifted], 1), -1);
}

/** The same as patches, int32 [N, K] counted without the class token, in the order in which they are chosen: head by head. */
export function choosePatches(seen: SeenTokens, { rule, ...wanted }: TokenOptions): np.Array {
  const { count, classToken } = wanted;
  const length = seen.hidden.shape[1];
  const patches = length - Number(classToken);
  if (!Number.isInteger(count) || count < 1 || count > patches)
    throw new UserError(`options.count ${count}: there are ${patches} patches; use 1 to ${patches}`);
  if (!classToken && ofClassToken.includes(rule))
    throw new UserError(`options.rule ${rule}: the network has no class token; use received, norm, random or grid`);
  return rules[rule](seen, wanted);
}
