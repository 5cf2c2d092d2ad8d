import { sizeOf } from "../../core/host-array.ts";
import { bytesOf, type ElementType } from "../element-types.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../nodes.ts";
import { type Lowering, type Rule, shapeOf, unsupported } from "./lowering.ts";

/** `rule` for matrices without an axis longer than `longest`: its steps are written out, and the graph grows with them. */
export const upTo =
  (longest: number, rule: Rule): Rule =>
  (lowering, equation) => {
    const length = Math.max(...shapeOf(equation.inputs[0]).slice(-2));
    if (length <= longest) return rule(lowering, equation);
    return unsupported(
      `ONNX has no operator for it, and its steps are written out one by one, for axes up to ${longest}, not ${length}; compute it on the host and pass the result in`,
    );
  };

/** An operand [..., m, n] as a stack of matrices [B, m, n] of float32. */
export function matrices({ graph }: Lowering, value: Tensor): Tensor {
  const { shape } = value;
  return graph.reshape(graph.cast(value, "float32"), [sizeOf(shape.slice(0, -2)), ...shape.slice(-2)]);
}

/** x[:, rows, columns], ranges being [start, end). */
export const block = (graph: Graph, x: Tensor, rows: [number, number], columns: [number, number]) =>
  graph.slice(x, [1, 2], [rows[0], columns[0]], [rows[1], columns[1]]);

export const transposed = (graph: Graph, x: Tensor) => graph.transpose(x, [0, 2, 1]);

const elementwise = (graph: Graph, op: string, a: Tensor, b: Tensor, shape = a.shape, dtype: ElementType = a.dtype) =>
  graph.node(op, [a, b], shape, dtype);

/** X with A Xᵀ = Bᵀ for an upper triangular A [B, n, n]; B and X are [B, m, n]. By halves: the lower one is solved first. */
function solveUpper(graph: Graph, a: Tensor, b: Tensor, unitDiagonal: boolean): Tensor {
  const n = a.shape[1];
  const m = b.shape[1];
  if (n === 1) return unitDiagonal ? b : elementwise(graph, "Div", b, a);
  const half = n >> 1;
  const last = solveUpper(
    graph,
    block(graph, a, [half, n], [half, n]),
    block(graph, b, [0, m], [half, n]),
    unitDiagonal,
  );
  const coupling = transposed(graph, block(graph, a, [0, half], [half, n]));
  const rest = elementwise(graph, "Sub", block(graph, b, [0, m], [0, half]), graph.matmul(last, coupling));
  return graph.concat([solveUpper(graph, block(graph, a, [0, half], [0, half]), rest, unitDiagonal), last], 2);
}

export const triangularSolve: Rule = (lowering, { inputs, params, outBinders }) => {
  const { graph } = lowering;
  const a = matrices(lowering, lowering.dense(inputs[0]));
  const { shape, dtype } = outBinders[0].aval;
  const rows = matrices(lowering, lowering.dense(inputs[1]));
  const x = solveUpper(graph, a, rows, params.unitDiagonal as boolean);
  return [graph.cast(graph.reshape(x, shape), dtype as ElementType)];
};

/** Lower triangular L with L Lᵀ = A, a column at a time; of A the lower triangle is read. */
export const cholesky: Rule = (lowering, { inputs, outBinders }) => {
  const { graph } = lowering;
  let rest = matrices(lowering, lowering.dense(inputs[0]));
  const n = rest.shape[1];
  const columns = Array.from({ length: n }, (_, j) => {
    const left = n - j;
    const pivot = block(graph, rest, [0, 1], [0, 1]);
    const root = graph.node("Sqrt", [pivot], pivot.shape, "float32");
    const column = elementwise(graph, "Div", block(graph, rest, [0, left], [0, 1]), root);
    const below = block(graph, column, [1, left], [0, 1]);
    if (left > 1) {
      const outer = graph.matmul(below, transposed(graph, below));
      rest = elementwise(graph, "Sub", block(graph, rest, [1, left], [1, left]), outer);
    }
    return graph.pad(column, [
      [0, 0],
      [j, 0],
      [0, 0],
    ]);
  });
  const { shape, dtype } = outBinders[0].aval;
  return [graph.cast(graph.reshape(graph.concat(columns, 2), shape), dtype as ElementType)];
};

