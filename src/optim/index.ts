import { type AdamwOptions, adamw } from "./adamw.ts";
import { type LionOptions, lion } from "./lion.ts";
import { type MuonOptions, muon } from "./muon.ts";
import type { Optimizer } from "./optimizer.ts";
import { type SgdOptions, sgd } from "./sgd.ts";

export { type AdamwOptions, adamw } from "./adamw.ts";
export { clipByGlobalNorm } from "./clipping.ts";
export { type LionOptions, lion } from "./lion.ts";
export { type MuonOptions, muon } from "./muon.ts";
export type { Optimizer } from "./optimizer.ts";
export { isDecayed } from "./parameter-groups.ts";
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

/** Every optimizer by name. */
export const optimizers: { [O in OptimizerOptions as O["name"]]: (options: O) => Optimizer } = {
  sgd,
  adamw,
  lion,
  muon,
};

export const createOptimizer = (options: OptimizerOptions): Optimizer =>
  (optimizers[options.name] as (options: OptimizerOptions) => Optimizer)(options);
export { optimizerOptionSchemas, optimizerSchema, scheduleOptionSchemas, scheduleSchema } from "./schema.ts";
