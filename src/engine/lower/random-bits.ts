import { sizeOf } from "../../core/host-array.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../nodes.ts";
import { shift, uint32 } from "./bits.ts";
import type { Rule } from "./lowering.ts";

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];

/** Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011), as JAX has it. */
function threefry2x32(graph: Graph, keys: readonly [Tensor, Tensor], counters: readonly [Tensor, Tensor]) {
  const add = (a: Tensor, b: Tensor | number) => uint32(graph, "Add", a, b);
  const xor = (a: Tensor, b: Tensor | number) => uint32(graph, "BitwiseXor", a, b);
  const rotate = (x: Tensor, bits: number) => {
    const by = (n: number, direction: "LEFT" | "RIGHT") => shift(graph, x, graph.scalar(n, "uint32"), direction);
    return uint32(graph, "BitwiseOr", by(bits, "LEFT"), by(32 - bits, "RIGHT"));
  };
  const schedule = [...keys, xor(xor(keys[0], keys[1]), 0x1bd11bda)];
  let [x0, x1] = counters.map((counter, i) => add(counter, keys[i]));
  for (let group = 0; group < 5; group++) {
    for (const bits of rotations[group % 2]) {
      x0 = add(x0, x1);
      x1 = xor(rotate(x1, bits), x0);
    }
    x0 = add(x0, schedule[(group + 1) % 3]);
    x1 = add(add(x1, schedule[(group + 2) % 3]), group + 1);
  }
  return [x0, x1];
}

/** Two words of a key, each [key shape…] → uint32 [key shape…, …]: the counters run over the axes that are new. */
export const randomBits: Rule = (lowering, { inputs, params }) => {
  const { graph } = lowering;
  const { shape, mode } = params as { shape: number[]; mode: "xor" | 0 | 1 };
  const keyRank = inputs[0].aval.shape.length;
  const drawn = shape.slice(keyRank);
  const words = inputs.map((input) => {
    const word = lowering.virtual(input);
    return graph.reshape(word, [...word.shape, ...drawn.map(() => 1)]);
  }) as [Tensor, Tensor];
  const counter = graph.initializer(
    new Uint8Array(Uint32Array.from({ length: sizeOf(drawn) }, (_, i) => i).buffer),
    [...shape.slice(0, keyRank).map(() => 1), ...drawn],
    "uint32",
  );
  const [x0, x1] = threefry2x32(graph, words, [graph.scalar(0, "uint32"), counter]);
  return [mode === "xor" ? uint32(graph, "BitwiseXor", x0, x1) : mode === 0 ? x0 : x1];
};
