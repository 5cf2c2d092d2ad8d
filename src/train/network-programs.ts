import type { HostArray, HostArrays } from "../core/index.ts";
import type { Device } from "../engine/index.ts";
import { compileByShape } from "../engine/internal.ts";
import type { Arrays, Variables } from "../models/index.ts";

/** A network's outputs, compiled for each shape of what it is fed. */
export interface NetworkPrograms {
  run(variables: Variables, fed: FedArrays): Promise<HostArray<"float32">>;
  dispose(): Promise<void>;
}

type FedArrays = { readonly [name: string]: HostArray | HostArrays };

export interface NetworkProgramsOptions {
  readonly threads?: number;
  readonly device?: Device;
  /** Variables that most runs are by, and that nothing writes into: constants of their programs. */
  readonly hold?: Variables;
}

/** @param fn to trace: variables and what is fed → outputs */
export function networkPrograms<Fed extends object>(
  fn: (variables: Record<"params" | "state", Arrays>, fed: Fed) => Arrays[string],
  { hold, ...options }: NetworkProgramsOptions,
): NetworkPrograms {
  // What is given may hold more, as a checkpoint does.
  const held = hold && { params: hold.params, state: hold.state };
  const programs = compileByShape(fn, { hold: held, ...options });
  return {
    async run({ params, state }, fed) {
      const same = params === held?.params && state === held.state;
      return (await programs.run(same ? held : { params, state }, fed as never)) as HostArray<"float32">;
    },
    dispose: () => programs.dispose(),
  };
}
