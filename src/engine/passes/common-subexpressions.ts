import type { Tensor } from "../nodes.ts";
import type { Pass } from "./pass.ts";

/** Two nodes with the same operator, attributes and inputs compute the same. */
export const commonSubexpressions: Pass = {
  name: "common-subexpressions",
  reason: "equal nodes are made once: a gradient asks again for much of the forward pass",
  nodes: () => {
    const made = new Map<string, readonly Tensor[]>();
    return (request, next) => {
      const { op, domain, inputs, outputs, attributes } = request;
      const results = outputs.map(({ dtype, shape }) => `${dtype}[${shape}]`);
      const key = `${domain}:${op}(${inputs.map((input) => input?.name ?? "")})${JSON.stringify(attributes)}${results}`;
      const known = made.get(key) ?? next(request);
      made.set(key, known);
      return known;
    };
  },
};
