import { type HostArray, type HostArrays, UserError } from "../core/index.ts";
import type { Model, Variables } from "../models/index.ts";
import { isTwice, sameShape, widened } from "./for-tuples.ts";
import { readWeights } from "./weights-source.ts";

export interface InitialWeights extends Variables {
  /** What was not simply copied, a line each. */
  readonly notes: readonly string[];
}

/** What is known of a model that is to start from weights. */
export type StartingModel = Pick<Model, "name" | "forTuples" | "stemWeight" | "head" | "embeddings" | "anchorPoint">;

/**
 * Weights under timm's names (of ResNets torchvision's too), in place of `fresh` ones: what `readWeights` finds at `path`.
 * A layer for C channels that tuples of 2C arrive at is widened: with W repeated, [W, W] on [r, x − r]
 * gives W·r + W·(x − r) = W·x, so that the anchored network starts as the function that the file holds, whatever r is. A
 * classifier stays fresh where the source has none, or one for other classes than `classNames`.
 * @throws UserError where the source is missing or damaged, lacks a weight, or holds one that the model has not, or one
 * that is not finite.
 */
export function initialWeights(
  path: string,
  model: StartingModel,
  fresh: Variables,
  classNames: readonly string[],
): InitialWeights {
  const refuse = (why: string) => new UserError(`config.init ${path}: ${why}`);
  const source = readWeights(path);
  const notes = [...source.notes];
  const rebuilt = model.forTuples?.(source.tensors);
  if (rebuilt) notes.push("first layer widened to tuples; the first step computes the same function");
  const tensors = rebuilt ?? source.tensors;
  const known = { ...fresh.params, ...fresh.state };
  const foreign = Object.keys(tensors).find((name) => !(name in known));
  if (foreign) throw refuse(`${foreign} is no weight of ${model.name}; the file belongs to another model`);
  const otherHead = whyFreshClassifier(model.head, tensors, known, { theirs: source.classNames, ours: classNames });
  if (otherHead) notes.push(`the classifier starts afresh: ${otherHead}`);
  else if (!source.classNames)
    notes.push(
      `the classifier is taken over: ${path} does not say which its ${classNames.length} classes are; they must be these, in this order: ${shortList(classNames)}`,
    );

  const taken = (own: HostArrays): HostArrays =>
    Object.fromEntries(
      Object.entries(own).map(([name, initial]) => {
        if (otherHead && model.head.includes(name)) return [name, initial];
        const weight = tensors[name];
        if (!weight) throw refuse(`${name} of ${model.name} is missing; ${whyMissing(model)}`);
        const at = weight.data.findIndex((value) => !Number.isFinite(value));
        if (at >= 0) throw refuse(`${name} is ${weight.data[at]} at element ${at}; weights must be finite`);
        if (sameShape(weight, initial)) return [name, weight];
        if (isTwice(initial, weight)) {
          notes.push(
            `${name}: [${weight.shape}] widened to [${initial.shape}]; the first step computes the same function`,
          );
          return [name, widened(weight)];
        }
        throw refuse(
          `${name} is [${weight.shape}], ${model.name} has [${initial.shape}]; ${whyOtherShape(model, name, weight, initial)}`,
        );
      }),
    );
  return { params: taken(fresh.params), state: taken(fresh.state), notes };
}

/** Why the classifier of a source does not fit these classes; undefined where it does, or nothing is known against it. */
function whyFreshClassifier(
  head: readonly string[],
  tensors: HostArrays,
  known: HostArrays,
  { theirs, ours }: { readonly theirs: readonly string[] | undefined; readonly ours: readonly string[] },
): string | undefined {
  const absent = head.filter((name) => !tensors[name]);
  if (absent.length === head.length) return "there is none in the file";
  if (absent.length > 0) return `${absent[0]} is not in the file`;
  const other = head.find((name) => !sameShape(tensors[name], known[name]) && !isTwice(known[name], tensors[name]));
  if (other) return `${other} is [${tensors[other].shape}], for other classes; these need [${known[other].shape}]`;
  if (!theirs || same(theirs, ours)) return undefined;
  if (same([...theirs].sort(), [...ours].sort()))
    return `its classes are in another order (${shortList(theirs)}; now ${shortList(ours)})`;
  return `it is for other classes (${shortList(theirs)}; now ${shortList(ours)})`;
}

const same = (a: readonly string[], b: readonly string[]): boolean => JSON.stringify(a) === JSON.stringify(b);

const SHOWN = 3;
const shortList = (names: readonly string[]): string =>
  names.length > SHOWN + 1 ? `${names.slice(0, SHOWN).join(", ")} and ${names.length - SHOWN} more` : names.join(", ");

/** A block that hidden tuples arrive at has a shortcut where one of as many inputs as outputs needs none. */
const whyMissing = ({ anchorPoint }: StartingModel): string =>
  anchorPoint
    ? "tuples of hidden values need it, and a network that is not anchored there has none: start from a run with the same method.anchorAt, or leave config.init out"
    : "the file belongs to another model";

function whyOtherShape(model: StartingModel, name: string, { shape }: HostArray, { shape: own }: HostArray): string {
  if (name === model.stemWeight && shape[1] === 2 * own[1])
    return "it sees the tuples of an anchored network; add method.name anchored";
  if (name === model.stemWeight && shape[1] !== own[1])
    return `it is for images of ${shape[1]} channels where these need ${own[1]}`;
  if (model.embeddings?.includes(name) && shape.length === 3 && shape[2] === own[2])
    return "its positions are those of images of another size; give its own by data.imageSize";
  return "it belongs to another model";
}
