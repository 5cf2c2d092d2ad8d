import { HostArray, type HostArrays } from "../../core/index.ts";
import { createMethod, type Method } from "../../methods/index.ts";
import { cosineClassifier, type DualEncoder, type Model, type Variables } from "../../models/index.ts";
import { CLASSIFICATION_HEAD } from "../../models/internal.ts";
import type { RunConfig } from "../../run/index.ts";
import type { Classification } from "../../tasks/index.ts";

export interface ZeroShotNetwork {
  readonly model: Model;
  readonly method: Method<Classification>;
}

/** The classifier of K classes that a dual encoder's image tower is, once each class has a direction. */
export const zeroShotNetwork = (
  { image, embedding }: DualEncoder,
  { method }: Pick<RunConfig, "method">,
  classes: number,
): ZeroShotNetwork => ({
  model: cosineClassifier(image.model, classes, embedding),
  method: createMethod(method),
});

/**
 * A dual encoder's weights as that classifier has them.
 * @param points [K, d] of length 1, of the classes' texts
 */
export function zeroShotVariables(
  { image, logitScale }: DualEncoder,
  { params, state }: Variables,
  points: HostArray<"float32">,
): Variables {
  const scale = Math.exp(params[logitScale].data[0] as number);
  const own: HostArrays = Object.fromEntries(image.params.map((name) => [name, params[name]]));
  const head = HostArray.float32(
    points.shape,
    points.data.map((value) => scale * value),
  );
  return { params: { ...own, [CLASSIFICATION_HEAD]: head }, state };
}
