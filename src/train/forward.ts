import type { HostArray, HostArrays } from "../core/index.ts";
import type { Device } from "../engine/index.ts";
import type { Method } from "../methods/index.ts";
import type { Arrays, Model, Variables } from "../models/index.ts";
import { predictingIn } from "../models/internal.ts";
import type { RunRecord } from "../run/index.ts";
import { type NetworkProgramsOptions, networkPrograms } from "./network-programs.ts";

export interface ForwardOptions {
  /** Rows of a run of the program, images × references; the last, smaller batch is padded. Default 128. */
  readonly batchSize?: number;
  /** Default: as the run was trained. */
  readonly threads?: number;
  /** Default: as the run was trained. */
  readonly device?: Device;
}

/** Images to logits, compiled for each number of references that is asked for. */
export interface Forward {
  readonly threads: number;
  /** Images of a run under so many references. */
  batchSize(references: number): number;
  /**
   * Images [B, C, H, W], for anchored methods references [R, 1 or B, C, H, W] → logits [R, B, K], R being 1 for methods
   * without. B must be `batchSize(R)`.
   * @param noise factors [R × B, …] that the network drops by; where absent nothing is dropped
   */
  run(
    variables: Variables,
    images: HostArray,
    references?: HostArray,
    noise?: HostArrays,
  ): Promise<HostArray<"float32">>;
  dispose(): Promise<void>;
}

interface FedImages {
  readonly images: Arrays[string];
  readonly references?: Arrays[string];
  readonly noise?: Arrays;
}

export function createForward(
  { config }: Pick<RunRecord, "config">,
  { model, method }: { readonly model: Model; readonly method: Method },
  {
    batchSize: rows = 128,
    threads = config.threads,
    device = config.device,
    hold,
  }: ForwardOptions & NetworkProgramsOptions = {},
): Forward {
  const programs = networkPrograms(
    ({ params, state }, { images, references, noise }: FedImages) =>
      method.predict(noise ? predictingIn(model, "sample", noise) : model, params, state, images, references),
    { hold, threads, device },
  );
  return {
    threads,
    // Features of many images are few numbers: what lies below them sees the references once a run of the program.
    batchSize: (references) => (method.anchorAt === "features" ? rows : Math.max(1, Math.floor(rows / references))),
    run: (variables, images, references, noise) =>
      programs.run(variables, { images, ...(references && { references }), ...(noise && { noise }) }),
    dispose: () => programs.dispose(),
  };
}
