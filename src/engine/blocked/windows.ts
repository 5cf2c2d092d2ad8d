import type { Graph } from "../graph.ts";
import { windowsOf } from "../lower/pool.ts";
import type { Tensor } from "../nodes.ts";
import { type Layout, NCHWC } from "./layout.ts";

/** Windows [h, w, kh, kw] side by side of a blocked activation [N, C, H, W]; what they leave at its end belongs to none. */
export interface Windows {
  readonly source: Tensor;
  /** [kh, kw] */
  readonly window: readonly number[];
}

/**
 * What the gradient of a max-pool is traced as: values [N, C, h, w, kh, kw], none of which needs to be written so. In
 * memory a window's elements stay where the activation has them: [N, C/B, h, kh, w, kw, B].
 */
export type Windowed =
  /** The elements. */
  | { readonly form: "elements"; readonly of: Windows }
  /** Blocked [N, C, h, w]: one value for all elements of a window. */
  | { readonly form: "one"; readonly value: Tensor; readonly window: readonly number[] }
  /** Whether elements differ from their window's value; `equal` in memory order is 1 where they don't, else 0. */
  | { readonly form: "differs"; readonly of: Windows; readonly equal: Tensor }
  /** `equal` as numbers. */
  | { readonly form: "equal"; readonly of: Windows; readonly equal: Tensor }
  /** `equal` times a blocked [N, C, h, w]. */
  | { readonly form: "chosen"; readonly of: Windows; readonly equal: Tensor; readonly value: Tensor };

/** [N, C, h, w] */
function pooledShape({ source: { shape }, window }: Windows): number[] {
  return [...shape.slice(0, 2), ...window.map((side, i) => Math.floor(shape[2 + i] / side))];
}

/** [N, C/B, h, kh, w, kw, B], or with one element a window. */
function memoryShape(layout: Layout, [n, c, h, w]: readonly number[], [kh, kw]: readonly number[] = [1, 1]): number[] {
  return [n, c / layout.block, h, kh, w, kw, layout.block];
}

/** The elements in memory order. */
function elements(layout: Layout, windows: Windows): Tensor {
  const { graph, block } = layout;
  const [n, c, height, width] = windows.source.shape;
  const pooled = pooledShape(windows);
  const ends = windows.window.map((side, i) => side * pooled[2 + i]);
  const rows = graph.reshape(windows.source, [n, c / block, height, width, block]);
  return graph.reshape(graph.slice(rows, [2, 3], [0, 0], ends), memoryShape(layout, pooled, windows.window));
}

function pooling(layout: Layout, op: "MaxPool" | "AveragePool", x: Tensor, windows: Windows): Tensor {
  return layout.graph.node(op, [x], pooledShape(windows), "float32", {
    domain: NCHWC,
    attributes: { kernel_shape: windows.window, strides: windows.window, pads: [0, 0, 0, 0] },
  });
}

/** Blocked [N, C, h, w]: the largest of each window. */
export const largest = (layout: Layout, windows: Windows): Tensor =>
  pooling(layout, "MaxPool", windows.source, windows);

/** In memory order: 1 where an element is its window's value, else 0. */
export function equalTo(layout: Layout, windows: Windows, value: Tensor): Tensor {
  const { graph } = layout;
  const each = graph.reshape(value, memoryShape(layout, pooledShape(windows)));
  const own = elements(layout, windows);
  return graph.cast(graph.node("Equal", [own, each], own.shape, "bool"), "float32");
}

/** Blocked [N, C, h, w]: the mean over each window of numbers in memory order. */
export function windowMeans(layout: Layout, windows: Windows, numbers: Tensor): Tensor {
  const [n, c, h, w] = pooledShape(windows);
  const [kh, kw] = windows.window;
  return pooling(layout, "AveragePool", layout.graph.reshape(numbers, [n, c, h * kh, w * kw]), windows);
}

/** Blocked [N, C, H, W]: `equal` times each window's value, back where the elements were read. */
export function scattered(layout: Layout, windows: Windows, equal: Tensor, value: Tensor): Tensor {
  const { graph, block } = layout;
  const { shape } = windows.source;
  const [n, c, h, w] = pooledShape(windows);
  const [kh, kw] = windows.window;
  const each = graph.reshape(value, memoryShape(layout, [n, c, h, w]));
  const chosen = graph.node("Mul", [equal, each], equal.shape, "float32");
  const rows = graph.reshape(chosen, [n, c / block, h * kh, w * kw, block]);
  const missing = [0, 0, shape[2] - h * kh, shape[3] - w * kw, 0].map((after): [number, number] => [0, after]);
  return graph.reshape(graph.pad(rows, missing), shape);
}

/** As the portable rules see it: [N, C, h, w, kh, kw]. */
export function plainWindowed(layout: Layout, windowed: Windowed): Tensor {
  const { graph } = layout;
  if (windowed.form === "one") {
    const plain = layout.toPlain(windowed.value);
    const spread = graph.reshape(plain, [...plain.shape, 1, 1]);
    return graph.expand(spread, [...plain.shape, ...windowed.window]);
  }
  const { of } = windowed;
  const shape = [...pooledShape(of), ...of.window];
  if (windowed.form === "elements")
    return windowsOf(graph, layout.toPlain(of.source), { window: of.window, strides: of.window, shape });
  const equal = inWindowOrder(graph, windowed.equal, shape);
  if (windowed.form === "equal") return equal;
  if (windowed.form === "differs") return graph.node("Equal", [equal, graph.scalar(0, "float32")], shape, "bool");
  const value = layout.toPlain(windowed.value);
  return graph.node("Mul", [equal, graph.reshape(value, [...value.shape, 1, 1])], shape, "float32");
}

/** [N, C/B, h, kh, w, kw, B] → [N, C, h, w, kh, kw] */
const inWindowOrder = (graph: Graph, numbers: Tensor, shape: readonly number[]): Tensor =>
  graph.reshape(graph.transpose(numbers, [0, 1, 6, 2, 4, 3, 5]), shape);
