import type { HostArray, HostArrays } from "../core/index.ts";
import { ArraySpec, compile, type Device, type Program } from "../engine/index.ts";
import type { Method } from "../methods/index.ts";
import type { Arrays, Model, Variables } from "../models/index.ts";
import { predictingIn } from "../models/internal.ts";
import type { RunRecord } from "../run/index.ts";

export interface ForwardOptions {
  /** Rows of a run of the program, images × references; the last, smaller batch is padded. Default 128. */
  readonly batchSize?: number;
  /** Default: as the run was trained. */
  readonly threads?: number;
  /** Default: as the run was trained. */
  readonly device?: Device;
}

/** Images to logits, compiled for each number of references that is asked for; the weights are arguments. */
export interface Forward {
  readonly threads: number;
  /** Images of a run under so many references. */
  batchSize(references: number): number;
  /**
   * Images [B, C, H, W], for anchored methods references [R, 1 or B, C, H, W] → logits [R × B × K]. B must be
   * `batchSize(R)`.
   * @param noise factors [R × B, …] that the network drops by; where absent nothing is dropped
   */
  run(variables: Variables, images: HostArray, references?: HostArray, noise?: HostArrays): Promise<Float32Array>;
  dispose(): Promise<void>;
}

interface FedImages {
  readonly images: HostArray;
  readonly references?: HostArray;
  readonly noise?: HostArrays;
}
type Predict = (
  params: Arrays,
  state: Arrays,
  fed: { images: Arrays[string]; references?: Arrays[string]; noise?: Arrays },
) => Arrays[string];

export function createForward(
  { config }: RunRecord,
  { model, method }: { readonly model: Model; readonly method: Method },
  { batchSize: rows = 128, threads = config.threads, device = config.device }: ForwardOptions = {},
): Forward {
  const programs = new Map<string, Promise<Program<[HostArrays, HostArrays, FedImages], HostArray>>>();
  const predict: Predict = (params, state, { images, references, noise }) =>
    method.predict(noise ? predictingIn(model, "sample", noise) : model, params, state, images, references);
  const spec = ({ shape }: HostArray) => new ArraySpec(shape);
  const specs = (arrays: HostArrays) =>
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, spec(array)]));
  return {
    threads,
    // Features of many images are few numbers: what lies below them sees the references once a run of the program.
    batchSize: (references) => (method.anchorAt === "features" ? rows : Math.max(1, Math.floor(rows / references))),
    async run({ params, state }, images, references, noise) {
      const fed: FedImages = { images, ...(references && { references }), ...(noise && { noise }) };
      const key = [images, references, noise && { shape: ["noise"] }].map((array) => array?.shape.join("×")).join(" ");
      let program = programs.get(key);
      if (!program) {
        program = compile(
          predict,
          [
            specs(params),
            specs(state),
            {
              images: spec(images),
              ...(references && { references: spec(references) }),
              ...(noise && { noise: specs(noise) }),
            },
          ],
          { threads, device },
        );
        programs.set(key, program);
      }
      const logits = await (await program).run([params, state, fed]);
      return logits.data as Float32Array;
    },
    async dispose() {
      for (const program of programs.values()) await (await program).dispose();
      programs.clear();
    },
  };
}
