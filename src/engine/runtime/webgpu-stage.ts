import { sizeOf } from "../../core/host-array.ts";
import { type ConvolutionParams, conv } from "../lower/convolution.ts";
import { type Lowering, type Stage, shapeOf } from "../lower/lowering.ts";
import type { Atom, Equation, Variable } from "../trace.ts";

/**
 * What ONNX Runtime's WebGPU provider computes wrongly in ordinary operators, said in others: version 1.30.0 convolves
 * 6, 9, 15, 18, … channels (a multiple of 3, not of 4, above 3) to a multiple of 4 with errors as large as the values
 * (microsoft/onnxruntime#29651). An anchored model of RGB images begins with 6. Channels of zeros fill them up to a
 * multiple of 4.
 */
export class WebGpuStage implements Stage {
  readonly #lowering: Lowering;

  constructor(lowering: Lowering) {
    this.#lowering = lowering;
  }

  lower(equation: Equation): boolean {
    if (equation.primitive !== "conv" || !isMiscomputed(equation)) return false;
    const inputs = equation.inputs.map((input) => this.#filledUp(input));
    const results = conv(this.#lowering, { ...equation, inputs } as Equation);
    if (!Array.isArray(results)) return false;
    this.#lowering.define(equation.outBinders[0], results[0]);
    return true;
  }

  plain(): undefined {
    return undefined;
  }

  /** [n, C, …] with zeros for channels up to a multiple of 4. */
  #filledUp(atom: Atom): Variable {
    const dense = this.#lowering.dense(atom);
    const padded = this.#lowering.graph.pad(
      dense,
      dense.shape.map((size, axis) => (axis === 1 ? [0, -size & 3] : [0, 0])),
    );
    const variable = { ...atom, aval: { ...atom.aval, shape: [...padded.shape] } } as unknown as Variable;
    this.#lowering.define(variable, padded);
    return variable;
  }
}

function isMiscomputed({ inputs: [x, w], params, outBinders: [out] }: Equation): boolean {
  const { vmapDims, lhsDilation } = params as unknown as ConvolutionParams;
  const channels = shapeOf(x)[1];
  const [outputs, , ...kernel] = shapeOf(w);
  const plainConv = vmapDims === 0 && lhsDilation.every((d) => d === 1);
  // 1×1 is a matrix product there, and a kernel larger than the result (a weight gradient) one of ours.
  const spatial = sizeOf(kernel) > 1 && sizeOf(kernel) <= sizeOf(out.aval.shape.slice(2));
  return plainConv && spatial && channels > 3 && channels % 3 === 0 && channels % 4 !== 0 && outputs % 4 === 0;
}
