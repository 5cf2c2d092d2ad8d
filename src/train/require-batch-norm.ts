import { UserError } from "../core/index.ts";
import type { Model } from "../models/index.ts";
import { batchNormParameters } from "../models/internal.ts";
import type { RunConfig } from "../run/index.ts";

/** @throws UserError where BatchNorms are to be synchronized, and there are none */
export function requireBatchNorm(
  { syncBatchNorm, model: name }: Pick<RunConfig, "syncBatchNorm" | "model">,
  model: Pick<Model, "shapes">,
): void {
  if (syncBatchNorm && batchNormParameters(model.shapes()).length === 0)
    throw new UserError(`config.syncBatchNorm: ${name} has no BatchNorm; leave it out`);
}
