import { dtypeOf, type Lowering, type PartialRule, shapeOf } from "../lower/lowering.ts";
import { inOrder } from "../lower/sort.ts";
import type { Tensor } from "../nodes.ts";
import { type Atom, isLiteral } from "../trace.ts";
import type { Pass } from "./pass.ts";
import { isNumber, operandBeside, operandOf } from "./pattern.ts";

/** What of a sorted axis is read. */
interface Sorted {
  readonly x: Atom;
  /** The elements, where they came from, or how far that is from the end. */
  readonly read: "values" | "places" | "places from the end";
}

/** Where `atom` is what sorting its last axis gave, and nothing else reads that. */
function sortedOf(lowering: Lowering, atom: Atom): Sorted | undefined {
  if (isLiteral(atom)) return undefined;
  const equation = lowering.producer(atom, "sort") ?? lowering.producer(atom, "argsort");
  if (equation) {
    if (equation.outBinders.some((out) => lowering.readers(out) > 1)) return undefined;
    return { x: equation.inputs[0], read: equation.outBinders[0] === atom ? "values" : "places" };
  }
  const last = (shapeOf(atom).at(-1) ?? 0) - 1;
  const negative = operandBeside(lowering, atom, "add", (operand) => isNumber(operand, last));
  const places = negative && operandOf(lowering, negative, "neg");
  const sorted = places && sortedOf(lowering, places);
  return sorted?.read === "places" ? { ...sorted, read: "places from the end" } : undefined;
}

/** Both are kept in ascending order: the smallest as TopK gives them, the largest the other way round. */
const ofSorted: PartialRule = (lowering, { inputs: [input], params, outBinders: [out] }) => {
  const sorted = sortedOf(lowering, input);
  if (!sorted) return undefined;
  const { x, read } = sorted;
  const shape = shapeOf(x);
  const axis = shape.length - 1;
  const slice = params.slice as [number, number][];
  const [from, to] = slice[axis];
  const length = shape[axis];
  const whole = slice.every(([start, end], i) => i === axis || (start === 0 && end === shape[i]));
  // Of elements from amid the order nothing is saved, and of none there is nothing to sort.
  if (!whole || from === to || to - from === length || (from !== 0 && to !== length)) return undefined;
  const { graph } = lowering;
  const largest = from !== 0;
  const turned = (tensor: Tensor) => (largest ? graph.flip(tensor, [axis]) : tensor);
  // Of equal elements the last are among the largest: turned round, they are the first, which TopK prefers.
  const { values, places } = inOrder(lowering, turned(lowering.dense(x)), { count: to - from, largest });
  if (read === "values") return [graph.cast(turned(values), dtypeOf(out))];
  const found = turned(graph.cast(places, "int32"));
  // Places in the turned axis count from its end.
  if (largest === (read === "places from the end")) return [found];
  const last = graph.scalar(length - 1, "int32");
  return [graph.node("Sub", [last, found], found.shape, "int32")];
};

export const topK: Pass = {
  name: "top-k",
  reason: "the k largest or smallest of a sorted axis are one TopK of k, not the whole axis sorted and cut",
  rules: { shrink: ofSorted },
};
