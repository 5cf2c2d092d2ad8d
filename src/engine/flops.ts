import { sizeOf } from "../core/host-array.ts";
import type { ConvolutionParams } from "./lower/convolution.ts";
import { type Equation, trace } from "./trace.ts";

/**
 * Floating-point operations of `fn`'s convolutions and matrix products, a multiplication and an addition each, as
 * traced for `example`. Zeros of a padding count, as is usual; those between the elements of a dilated input (the
 * input gradient of a strided convolution) don't. Nothing else is counted.
 * @example
 * await countFlops((x, w) => np.matmul(x, w), [new ArraySpec([8, 4]), new ArraySpec([4, 2])]); // 128
 */
export async function countFlops(fn: (...args: any[]) => unknown, example: readonly unknown[]): Promise<number> {
  const { equations } = await trace(fn, example);
  return equations.reduce((sum, equation) => sum + 2 * multiplyAdds(equation), 0);
}

function multiplyAdds({ primitive, inputs, params, outBinders: [out] }: Equation): number {
  if (`${primitive}` === "dot")
    return sizeOf(out.aval.shape) * Math.max(...inputs.map((x) => x.aval.shape.at(-1) ?? 1));
  if (`${primitive}` !== "conv") return 0;
  const { vmapDims, lhsDilation } = params as unknown as ConvolutionParams;
  // Without its mapped axes and its output channels, a filter [O, C, …] is what one output element reads.
  const read = sizeOf(inputs[1].aval.shape.slice(vmapDims + 1));
  return (sizeOf(out.aval.shape) * read) / sizeOf(lhsDilation);
}
