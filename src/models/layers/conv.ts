import { lax } from "@jax-js/jax";
import type { Layer } from "./layer.ts";
import { type VariableSpec, variables } from "./variables.ts";

export interface ConvOptions {
  readonly kernel: number;
  readonly stride?: number;
  /** Zeros on every side; default keeps the size at stride 1 with an odd kernel. */
  readonly padding?: number;
  /** Channels are convolved in so many groups of their own; 1 by default. */
  readonly groups?: number;
  /** Of the weight, in place of what is said at `conv`. */
  readonly start?: VariableSpec["start"];
}

/**
 * Convolution without bias, [N, I, H, W] → [N, O, H′, W′], weight `name.weight` [O, I / groups, k, k].
 * Init: normal with variance 2 · groups / (O·k²), He et al. 2015 in torchvision's fan-out form.
 * @example
 * const layer = conv("conv1", 3, 16, { kernel: 3, stride: 2 });
 * const y = layer.apply(scope, x); // [N, 3, H, W] → [N, 16, H / 2, W / 2]
 */
export function conv(
  name: string,
  inputs: number,
  outputs: number,
  { kernel, stride = 1, padding = (kernel - 1) / 2, groups = 1, start }: ConvOptions,
): Layer {
  const std = Math.sqrt((2 * groups) / (outputs * kernel * kernel));
  const shape = [outputs, inputs / groups, kernel, kernel];
  return {
    ...variables([{ name: `${name}.weight`, shape, start: start ?? ((random) => std * random.normal()) }]),
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
