import { type StoredPredictions, UserError } from "../core/index.ts";
import { counted } from "../core/internal.ts";
import { checkPredictions } from "./judged.ts";
import { logMean, logSoftmax } from "./log-softmax.ts";
import { type MemberDoubtName, memberDoubtNames, memberDoubts } from "./member-doubts.ts";

/**
 * What the answer of several members is: softmax of the mean of their probabilities (Lakshminarayanan, Pritzel & Blundell
 * 2017), whose NLL is never above the members' mean; or of the mean of their `logits` (OpenOOD's `ensemble`): the
 * normalised geometric mean, which is sharper.
 * @example
 * for (const combination of combinations) console.log(meanNll(judge(combineMembers([predictions, otherPredictions], combination))));
 */
export const combinations = ["probabilities", "logits"] as const;
export type Combination = (typeof combinations)[number];

/**
 * Several predictions of the same images as one: an ensemble's members, or passes with dropout. The logits are the
 * logarithms of the mean probabilities, exact where those underflow, or the mean logits; `doubts` are those of
 * `memberDoubts`.
 * @param members of one set, images and classes in the same order
 * @throws UserError for fewer than two members, members of other labels or classes, and logits that are not finite
 * @example
 * const ensemble = combineMembers([predictions, otherPredictions]);
 * meanNll(judge(ensemble));
 */
export function combineMembers(
  members: readonly StoredPredictions[],
  combination: Combination = "probabilities",
): StoredPredictions {
  checkMembers(members);
  const [{ set, labels, classes, logits: first }] = members;
  const count = members.length;
  const images = labels.length;
  const combined = new Float64Array(first.length);
  const doubts = Object.fromEntries(memberDoubtNames.map((name) => [name, new Float64Array(images)])) as Record<
    MemberDoubtName,
    Float64Array
  >;
  // [M][K], written anew for every image.
  const logProbabilities = Array.from(members, () => new Float64Array(classes));
  const probabilities = Array.from(members, () => new Float64Array(classes));
  const meanLog = new Float64Array(classes);
  for (let row = 0, start = 0; row < images; row++, start += classes) {
    for (const [m, { logits }] of members.entries()) logSoftmax(logits, start, logProbabilities[m], probabilities[m]);
    for (let k = 0; k < classes; k++) {
      meanLog[k] = logMean(logProbabilities, k);
      combined[start + k] =
        combination === "probabilities"
          ? meanLog[k]
          : members.reduce((sum, { logits }) => sum + logits[start + k], 0) / count;
    }
    const seen = { probabilities, logProbabilities, logMean: meanLog };
    for (const name of memberDoubtNames) doubts[name][row] = memberDoubts[name].of(seen);
  }
  return { set, logits: combined, labels, classes, doubts };
}

function checkMembers(members: readonly StoredPredictions[]): void {
  if (members.length < 2) throw new UserError(`ensemble: ${counted(members.length, "member")}; at least 2 are needed`);
  const [first] = members;
  for (const [m, one] of members.entries()) {
    checkPredictions(one);
    const differs = (what: string) =>
      new UserError(`ensemble: member ${m} has other ${what} on ${one.set} than member 0`);
    if (one.classes !== first.classes) throw differs("classes");
    if (one.labels.length !== first.labels.length || one.labels.some((label, i) => label !== first.labels[i]))
      throw differs("labels");
  }
}
