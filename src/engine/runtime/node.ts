import * as ort from "onnxruntime-node";
import { HostArray } from "../../core/host-array.ts";

/** A model loaded into ONNX Runtime's CPU provider. */
export interface Session {
  run(inputs: readonly HostArray[]): Promise<HostArray[]>;
  dispose(): Promise<void>;
}

export interface SessionOptions {
  /** Threads within one operator; ONNX Runtime's default is one per physical core. */
  readonly threads?: number;
  /** Writes ONNX Runtime's per-node timings to `<prefix>_<date>.json` when the session is disposed. */
  readonly profilePrefix?: string;
}

/** Loads a model whose inputs are `in0`, `in1`, … and whose outputs are `out0`, `out1`, … */
export async function createSession(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    ...(options.threads ? { intraOpNumThreads: options.threads } : {}),
    ...(options.profilePrefix ? { enableProfiling: true, profileFilePrefix: options.profilePrefix } : {}),
  });
  return {
    async run(inputs) {
      const feeds = Object.fromEntries(
        inputs.map(({ dtype, data, shape }, i) => [`in${i}`, new ort.Tensor(dtype, data as Float32Array, shape)]),
      );
      const results = await session.run(feeds);
      return session.outputNames.map((_, i) => {
        const { type, dims, data } = results[`out${i}`];
        return new HostArray(type as "float32", dims, data as Float32Array);
      });
    },
    dispose: () => session.release(),
  };
}
