import { lax } from "@jax-js/jax";
import { HostArray } from "../../core/index.ts";
import type { Layer } from "./layer.ts";

export interface ConvOptions {
  readonly kernel: number;
  readonly stride?: number;
  /** Zeros on every side; default keeps the size at stride 1 with an odd kernel. */
  readonly padding?: number;
  /** Channels are convolved in so many groups of their own; 1 by default. */
  readonly groups?: number;
}

/**
 * Convolution without bias, [N, I, H, W] → [N, O, H′, W′], weight `name.weight` [O, I / groups, k, k].
 * Init: normal with variance 2 · groups / (O·k²), He et al. 2015 in torchvision's fan-out form.
 */
export function conv(
  name: string,
  inputs: number,
  outputs: number,
  { kernel, stride = 1, padding = (kernel - 1) / 2, groups = 1 }: ConvOptions,
): Layer {
  return {
    init(random, params) {
      const std = Math.sqrt((2 * groups) / (outputs * kernel * kernel));
      const weight = HostArray.zeros([outputs, inputs / groups, kernel, kernel]);
      for (let i = 0; i < weight.data.length; i++) weight.data[i] = std * random.normal();
      params[`${name}.weight`] = weight;
    },
    apply: ({ params }, x) =>
      lax.convGeneralDilated(
        x,
        params[`${name}.weight`],
        [stride, stride],
        [
          [padding, padding],
          [padding, padding],
        ],
        { featureGroupCount: groups },
      ),
  };
}
