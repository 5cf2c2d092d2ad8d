import type { ElementType } from "../element-types.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../nodes.ts";
import { matrices, transposed } from "./linear-algebra.ts";
import { dtypeOf, type Rule } from "./lowering.ts";

/** Convergence is quadratic: matrices of up to 16 rows need 5 to 7 sweeps to float32's accuracy. */
const mostSweeps = 8;

type Pair = readonly [number, number];

/**
 * One sweep's rotations (0,1) (0,2) … (n−2,n−1) in rounds: those of a round touch different rows, so that doing them at
 * once is doing them in order.
 */
export function roundsOf(n: number): Pair[][] {
  const rounds: Pair[][] = [];
  const busyUntil = Array<number>(n).fill(0);
  for (let p = 0; p < n - 1; p++)
    for (let q = p + 1; q < n; q++) {
      const round = Math.max(busyUntil[p], busyUntil[q]);
      busyUntil[p] = busyUntil[q] = round + 1;
      if (round === rounds.length) rounds.push([]);
      rounds[round].push([p, q]);
    }
  return rounds;
}

/** A symmetric matrix, diagonalised: A (lower triangle, nearly diagonal) and the rotations V with V A Vᵀ = input. */
export const jacobiEigh: Rule = (lowering, { inputs: [x], params, outBinders: [out] }) => {
  const { graph } = lowering;
  const { maxSweeps, tolerance } = params as { maxSweeps: number; tolerance: number };
  const input = matrices(lowering, lowering.dense(x));
  const { shape } = input;
  const n = shape[1];
  const node = (op: string, operands: Tensor[], result = operands[0].shape, dtype: ElementType = "float32") =>
    graph.node(op, operands, result, dtype);
  const lower = (a: Tensor) => triangle(graph, a, 0);
  const strict = (a: Tensor) => triangle(graph, a, -1);
  const largest = (a: Tensor) =>
    graph.node("ReduceMax", [node("Abs", [a]), graph.int64([1, 2])], [shape[0], 1, 1], "float32", {
      attributes: { keepdims: 1 },
    });

  let a = node("Add", [lower(input), transposed(graph, strict(input))]);
  let v = graph.expand(graph.float32(identity(n), [1, n, n]), shape);
  const one = graph.scalar(1, "float32");
  const threshold = node("Mul", [node("Max", [largest(a), one]), graph.scalar(tolerance, "float32")]);
  for (let sweep = 0; sweep < Math.min(maxSweeps, mostSweeps) && n > 1; sweep++) {
    const active = node("Greater", [largest(strict(a)), threshold], [shape[0], 1, 1], "bool");
    let [nextA, nextV] = [a, v];
    for (const pairs of roundsOf(n)) {
      const rotation = rotationOf(graph, nextA, pairs);
      nextV = graph.matmul(nextV, rotation);
      const rotated = graph.matmul(transposed(graph, rotation), graph.matmul(nextA, rotation));
      // What the rotations are for: rounding leaves no exact zeros.
      const others = identity(n).map(() => 1);
      for (const [p, q] of pairs) others[p * n + q] = others[q * n + p] = 0;
      nextA = node("Mul", [rotated, graph.float32(others, [n, n])]);
    }
    a = node("Where", [active, nextA, a], shape);
    v = node("Where", [active, nextV, v], shape);
  }
  return [lower(a), v].map((result) => graph.cast(graph.reshape(result, out.aval.shape), dtypeOf(out)));
};

const identity = (n: number) => Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));

/** The elements on and below diagonal `k`, zeros elsewhere. */
const triangle = (graph: Graph, a: Tensor, k: number) =>
  graph.node("Trilu", [a, graph.scalar(k, "int64")], a.shape, a.dtype, { attributes: { upper: 0 } });

/** The matrices [B, n, n] that turn A's elements at `pairs` to zero (Golub & Van Loan, Matrix Computations, 8.5.2). */
function rotationOf(graph: Graph, a: Tensor, pairs: readonly Pair[]): Tensor {
  const [batch, n] = a.shape;
  const shape = [batch, pairs.length];
  const node = (op: string, ...operands: Tensor[]) => graph.node(op, operands, shape, "float32");
  const test = (op: string, x: Tensor, y: Tensor) => graph.node(op, [x, y], shape, "bool");
  const number = (value: number) => graph.scalar(value, "float32");
  const flat = graph.reshape(a, [batch, n * n]);
  const pick = (place: (p: number, q: number) => number) =>
    graph.node("Gather", [flat, graph.int64(pairs.map(([p, q]) => place(p, q)))], shape, "float32", {
      attributes: { axis: 1 },
    });
  const [app, aqq, apq] = [pick((p) => p * n + p), pick((_, q) => q * n + q), pick((p, q) => q * n + p)];

  const cotangent = node("Div", node("Sub", aqq, app), node("Add", apq, apq));
  const sign = node("Where", test("GreaterOrEqual", cotangent, number(0)), number(1), number(-1));
  const root = (x: Tensor) => node("Sqrt", node("Add", node("Mul", x, x), number(1)));
  const smaller = node("Div", sign, node("Add", node("Abs", cotangent), root(cotangent)));
  const tangent = node("Where", test("Equal", apq, number(0)), number(0), smaller);
  const cosine = node("Reciprocal", root(tangent));
  const sine = node("Mul", tangent, cosine);

  /** Constants [pairs, n²] that put a pair's value where it belongs. */
  const spread = (value: Tensor, places: (p: number, q: number) => [number, number][]) => {
    const constant = new Float32Array(pairs.length * n * n);
    pairs.forEach(([p, q], i) => {
      for (const [at, factor] of places(p, q)) constant[i * n * n + at] = factor;
    });
    return graph.matmul(value, graph.float32(constant, [pairs.length, n * n]));
  };
  const still = identity(n);
  for (const [p, q] of pairs) still[p * n + p] = still[q * n + q] = 0;
  const parts = [
    spread(cosine, (p, q) => [
      [p * n + p, 1],
      [q * n + q, 1],
    ]),
    spread(sine, (p, q) => [
      [p * n + q, 1],
      [q * n + p, -1],
    ]),
    graph.float32(still, [1, n * n]),
  ];
  const sum = parts.reduce((x, y) => graph.node("Add", [x, y], [batch, n * n], "float32"));
  return graph.reshape(sum, [batch, n, n]);
}
