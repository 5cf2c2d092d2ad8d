import { type HostArrays, UserError } from "../../core/index.ts";
import type { Connector } from "./connector.ts";

/** What names begin with in LLaVA's files, the longest first. */
const prefixes = ["base_model.model.model.mm_projector.", "model.mm_projector.", "mm_projector."];

/** AcFormer's resampler keeps the parameter that the anchors take the place of. */
const UNUSED = "0.latents";

/**
 * A connector's parameters of the tensors of LLaVA's `mm_projector` file, float32.
 * @param name what the connector's own names begin with
 * @param where what messages call the file
 * @throws UserError naming the first tensor that is missing, of another shape or type, or none of this connector's
 * @example
 * import { readFileSync } from "node:fs";
 * const { tokens } = createModel("vit-tiny", { inputChannels: 3, classes: 10 });
 * const connector = createConnector("acformer", "connector", { tower: tokens!, count: 12, languageWidth: 256 });
 * const { tensors } = decodeSafetensors(readFileSync("mm_projector.safetensors"));
 * const params = connectorWeights(connector, "connector", tensors, "mm_projector.safetensors");
 */
export function connectorWeights(
  connector: Pick<Connector, "shapes">,
  name: string,
  tensors: HostArrays,
  where: string,
): HostArrays {
  const expected = connector.shapes.params;
  const params: HostArrays = {};
  for (const [stored, tensor] of Object.entries(tensors)) {
    const prefix = prefixes.find((one) => stored.startsWith(one));
    const key = prefix && stored.slice(prefix.length);
    const own = key && `${name}.${key}`;
    if (key === UNUSED && own && !(own in expected)) continue;
    if (!own || !(own in expected))
      throw new UserError(`${where}: ${stored} is no weight of this connector; the file is of another kind or depth`);
    if (own in params) throw new UserError(`${where}: ${key} is there twice, under two prefixes; leave one out`);
    if (tensor.dtype !== "float32") throw new UserError(`${where}: ${stored} is ${tensor.dtype}; it must be float32`);
    if (tensor.shape.join() !== expected[own].join())
      throw new UserError(`${where}: ${stored} is [${tensor.shape}]; this connector has [${expected[own]}]`);
    params[own] = tensor;
  }
  const missing = Object.keys(expected).find((own) => !(own in params));
  if (missing)
    throw new UserError(`${where}: mm_projector${missing.slice(name.length)} is missing; this connector needs it`);
  return params;
}
