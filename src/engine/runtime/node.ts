import * as ort from "onnxruntime-node";
import type { DType, TypedArrayOf } from "../../core/host-array.ts";
import type { ElementType } from "../element-types.ts";
import { checkDevice, type Device, reasonOf, unavailable } from "./devices.ts";
import { release } from "./release.ts";

/** Host memory that a session reads or writes: a `HostArray`, or one of int64. */
export interface SessionArray {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly data: TypedArrayOf[DType] | BigInt64Array;
}

/** A model loaded into ONNX Runtime. */
export interface Session {
  /** Writes the results into `outputs`. */
  run(inputs: readonly SessionArray[], outputs: readonly SessionArray[]): Promise<void>;
  dispose(): Promise<void>;
}

export interface SessionOptions {
  /** Where the program runs; operators that a device lacks run on the CPU. Default `"cpu"`. */
  readonly device?: Device;
  /** Threads within one operator; ONNX Runtime's default is one per physical core. */
  readonly threads?: number;
  /**
   * Whether constant factors of matrix products are copied into the order that kernels read them in: faster, but long
   * products round otherwise than those of arguments. Default true.
   */
  readonly prepack?: boolean;
  /**
   * Whether it is one of many sessions that take turns: between its runs it then holds no memory for intermediate values, which
   * all of them take from the process, and its threads don't wait for work in a loop, which would slow down the others'.
   */
  readonly takesTurns?: boolean;
  /** Writes ONNX Runtime's per-node timings to `<prefix>_<date>.json` when the session is disposed. */
  readonly profilePrefix?: string;
}

/**
 * Loads a model whose inputs are `in0`, `in1`, … and whose outputs are `out0`, `out1`, …
 * @throws UserError naming what to install where the device cannot be opened.
 */
export async function createSession(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const { device = "cpu" } = options;
  checkDevice(device);
  const creating = ort.InferenceSession.create(model, {
    executionProviders: [device],
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    // A planned block of memory comes on top of what the first run allocated piece by piece, and is as large again.
    enableMemPattern: false,
    enableCpuMemArena: !options.takesTurns,
    ...(options.threads ? { intraOpNumThreads: options.threads } : {}),
    extra: {
      session: {
        ...(options.prepack === false ? { disable_prepacking: "1" } : {}),
        ...(options.takesTurns ? { intra_op: { allow_spinning: "0" } } : {}),
      },
    },
    ...(options.profilePrefix ? { enableProfiling: true, profileFilePrefix: options.profilePrefix } : {}),
  });
  const session = await creating.catch((error: unknown) => {
    throw device === "cpu" ? error : unavailable(device, reasonOf(error));
  });
  return {
    async run(inputs, outputs) {
      const results = await session.run(named("in", inputs), named("out", outputs));
      // ONNX Runtime has written into `outputs`; onnxruntime-node 1.30.0 returns copies of them all the same.
      const given = new Set([...inputs, ...outputs].map(({ data }) => data.buffer));
      const returned = new Set(Object.values(results).map(({ data }) => (data as Float32Array<ArrayBuffer>).buffer));
      await release([...returned].filter((buffer) => !given.has(buffer)));
    },
    dispose: () => session.release(),
  };
}

/** Tensors `prefix0`, `prefix1`, … over the arrays' own memory: nothing is copied. */
const named = (prefix: string, arrays: readonly SessionArray[]): Record<string, ort.Tensor> =>
  Object.fromEntries(
    arrays.map(({ dtype, data, shape }, i) => [`${prefix}${i}`, new ort.Tensor(dtype, data as Float32Array, shape)]),
  );
