import { type HostArray, type HostArrays, UserError } from "../core/index.ts";
import type { TrainState } from "../run/index.ts";

/**
 * The loss or a weight is NaN or infinite.
 * @example
 * try {
 *   await trainRun(run, config);
 * } catch (error) {
 *   if (error instanceof Diverged) console.error("use a lower learning rate");
 *   else throw error;
 * }
 */
export class Diverged extends UserError {}

/** @throws Diverged naming a parameter that is NaN or infinite, which a finite loss may hide for one step. */
export function requireFinite({ params, state }: TrainState, step: number): void {
  const isBad = (data: HostArray["data"]) => data.some((value) => !Number.isFinite(value));
  for (const [name, { data }] of Object.entries({ ...params, ...state } satisfies HostArrays))
    if (isBad(data))
      throw new Diverged(
        `${name} is no longer finite at step ${step}; the last checkpoint is kept; lower the learning rate`,
      );
}
