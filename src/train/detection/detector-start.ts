import { type HostArrays, UserError } from "../../core/index.ts";
import type { Model, Variables } from "../../models/index.ts";
import { isTwice, sameShape, widened } from "../for-tuples.ts";
import type { InitialWeights } from "../initial-weights.ts";
import { readWeights } from "../weights-source.ts";

/** What a detector has besides the network that it is made of. */
const OWN = /^(up|hm|reg|wh)\./;

/**
 * Weights of a classifier, under timm's names, in place of `fresh` ones: what `readWeights` finds at `path`. The neck and the
 * heads stay fresh, a first layer for images is widened to tuples, and the classifier's last layer is left.
 * @throws UserError where the source is missing or damaged, lacks a weight of the network, or holds one of another shape
 */
export function detectorStart(path: string, model: Model, fresh: Variables): InitialWeights {
  const { tensors, notes } = readWeights(path);
  const refuse = (why: string) => new UserError(`config.init ${path}: ${why}; it belongs to another model`);
  const own = { ...fresh.params, ...fresh.state };
  const left = Object.keys(tensors).filter((name) => !(name in own));
  const taken = (arrays: HostArrays): HostArrays =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, initial]) => {
        const found = tensors[name];
        if (!found && OWN.test(name)) return [name, initial];
        if (!found) throw refuse(`${name} of ${model.name} is missing`);
        if (sameShape(found, initial)) return [name, found];
        if (name === model.stemWeight && isTwice(initial, found)) return [name, widened(found)];
        throw refuse(`${name} is [${found.shape}], ${model.name} has [${initial.shape}]`);
      }),
    );
  return {
    params: taken(fresh.params),
    state: taken(fresh.state),
    notes: [
      ...notes,
      `config.init ${path}: the neck and the heads start afresh${left.length > 0 ? `; not used: ${left.join(", ")}` : ""}`,
    ],
  };
}
