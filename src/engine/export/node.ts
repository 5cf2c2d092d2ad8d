import type { ModelNode } from "../onnx.ts";

/** An ordinary ONNX operator with one output. */
export const node = (
  op: string,
  inputs: string[],
  output: string,
  attributes: ModelNode["attributes"] = {},
): ModelNode => ({ op, domain: "", inputs, outputs: [output], attributes });
