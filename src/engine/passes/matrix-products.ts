import { sizeOf } from "../../core/host-array.ts";
import { arithmeticType } from "../element-types.ts";
import { dtypeOf, type PartialRule } from "../lower/lowering.ts";
import type { Tensor } from "../nodes.ts";
import type { Pass } from "./pass.ts";

const matrixProduct: PartialRule = (lowering, { inputs, outBinders: [out] }) => {
  const { graph } = lowering;
  const rank = out.aval.shape.length + 1;
  const type = arithmeticType(dtypeOf(out));
  const [x, y] = inputs.map((input) => {
    const value = graph.cast(lowering.virtual(input), type);
    return graph.reshape(value, [...Array(rank - value.shape.length).fill(1), ...value.shape]);
  });
  const k = rank - 1;
  // A reduction axis that is virtual in one operand but not in the other is written out there.
  const length = Math.max(...inputs.map((input) => input.aval.shape.at(-1) ?? 1));
  const whole = (value: Tensor) => graph.expand(value, [...value.shape.slice(0, k), length]);
  const leading = Array.from({ length: k }, (_, i) => i);
  const batch = leading.filter((i) => x.shape[i] > 1 && y.shape[i] > 1);
  const rows = leading.filter((i) => x.shape[i] > 1 && y.shape[i] === 1);
  const columns = leading.filter((i) => x.shape[i] === 1 && y.shape[i] > 1);

  /** [batch…, free…, k] or, with the reduction before the free axes, [batch…, k, free…] as a (batch of) matrices. */
  const arrange = (value: Tensor, free: number[], reductionFirst: boolean) => {
    const size = (axes: number[]) => sizeOf(axes.map((i) => value.shape[i]));
    const axes = reductionFirst ? [[k], free] : [free, [k]];
    // Without the axes of length 1 the transpose can cancel against one that the traced program made.
    const order = [...batch, ...axes.flat()];
    const kept = order.toSorted((a, b) => a - b);
    const compact = graph.reshape(
      value,
      kept.map((i) => value.shape[i]),
    );
    const moved = graph.transpose(
      compact,
      order.map((i) => kept.indexOf(i)),
    );
    return graph.reshape(moved, [...(batch.length ? [size(batch)] : []), ...axes.map(size)]);
  };
  const left = arrange(whole(x), rows, false);
  const right = arrange(whole(y), columns, true);
  const order = [...batch, ...rows, ...columns];
  const grouped = graph.reshape(
    graph.matmul(left, right),
    order.map((i) => Math.max(x.shape[i], y.shape[i])),
  );
  const perm = order.map((_, i) => i).sort((a, b) => order[a] - order[b]);
  const result = graph.reshape(
    graph.transpose(grouped, perm),
    leading.map((i) => Math.max(x.shape[i], y.shape[i])),
  );
  return [graph.cast(result, dtypeOf(out))];
};

/**
 * jax-js's `dot` is Σ x · y over the last axis under broadcasting; taken literally it would write out all products. Each
 * leading axis is a *batch* axis (long in both), a row (long only in x) or a column (long only in y): permuted into
 * those groups the whole thing is one MatMul, and the permutations cancel against those of the traced program.
 */
export const matrixProducts: Pass = {
  name: "matrix-products",
  reason: "a `dot` is one MatMul, whatever axes it runs over, instead of all products and their sum",
  rules: { dot: matrixProduct },
};
