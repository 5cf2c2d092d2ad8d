import { sizeOf } from "../../core/host-array.ts";
import { dtypeOf, type Rule } from "./lowering.ts";

/** Real and imaginary parts [..., n] → those of the discrete Fourier transform of the last axis (divided by n if inverse). */
export const fft: Rule = (lowering, { inputs, params, outBinders: [out] }) => {
  const { graph } = lowering;
  const { shape } = out.aval;
  // ONNX's complex numbers are pairs on a last axis of length 2, behind the transformed one.
  const flat = [sizeOf(shape.slice(0, -1)), shape.at(-1)!];
  const parts = inputs.map((input) => graph.reshape(graph.cast(lowering.dense(input), "float32"), [...flat, 1]));
  const complex = graph.concat(parts, 2);
  const inverse = (params as { inverse: boolean }).inverse ? 1 : 0;
  const axis = graph.scalar(1, "int64");
  const spectrum = graph.node("DFT", [complex, undefined, axis], complex.shape, "float32", { attributes: { inverse } });
  return [0, 1].map((i) => graph.cast(graph.reshape(graph.slice(spectrum, [2], [i], [i + 1]), shape), dtypeOf(out)));
};
