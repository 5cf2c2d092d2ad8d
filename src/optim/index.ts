import { type AdamwOptions, adamw } from "./adamw.ts";
import { type LionOptions, lion } from "./lion.ts";
import { type MuonOptions, muon } from "./muon.ts";
import type { Optimizer } from "./optimizer.ts";
import type { ParameterRoles } from "./parameter-groups.ts";
import { type SgdOptions, sgd } from "./sgd.ts";

export { type AdamwOptions, adamw } from "./adamw.ts";
export { clipByGlobalNorm } from "./clipping.ts";
export { type LionOptions, lion } from "./lion.ts";
export { type MuonOptions, muon } from "./muon.ts";
export type { Optimizer } from "./optimizer.ts";
export type { ParameterRoles } from "./parameter-groups.ts";
export {
  type Clock,
  type ConstantSchedule,
  type CosineSchedule,
  learningRateAt,
  type MultistepSchedule,
  type OneCycleSchedule,
  type Schedule,
  schedules,
} from "./schedules.ts";
export { type SgdOptions, sgd } from "./sgd.ts";

export type OptimizerOptions = SgdOptions | AdamwOptions | LionOptions | MuonOptions;

/**
 * Every optimizer by name.
 * @example
 * console.log(Object.keys(optimizers)); // ["sgd", "adamw", …]
 */
export const optimizers: { [O in OptimizerOptions as O["name"]]: (options: O, roles: ParameterRoles) => Optimizer } = {
  sgd,
  adamw,
  lion,
  muon,
};

/**
 * An optimizer by its options.
 * @param roles what the parameters are for, as the network that they belong to says: its `Model`
 * @example
 * const roles = createModel("resnet20", { inputChannels: 3, classes: 10, imageSize: 32 });
 * const optimizer = createOptimizer(config.optimizer, roles);
 */
export const createOptimizer = (options: OptimizerOptions, roles: ParameterRoles): Optimizer =>
  (optimizers[options.name] as (options: OptimizerOptions, roles: ParameterRoles) => Optimizer)(options, roles);