/** Rows of x [B, m, …] with row 0 and row `pivot` [B, 1] (int64) exchanged. */
function exchange(graph: Graph, x: Tensor, pivot: Tensor): Tensor {
  const [batch, m] = x.shape;
  const rows = graph.initializer(bytesOf(BigInt64Array.from({ length: m }, (_, i) => BigInt(i))), [1, m], "int64");
  const zero = graph.scalar(0, "int64");
  const isPivot = graph.node("Equal", [rows, pivot], [batch, m], "bool");
  const isFirst = graph.node("Equal", [rows, zero], [1, m], "bool");
  const others = graph.node("Where", [isPivot, zero, rows], [batch, m], "int64");
  const order = graph.node("Where", [isFirst, pivot, others], [batch, m], "int64");
  const indices = graph.reshape(order, [batch, m, 1]);
  return graph.node("GatherND", [x, indices], x.shape, x.dtype, { attributes: { batch_dims: 1 } });
}

/** [B, m, 1] → the index [B, 1] (int64) of the first element of largest magnitude. */
function largest(graph: Graph, column: Tensor): Tensor {
  const [batch, m] = column.shape;
  const magnitude = graph.node("Abs", [graph.reshape(column, [batch, m])], [batch, m], "float32");
  return graph.node("ArgMax", [magnitude], [batch, 1], "int64", { attributes: { axis: 1, keepdims: 1 } });
}

/** P A = L U by columns with partial pivoting: L and U in one matrix, the rows exchanged, and the permutation. */
export const lu: Rule = (lowering, { inputs, outBinders }) => {
  const { graph } = lowering;
  let rest = matrices(lowering, lowering.dense(inputs[0]));
  const [batch, m, n] = rest.shape;
  let order = graph.expand(
    graph.initializer(bytesOf(BigInt64Array.from({ length: m }, (_, i) => BigInt(i))), [1, m], "int64"),
    [batch, m],
  );
  const rows: Tensor[] = [];
  const pivots: Tensor[] = [];
  const permutation: Tensor[] = [];
  // `rest` keeps all columns: those left of j are rows of L, which are exchanged as well.
  for (let j = 0; j < Math.min(m, n); j++) {
    const left = m - j;
    const pivot = largest(graph, block(graph, rest, [0, left], [j, j + 1]));
    pivots.push(elementwise(graph, "Add", pivot, graph.scalar(j, "int64")));
    rest = exchange(graph, rest, pivot);
    order = exchange(graph, order, pivot);
    rows.push(block(graph, rest, [0, 1], [0, n]));
    permutation.push(graph.slice(order, [1], [0], [1]));
    rest = eliminate(graph, rest, j);
    order = graph.slice(order, [1], [1], [left]);
  }
  const results = [
    graph.concat([...rows, ...(rest.shape[1] > 0 ? [rest] : [])], 1),
    graph.concat(pivots, 1),
    graph.concat([...permutation, ...(order.shape[1] > 0 ? [order] : [])], 1),
  ];
  return results.map((result, i) => {
    const { shape, dtype } = outBinders[i].aval;
    return graph.cast(graph.reshape(result, shape), dtype as ElementType);
  });
};

/** The rows below the first: column j becomes their factor of the first row, which is taken off the columns behind. */
function eliminate(graph: Graph, rest: Tensor, j: number): Tensor {
  const [, m, n] = rest.shape;
  if (m === 1) return graph.slice(rest, [1], [1], [1]);
  const pivot = block(graph, rest, [0, 1], [j, j + 1]);
  // A column of zeros stays one.
  const isZero = graph.node("Equal", [pivot, graph.scalar(0, "float32")], pivot.shape, "bool");
  const divisor = graph.node("Where", [isZero, graph.scalar(1, "float32"), pivot], pivot.shape, "float32");
  const factor = elementwise(graph, "Div", block(graph, rest, [1, m], [j, j + 1]), divisor);
  if (j === n - 1) return graph.concat([block(graph, rest, [1, m], [0, j]), factor], 2);
  const update = graph.matmul(factor, block(graph, rest, [0, 1], [j + 1, n]));
  const behind = elementwise(graph, "Sub", block(graph, rest, [1, m], [j + 1, n]), update);
  return graph.concat([...(j > 0 ? [block(graph, rest, [1, m], [0, j])] : []), factor, behind], 2);
}
